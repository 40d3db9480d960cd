/**
 * Reasons in probability points from additive reasons in log-odds.
 *
 * Method: Aumann–Shapley along the straight path from the base margin m₀ to the margin m, which for an
 * additive margin gives feature j the share c_j (σ(m) − σ(m₀)) / (m − m₀) (Sundararajan et al. 2017).
 */
import type { Explanation } from '../estimator.ts';
import { sigmoid } from '../math/sigmoid.ts';

/** `margins`: row-major, rows × featureCount, in log-odds; reused for the result. */
export function toPoints(
  margins: Float64Array,
  featureCount: number,
  baseMargin: number,
  link: (margin: number) => number = sigmoid,
): Explanation {
  const base = link(baseMargin);
  for (let at = 0; at < margins.length; at += featureCount) {
    let total = 0;
    for (let j = at; j < at + featureCount; j++) total += margins[j]!;
    const step = Math.abs(total) < 1e-6 ? 1e-6 : total;
    const slope = (link(baseMargin + step) - base) / step;
    for (let j = at; j < at + featureCount; j++) margins[j]! *= slope;
  }
  return { featureCount, base, contributions: margins };
}
