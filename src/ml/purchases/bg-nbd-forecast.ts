/**
 * What a BG/NBD model (bg-nbd.ts) expects: who is still active, how many purchases are to come, and how many customers have made
 * so many. Fader, Hardie and Lee (2005), equations (8) and (10), and their note on P(alive) (2008).
 *
 * The expectation has Gauss' hypergeometric function ₂F₁(r + x, b + x; a + b + x − 1; z), z = t / (α + T + t), whose series hardly
 * converges near z = 1, and a factor 1 / (a − 1). By Euler's transformation it is (1 − z)^(a − 1 − r − x) · ₂F₁(a + b − 1 − r, a − 1; …),
 * so that both are gone: every term that is left is regular at a = 1.
 */
import { logGamma } from '../math/log-gamma.ts';
import type { BgNbd } from './bg-nbd.ts';

/** One customer, as in histories.ts. */
export interface History {
  readonly repeats: number;
  readonly lastTime: number;
  readonly end: number;
}

/** P(alive): probability that the customer is still active when the data end, in [0, 1]. */
export function probabilityActive({ r, alpha, a, b }: BgNbd, { repeats, lastTime, end }: History): number {
  if (repeats === 0) return 1;
  const log = Math.log(a / (b + repeats - 1)) + (r + repeats) * Math.log((alpha + end) / (alpha + lastTime));
  return 1 / (1 + Math.exp(log));
}

/** Purchases to be expected in the `time` after the data end, of a customer who is active then. */
export function expectedIfActive({ r, alpha, a, b }: BgNbd, { repeats, end }: History, time: number): number {
  if (time <= 0) return 0;
  const z = time / (alpha + end + time);
  const c = a + b + repeats - 1;
  const power = (a - 1) * Math.log1p(-z);
  const first = a === 1 ? Math.log1p(-z) : Math.expm1(power) / (a - 1);
  return -c * first - Math.exp(power) * seriesOf(a + b - 1 - r, a, c, z);
}

/** Purchases to be expected in the `time` after the data end, whether active or not. */
export function expectedPurchases(model: BgNbd, history: History, time: number): number {
  return probabilityActive(model, history) * expectedIfActive(model, history, time);
}

/** c (₂F₁(p, a − 1; c; z) − 1) / (a − 1). */
function seriesOf(p: number, a: number, c: number, z: number): number {
  let term = p * z;
  let sum = term;
  for (let k = 1; k < 100_000 && Math.abs(term) > 1e-15 * Math.abs(sum); k++) {
    term *= (((p + k) * (a + k - 1)) / ((c + k) * (k + 1))) * z;
    sum += term;
  }
  return sum;
}

/** Probability of exactly 0, 1, …, `most` repeat purchases within `time` of the first purchase. */
export function countDistribution({ r, alpha, a, b }: BgNbd, time: number, most: number): Float64Array {
  const [quiet, busy] = [Math.log(alpha / (alpha + time)), Math.log(time / (alpha + time))];
  const shares = new Float64Array(most + 1);
  /** Probability of fewer purchases, if nobody stopped. */
  let fewer = 0;
  for (let x = 0; x <= most; x++) {
    const rate = Math.exp(
      logGamma(r + x) - logGamma(r) - logGamma(x + 1) + r * quiet + (x === 0 ? 0 : x * busy),
    );
    shares[x] = Math.exp(logBeta(a, b + x) - logBeta(a, b)) * rate;
    if (x > 0) shares[x]! += Math.exp(logBeta(a + 1, b + x - 1) - logBeta(a, b)) * Math.max(0, 1 - fewer);
    fewer += rate;
  }
  return shares;
}

function logBeta(a: number, b: number): number {
  return logGamma(a) + logGamma(b) - logGamma(a + b);
}
