/**
 * Difference between the ROC areas of two models on the same customers, with a 95 % interval.
 *
 * Method: DeLong, DeLong and Clarke-Pearson (1988). The placement of a customer who left is the share of customers who
 * stayed with a lower score, ties counting half; that of a customer who stayed is the share who left with a higher one.
 * The area is the mean placement of either class, so that the variance of the difference d is
 *   var(d of customers who left) / m + var(d of customers who stayed) / n,
 * d being the difference between a customer's two placements. Pairing takes out what both models find easy or hard,
 * which makes the interval much narrower than two separate ones.
 * Assumes that customers are independent, and that neither model was fitted on them.
 */
import { groupBothClasses } from './score-groups.ts';
import { z95, type Interval } from './wilson.ts';

export interface AucDifference extends Interval {
  readonly value: number;
}

/** Area of `scores` minus area of `others`. @throws RangeError with one class only */
export function aucDifference(scores: Float64Array, others: Float64Array, target: Uint8Array): AucDifference {
  const own = placements(scores, target);
  const other = placements(others, target);
  const classes = [1, 0].map((label) => spread(own, other, target, label));
  const value = classes[0]!.mean;
  // With a single customer of a class nothing is known of its variance.
  const half = z95 * Math.sqrt(classes.reduce((sum, { varianceOfMean }) => sum + varianceOfMean, 0));
  return Number.isFinite(half)
    ? { value, low: Math.max(-1, value - half), high: Math.min(1, value + half) }
    : { value, low: -1, high: 1 };
}

/** One a customer, in [0, 1]. */
function placements(scores: Float64Array, target: Uint8Array): Float64Array {
  const groups = groupBothClasses(scores, target);
  const leftAbove = new Float64Array(groups.scores.length);
  const stayedBelow = new Float64Array(groups.scores.length);
  let [left, stayed] = [0, 0];
  for (let group = 0; group < groups.scores.length; group++) {
    leftAbove[group] = (left + groups.positives[group]! / 2) / groups.positiveCount;
    stayedBelow[group] = 1 - (stayed + groups.negatives[group]! / 2) / groups.negativeCount;
    left += groups.positives[group]!;
    stayed += groups.negatives[group]!;
  }
  return Float64Array.from(
    groups.groupOf,
    (group, row) => (target[row] === 1 ? stayedBelow : leftAbove)[group]!,
  );
}

function spread(own: Float64Array, other: Float64Array, target: Uint8Array, label: number) {
  const differences = own
    .map((placement, row) => placement - other[row]!)
    .filter((_, row) => target[row] === label);
  const count = differences.length;
  const mean = differences.reduce((sum, d) => sum + d, 0) / count;
  const squares = differences.reduce((sum, d) => sum + (d - mean) ** 2, 0);
  return { mean, varianceOfMean: squares / (count - 1) / count };
}
