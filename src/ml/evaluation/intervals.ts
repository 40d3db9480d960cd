/**
 * How sure the figures of an evaluation are: 95 % intervals.
 * - Shares (accuracy, precision, recall): Wilson (1927), score interval of a proportion.
 * - Area under the ROC curve: DeLong, DeLong and Clarke-Pearson (1988), by midranks as in Sun and Xu (2014), so
 *   O(n log n); on the logit scale, so that it stays within [0, 1].
 * - The others: percentile bootstrap (Efron and Tibshirani, 1993), leavers and stayers drawn apart, so that no resample
 *   lacks either.
 * Assumes that customers are independent, and that the model has not seen them.
 */
import type { Metrics } from './metrics.ts';
import type { Random } from '../math/random.ts';
import { bootstrapIntervals } from './bootstrap.ts';
import { groupBothClasses } from './score-groups.ts';
import type { ScoreGroups } from './score-groups.ts';
import { logit, sigmoid } from '../math/sigmoid.ts';

/** Both ends belong to it. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export type MetricIntervals = Readonly<Record<keyof Omit<Metrics, 'confusion'>, Interval>>;

/** 97.5 % quantile of the normal distribution: two-sided 95 %. */
export const z95 = 1.959964;

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
  const rightlyLeft = groups.stayerCount - (contacted - found);
  return {
    accuracy: wilsonInterval(found + rightlyLeft, scores.length),
    precision: wilsonInterval(found, contacted),
    recall: wilsonInterval(found, groups.leaverCount),
    rocAuc: delongOf(groups),
    ...bootstrapIntervals(groups, threshold, random, resamples),
  };
}

/** Of a share; [0, 1] where `total` is 0, as nothing is known then. `z`: 1.96 for 95 %. @throws RangeError */
export function wilsonInterval(successes: number, total: number, z = z95): Interval {
  if (!(successes >= 0 && successes <= total && total < Infinity))
    throw new RangeError(`${successes} of ${total} is not a share`);
  if (total === 0) return { low: 0, high: 1 };
  const share = successes / total;
  const weight = 1 + z ** 2 / total;
  const centre = (share + z ** 2 / (2 * total)) / weight;
  const half = (z / weight) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  // At the ends rounding would leave 1e-17 where the formula says 0.
  return {
    low: successes === 0 ? 0 : Math.max(0, centre - half),
    high: successes === total ? 1 : Math.min(1, centre + half),
  };
}

/** Of the area under the ROC curve. @throws RangeError with one class only */
export function delongInterval(scores: Float64Array, target: Uint8Array): Interval {
  return delongOf(groupBothClasses(scores, target));
}

/** The area and DeLong's variance of it; the variance is NaN with fewer than two of either class. */
export function delongVariance(groups: ScoreGroups): { readonly area: number; readonly variance: number } {
  const leavers = placements(groups.leavers, groups.stayers, groups.stayerCount, groups.leaverCount);
  const stayers = placements(groups.stayers, groups.leavers, groups.leaverCount, groups.stayerCount);
  // Counted from the top, a leaver's placement is the share of stayers above it.
  return { area: 1 - leavers.mean, variance: leavers.varianceOfMean + stayers.varianceOfMean };
}

/**
 * Where all pairs are in order, or one class has a single customer, DeLong's variance says nothing (0 or 0/0). Then the
 * interval is Wilson's with as many trials as the smaller class has customers, which is wide rather than falsely sure.
 */
function delongOf(groups: ScoreGroups): Interval {
  const { area, variance } = delongVariance(groups);
  const smaller = Math.min(groups.leaverCount, groups.stayerCount);
  const spread = area * (1 - area);
  if (smaller < 2 || spread <= 0) return wilsonInterval(Math.min(1, Math.max(0, area)) * smaller, smaller);
  const half = (z95 * Math.sqrt(variance)) / spread;
  return { low: sigmoid(logit(area) - half), high: sigmoid(logit(area) + half) };
}

/** Placement of each customer of a class: the share of the other class above it, ties counting half. */
function placements(
  own: Int32Array,
  other: Int32Array,
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
    found += groups.leavers[group]!;
    contacted += groups.leavers[group]! + groups.stayers[group]!;
  }
  return { found, contacted };
}
