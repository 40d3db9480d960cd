/**
 * Regularised incomplete beta function I_x(a, b): the probability that a Beta(a, b) variable is at most x. Continued
 * fraction of Numerical Recipes (Press et al., 3rd edition, 6.4), evaluated by the modified Lentz method; about
 * 1e-13 for a and b up to a thousand.
 */
import { logGamma } from './log-gamma.ts';

/** In [0, 1], rising in `x`; x below 0 counts as 0 and above 1 as 1. @throws RangeError unless a and b are above 0 */
export function incompleteBeta(a: number, b: number, x: number): number {
  if (!(a > 0 && b > 0 && a < Infinity && b < Infinity) || Number.isNaN(x))
    throw new RangeError(`there is no Beta(${a}, ${b}) at ${x}`);
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const logFactor = a * Math.log(x) + b * Math.log1p(-x) - logBeta(a, b);
  const factor = Math.exp(logFactor);
  // The fraction converges quickly on one side of the mean only; the other side is the mirror image.
  return x < (a + 1) / (a + b + 2)
    ? (factor * continuedFraction(a, b, x)) / a
    : 1 - (factor * continuedFraction(b, a, 1 - x)) / b;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}

const tiny = 1e-300;

function continuedFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let result = d;
  // Takes about √max(a, b) rounds.
  for (let m = 1; m <= 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    result *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    result *= d * c;
    if (Math.abs(d * c - 1) < 1e-15) break;
  }
  return result;
}

/** Keeps a divisor off 0. */
function away(value: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}
