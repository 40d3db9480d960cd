/**
 * Reasons in probability points from additive reasons in log-odds.
 *
 * Method: Aumann–Shapley along the straight path from the base margin m₀ to the margin m, which for an
 * additive margin gives feature j the share c_j (σ(m) − σ(m₀)) / (m − m₀) (Sundararajan et al. 2017).
 */
import { sigmoid } from '../math/sigmoid.ts';

/** Nearer to the base than this, the difference quotient would lose digits, and the series has all of them. */
const near = 1e-4;

/**
 * Turns `margins` (row-major, rows × featureCount, in log-odds) into probability points that add up to the row's
 * probability less the base's. `probabilities`: σ(m) of each row.
 */
export function toPoints(
  margins: Float64Array,
  featureCount: number,
  baseMargin: number,
  probabilities: Float64Array,
): void {
  const base = sigmoid(baseMargin);
  for (let row = 0, from = 0; row < probabilities.length; row++, from += featureCount) {
    const to = from + featureCount;
    let total = 0;
    for (let at = from; at < to; at++) total += margins[at]!;
    const slope = Math.abs(total) < near ? slopeAt(base, total) : (probabilities[row]! - base) / total;
    for (let at = from; at < to; at++) margins[at]! *= slope;
  }
}

/** (σ(m₀ + t) − σ(m₀)) / t for a small t, by Taylor's series; `p` is σ(m₀). */
function slopeAt(p: number, t: number): number {
  const first = p * (1 - p);
  return first * (1 + (t / 2) * (1 - 2 * p) + ((t * t) / 6) * (1 - 6 * first));
}
