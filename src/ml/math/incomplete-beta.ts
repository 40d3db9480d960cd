/**
 * Regularised incomplete beta function I_x(a, b): the probability that a Beta(a, b) variable is at most x. Continued
 * fraction of Numerical Recipes (Press et al., 3rd edition, 6.4), evaluated by the modified Lentz method; logarithm of
 * the gamma function by Lanczos' approximation (g = 7, nine terms). About 1e-13 for a and b up to a thousand.
 */

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

const lanczos = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

/** For z > 0. */
function logGamma(z: number): number {
  // Γ(z + 1) = z Γ(z) keeps the approximation where it is good.
  if (z < 0.5) return logGamma(z + 1) - Math.log(z);
  const shifted = z - 1;
  const base = shifted + 7.5;
  const sum = lanczos.reduce((all, term, k) => (k === 0 ? term : all + term / (shifted + k)), 0);
  return 0.5 * Math.log(2 * Math.PI) + (shifted + 0.5) * Math.log(base) - base + Math.log(sum);
}
