/**
 * Population stability index (PSI): how far the distribution of a column moved between training and a later file, and whether chance
 * alone explains as much.
 *
 * Method: with shares p of m training rows and q of n new rows in bins, PSI = Σ (q − p) · ln(q / p). Where nothing has changed,
 * PSI / (1/n + 1/m) is distributed as χ² with one degree of freedom fewer than bins, so that
 * χ²quantile · (1/n + 1/m) is what sample sizes alone explain.
 * References: Yurdakul (2018), Statistical properties of population stability index; Yurdakul and Naranjo (2020), Journal of
 * Risk Model Validation 14(4). The limit of 0.1 is the usual one of Siddiqi (2006), Credit risk scorecards.
 * Assumptions: rows are independent. Each bin has to expect five rows: bins that expect fewer are put together with their neighbours,
 * and with fewer than five rows a bin on average nothing is said. What is left of them stays a bin, so that a rare level which becomes
 * frequent is seen; the χ² tail is then too large rather than too small. An empty bin counts as half a row.
 */
import { chiSquareTail } from '../math/incomplete-gamma.ts';
import { chiSquareQuantile } from '../math/quantiles.ts';

export interface Stability {
  readonly psi: number;
  /** PSI that chance alone exceeds in one of twenty files. */
  readonly explained: number;
  /** Of a PSI at least as large where nothing has changed, in [0, 1]. */
  readonly probability: number;
}

export const fewestExpected = 5;
const usualShare = 0.95;

/** Null: too few rows to tell. `then` and `now`: rows by bin. */
export function compareCounts(then: readonly number[], now: readonly number[]): Stability | null {
  const [m, n] = [sum(then), sum(now)];
  const bins = then.filter((count) => count > 0).length;
  if (Math.min(n, m) < fewestExpected * Math.min(bins, usualBins)) return null;
  const pooled = poolBins(then, now, fewestExpected * Math.max(1, m / n));
  if (pooled.then.length < 2) return null;
  const noise = 1 / n + 1 / m;
  const psi = stabilityIndex(pooled.then, pooled.now);
  const freedom = pooled.then.length - 1;
  return {
    psi,
    explained: chiSquareQuantile(usualShare, freedom) * noise,
    probability: chiSquareTail(psi / noise, freedom),
  };
}

/** Tenths. */
const usualBins = 10;

/** Of bins that all have rows then. */
export function stabilityIndex(then: readonly number[], now: readonly number[]): number {
  const [m, n] = [sum(then), sum(now)];
  return then.reduce((total, count, bin) => {
    const [p, q] = [count / m, Math.max(now[bin]!, 0.5) / n];
    return total + (q - p) * Math.log(q / p);
  }, 0);
}

/** Neighbours together until they have as many training rows as asked, or are the last. */
function poolBins(then: readonly number[], now: readonly number[], least: number) {
  const pooled = { then: [0], now: [0] };
  then.forEach((count, bin) => {
    if (pooled.then.at(-1)! >= least) {
      pooled.then.push(0);
      pooled.now.push(0);
    }
    const last = pooled.then.length - 1;
    pooled.then[last]! += count;
    pooled.now[last]! += now[bin]!;
  });
  // Shares of nothing have no logarithm.
  if (pooled.then.length > 1 && pooled.then.at(-1) === 0) {
    pooled.then.pop();
    pooled.now[pooled.now.length - 2]! += pooled.now.pop()!;
  }
  return pooled;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
