/**
 * How sure the figures of an evaluation are: 95 % intervals.
 * - Shares (accuracy, precision, recall): Wilson's score interval (wilson.ts).
 * - Area under the ROC curve: DeLong, DeLong and Clarke-Pearson (1988), by midranks as in Sun and Xu (2014), so
 *   O(n log n); on the logit scale, so that it stays within [0, 1].
 * - The others: percentile bootstrap (bootstrap.ts), the two classes drawn apart, so that no resample lacks either.
 * Assumes that customers are independent, and that the model has not seen them.
 */
import type { Metrics } from './metrics.ts';
import type { Random } from '../math/random.ts';
import { bootstrapIntervals } from './bootstrap.ts';
import { wilsonInterval, z95, type Interval } from './wilson.ts';
import { groupBothClasses } from './score-groups.ts';
import type { ScoreGroups } from './score-groups.ts';
import { logit, sigmoid } from '../math/sigmoid.ts';

export type MetricIntervals = Readonly<Record<keyof Omit<Metrics, 'confusion'>, Interval>>;

/**
 * An interval for every measure at `threshold`; the same `random` gives the same. Above 20,000 rows there are fewer
 * resamples, 400 · 20,000 / rows but at least 100. @throws RangeError with one class only
 */
export function metricIntervals(
  scores: Float64Array,
  target: Uint8Array,
  threshold: number,
  random: Random,
  resamples = 400,
): MetricIntervals {
  const groups = groupBothClasses(scores, target);
  const { found, contacted } = countFrom(groups, threshold);
  const trueNegatives = groups.negativeCount - (contacted - found);
  return {
    accuracy: wilsonInterval(found + trueNegatives, scores.length),
    precision: wilsonInterval(found, contacted),
    recall: wilsonInterval(found, groups.positiveCount),
    rocAuc: delongOf(groups),
    ...bootstrapIntervals(groups, threshold, random, resamples),
  };
}

/** Of the area under the ROC curve. @throws RangeError with one class only */
export function delongInterval(scores: Float64Array, target: Uint8Array): Interval {
  return delongOf(groupBothClasses(scores, target));
}

/** Customers by score, the highest first; counts may be expected ones. */
export interface GroupedCounts extends Pick<ScoreGroups, 'positiveCount' | 'negativeCount'> {
  readonly positives: ArrayLike<number>;
  readonly negatives: ArrayLike<number>;
}

/** The area and DeLong's variance of it; the variance is NaN with fewer than two of either class. */
export function delongVariance(groups: GroupedCounts): { readonly area: number; readonly variance: number } {
  const positives = placements(
    groups.positives,
    groups.negatives,
    groups.negativeCount,
    groups.positiveCount,
  );
  const negatives = placements(
    groups.negatives,
    groups.positives,
    groups.positiveCount,
    groups.negativeCount,
  );
  // Counted from the top, the placement of a customer who left is the share above of customers who stayed.
  return { area: 1 - positives.mean, variance: positives.varianceOfMean + negatives.varianceOfMean };
}

/**
 * Where all pairs are in order, or one class has a single customer, DeLong's variance is 0 or undefined. Then the
 * interval is Wilson's with as many trials as the smaller class has customers: too wide rather than too narrow.
 */
function delongOf(groups: ScoreGroups): Interval {
  const { area, variance } = delongVariance(groups);
  const smaller = Math.min(groups.positiveCount, groups.negativeCount);
  const spread = area * (1 - area);
  if (smaller < 2 || spread <= 0) return wilsonInterval(Math.min(1, Math.max(0, area)) * smaller, smaller);
  const half = (z95 * Math.sqrt(variance)) / spread;
  return { low: sigmoid(logit(area) - half), high: sigmoid(logit(area) + half) };
}

/** Placement of each customer of a class: the share of the other class above it, ties counting half. */
function placements(
  own: ArrayLike<number>,
  other: ArrayLike<number>,
  otherCount: number,
  ownCount: number,
): { readonly mean: number; readonly varianceOfMean: number } {
  let above = 0;
  let sum = 0;
  const placement = Float64Array.from(other, (count, group) => {
    const share = (above + count / 2) / otherCount;
    above += count;
    sum += own[group]! * share;
    return share;
  });
  const mean = sum / ownCount;
  const squares = placement.reduce((all, share, group) => all + own[group]! * (share - mean) ** 2, 0);
  return { mean, varianceOfMean: squares / (ownCount - 1) / ownCount };
}

function countFrom(groups: ScoreGroups, threshold: number): { found: number; contacted: number } {
  let found = 0;
  let contacted = 0;
  for (let group = 0; group < groups.scores.length && groups.scores[group]! >= threshold; group++) {
    found += groups.positives[group]!;
    contacted += groups.positives[group]! + groups.negatives[group]!;
  }
  return { found, contacted };
}
