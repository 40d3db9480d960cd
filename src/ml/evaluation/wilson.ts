/**
 * Wilson's score interval of a proportion: the values p for which |k/n − p| ≤ z √(p(1 − p)/n).
 * Reference: Wilson (1927), Probable inference, the law of succession, and statistical inference.
 * Assumptions: the n trials are independent.
 */

/** Both ends belong to it. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 97.5 % quantile of the normal distribution: two-sided 95 %. */
export const z95 = 1.959964;

/** Of a share; [0, 1] where `total` is 0, as nothing is known then. `z`: 1.96 for 95 %. @throws RangeError */
export function wilsonInterval(successes: number, total: number, z = z95): Interval {
  if (!(successes >= 0 && successes <= total && total < Infinity))
    throw new RangeError(`successes must be from 0 to total, found ${successes} of ${total}`);
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
