/**
 * Gap statistic (Tibshirani, Walther and Hastie 2001): how much tighter k groups are than k groups of customers who are
 * spread evenly over the same ranges, without any groups.
 *
 *   gap(k) = mean of log W over reference data − log W(k),  s(k) = standard deviation of these × √(1 + 1 / B)
 *
 * with W the sum of squared distances to the nearest centre. The smallest k with gap(k) ≥ gap(k + 1) − s(k + 1) is chosen;
 * that can be 1: no groups.
 */
export interface Gap {
  readonly value: number;
  readonly error: number;
}

/** `references`: W of k groups in each of the B reference data sets. */
export function gapOf(dispersion: number, references: readonly number[]): Gap {
  const logs = references.map((reference) => Math.log(reference));
  const mean = logs.reduce((sum, value) => sum + value, 0) / logs.length;
  const variance = logs.reduce((sum, value) => sum + (value - mean) ** 2, 0) / logs.length;
  return { value: mean - Math.log(dispersion), error: Math.sqrt(variance * (1 + 1 / logs.length)) };
}

/** `gaps[k - 1]`, for k from 1 on without a break. The largest k where none before it is chosen. */
export function countByGap(gaps: readonly Gap[]): number {
  const place = gaps.findIndex((gap, i) => {
    const next = gaps[i + 1];
    return next === undefined || gap.value >= next.value - next.error;
  });
  return place + 1;
}
