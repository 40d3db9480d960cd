/** Parts of a probability as bars to the right, which raise the risk, and to the left, which lower it. */
import { shareOf } from './chart.ts';

interface ReasonBar {
  readonly label: string;
  readonly effect: 'raises risk' | 'lowers risk' | 'does not change the risk';
  readonly points: string;
  readonly className: 'bar-raises' | 'bar-lowers';
  readonly x: string;
  readonly width: string;
}

/** The longest bar where all effects are tiny, in probability. */
const smallestScale = 0.01;

/** The longest part has the whole half; `texts` are the parts as they are written. */
export function barsOf(
  parts: readonly { readonly label: string; readonly points: number }[],
  texts: readonly string[],
): ReasonBar[] {
  const longest = Math.max(smallestScale, ...parts.map(({ points }) => Math.abs(points)));
  return parts.map(({ label, points }, i) => {
    const raises = points > 0;
    const half = Math.abs(points) / longest / 2;
    return {
      label,
      effect: points === 0 ? 'does not change the risk' : raises ? 'raises risk' : 'lowers risk',
      points: texts[i]!,
      className: raises ? 'bar-raises' : 'bar-lowers',
      x: shareOf(raises ? 0.5 : 0.5 - half),
      width: shareOf(half),
    };
  });
}
