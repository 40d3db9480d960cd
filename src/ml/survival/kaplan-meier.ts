/**
 * The share of customers who are still there after each time, from those who left and those who are still followed.
 *
 * Method: product-limit estimate (Kaplan and Meier 1958), S(t) = Π over times u ≤ t of (1 − d/n), d having left of n at risk,
 * with Greenwood's variance, S² Σ d / (n (n − d)). Intervals are on the scale of log(−log S), S^exp(±z se / (S log S)), which
 * stay within [0, 1] and are close to their level in small samples (Kalbfleisch and Prentice 2002, 1.4). The median is the first
 * time with S ≤ ½, its interval where those of the curve reach ½ (Brookmeyer and Crowley 1982).
 * Assumptions: customers are independent, and those who are no longer followed would have left as the others did.
 */
import { normalQuantile } from '../math/quantiles.ts';
import { countTimes, placeOf, type Durations, type TimeCounts } from './durations.ts';

/** Steps of one curve; all arrays have one entry for each time that somebody left or was last seen. */
export interface SurvivalCurve {
  /** Ascending. */
  readonly times: Float64Array;
  readonly atRisk: Float64Array;
  readonly left: Float64Array;
  /** Share still there just after each time, in [0, 1]. */
  readonly survival: Float64Array;
  /** Greenwood's; NaN where nobody is left. */
  readonly standardErrors: Float64Array;
  /** Ends of the interval; 1 where nobody has left yet, NaN where nobody is left. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly customers: number;
  readonly leftCount: number;
}

/** A time, with its interval; null where the curve, or the end of its interval, does not come down so far. */
export interface TimeEstimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
}

export function kaplanMeier(durations: Durations, level = 0.95): SurvivalCurve {
  return kaplanMeierByGroup(countTimes(durations), level)[0]!;
}

/** One curve a group. */
export function kaplanMeierByGroup(counts: TimeCounts, level = 0.95): SurvivalCurve[] {
  const { times, groupCount } = counts;
  return Array.from({ length: groupCount }, (_, group) => {
    const own = [group * times.length, (group + 1) * times.length] as const;
    return curveOf(times, counts.atRisk.subarray(...own), counts.left.subarray(...own), level);
  });
}

function curveOf(
  allTimes: Float64Array,
  allAtRisk: Float64Array,
  allLeft: Float64Array,
  level: number,
): SurvivalCurve {
  // Where only another group has a time, nothing changes.
  const isOwn = (k: number): boolean => allAtRisk[k]! > (allAtRisk[k + 1] ?? 0);
  const places = Int32Array.from(allTimes.keys()).filter(isOwn);
  const take = (all: Float64Array): Float64Array => Float64Array.from(places, (k) => all[k]!);
  const [times, atRisk, left] = [take(allTimes), take(allAtRisk), take(allLeft)];
  const z = normalQuantile((1 + level) / 2);
  const empty = (): Float64Array => new Float64Array(times.length);
  const curve = { survival: empty(), standardErrors: empty(), low: empty(), high: empty() };
  let survival = 1;
  let sum = 0;
  for (let k = 0; k < times.length; k++) {
    survival *= 1 - left[k]! / atRisk[k]!;
    sum += left[k]! / (atRisk[k]! * (atRisk[k]! - left[k]!));
    const half = (z * Math.sqrt(sum)) / Math.log(survival);
    const ends = survival < 1 ? [Math.exp(-half), Math.exp(half)] : [0, 0];
    curve.survival[k] = survival;
    curve.standardErrors[k] = survival > 0 ? survival * Math.sqrt(sum) : NaN;
    curve.low[k] = survival > 0 ? survival ** ends[0]! : NaN;
    curve.high[k] = survival > 0 ? survival ** ends[1]! : NaN;
  }
  return {
    times,
    atRisk,
    left,
    ...curve,
    customers: atRisk[0] ?? 0,
    leftCount: left.reduce((a, b) => a + b, 0),
  };
}

/** When `share` of the customers have left; 0.5 is the median. */
export function timeUntilLeft({ times, survival, low, high }: SurvivalCurve, share = 0.5): TimeEstimate {
  const firstAt = (values: Float64Array): number | null => {
    // Rounding may leave a product a little above what it is.
    const place = values.findIndex((value) => value <= 1 - share + 1e-12);
    return place < 0 ? null : times[place]!;
  };
  return { value: firstAt(survival), low: firstAt(low), high: firstAt(high) };
}

/** What the curve says of one time. */
export interface SurvivalAt {
  readonly survival: number;
  readonly low: number;
  readonly high: number;
  /** Followed at least as long. */
  readonly atRisk: number;
}

/** Null where nobody was followed so long: the curve says nothing about it. */
export function survivalAt(curve: SurvivalCurve, time: number): SurvivalAt | null {
  const { times } = curve;
  if (times.length === 0 || time > times.at(-1)!) return null;
  const next = placeOf(times, time);
  const last = times[next] === time ? next : next - 1;
  const atRisk = curve.atRisk[next]!;
  if (last < 0) return { survival: 1, low: 1, high: 1, atRisk };
  return { survival: curve.survival[last]!, low: curve.low[last]!, high: curve.high[last]!, atRisk };
}
