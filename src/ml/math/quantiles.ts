/** Quantiles of the normal, Student's t, χ² and Beta distributions: roots of their distribution functions (roots.ts). */
import { incompleteBeta } from './incomplete-beta.ts';
import { chiSquareTail, normalTail } from './incomplete-gamma.ts';
import { findRoot } from './roots.ts';

/** z with P(Z ≤ z) = `share`, in (0, 1); ±Infinity at the ends. */
export function normalQuantile(share: number): number {
  if (share === 0.5) return 0;
  if (share > 0.5) return upperQuantile(normalTail, 1 - share);
  return -upperQuantile(normalTail, share);
}

/** t with P(T ≤ t) = `share` for `degreesOfFreedom` above 0; Infinity of them is the normal distribution. */
export function studentQuantile(share: number, degreesOfFreedom: number): number {
  // From here on the difference from the normal quantile is below 1e-6.
  if (degreesOfFreedom > 5e6) return normalQuantile(share);
  if (share < 0.5) return -studentQuantile(1 - share, degreesOfFreedom);
  return share === 0.5 ? 0 : upperQuantile((t) => studentTail(t, degreesOfFreedom), 1 - share);
}

/** x with P(X ≤ x) = `share` for a χ² variable of so many degrees of freedom, at least 1. */
export function chiSquareQuantile(share: number, degreesOfFreedom: number): number {
  return share <= 0 ? 0 : upperQuantile((x) => chiSquareTail(x, degreesOfFreedom), 1 - share);
}

/** x with P(X ≤ x) = `share` for X ~ Beta(a, b). */
export function betaQuantile(share: number, a: number, b: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return 1;
  return findRoot((x) => incompleteBeta(a, b, x) - share, 0, 1);
}

/** Probability that Student's t of so many degrees of freedom is at least `t` ≥ 0. */
export function studentTail(t: number, degreesOfFreedom: number): number {
  return incompleteBeta(degreesOfFreedom / 2, 0.5, degreesOfFreedom / (degreesOfFreedom + t * t)) / 2;
}

/** x ≥ 0 with `tail(x)` = `share`, of a falling tail. */
function upperQuantile(tail: (x: number) => number, share: number): number {
  if (share <= 0) return Infinity;
  let high = 4;
  while (tail(high) > share) high *= 2;
  // In logarithms the tail is nearly a parabola, which interpolation finds quickly.
  return findRoot((x) => Math.log(tail(x) / share), 0, high);
}
