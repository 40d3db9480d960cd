/** The reasons of one score as bars to the right, which raise the risk, and to the left, which lower it. */
import type { FeatureWords } from '../domain/scoring/feature-words.ts';
import type { PredictionRecord } from '../store/prediction-records.ts';
import { shareOf } from './chart.ts';
import type { ViewHelpers } from './view-helpers.ts';

interface ReasonBar {
  readonly label: string;
  readonly effect: 'raises risk' | 'lowers risk';
  readonly points: string;
  readonly className: 'bar-raises' | 'bar-lowers';
  readonly x: string;
  readonly width: string;
}

/** The longest bar where all effects are tiny, in probability. */
const smallestScale = 0.01;

export function presentReasons(h: ViewHelpers, prediction: PredictionRecord, words: FeatureWords) {
  const { probability, reasons } = prediction;
  const explained = reasons.strongest.reduce((sum, { points }) => sum + points, 0);
  const parts = [
    ...reasons.strongest.map(({ feature, value, points }) => ({
      label: `${words.title(feature)}: ${words.value(feature, value)}`,
      points,
    })),
    { label: 'All others', points: probability - reasons.base - explained },
  ];
  const texts = h.parts(
    reasons.base,
    probability,
    parts.map(({ points }) => points),
  );
  const longest = Math.max(smallestScale, ...parts.map(({ points }) => Math.abs(points)));
  return {
    start: `A typical customer of the training data has a churn probability of ${h.percent(reasons.base)}. These reasons add up to ${h.percent(probability)}, in whole percentage points.`,
    bars: parts.map(({ label, points }, i): ReasonBar => {
      const raises = points > 0;
      const half = Math.abs(points) / longest / 2;
      return {
        label,
        effect: raises ? 'raises risk' : 'lowers risk',
        points: texts[i]!,
        className: raises ? 'bar-raises' : 'bar-lowers',
        x: shareOf(raises ? 0.5 : 0.5 - half),
        width: shareOf(half),
      };
    }),
  };
}
