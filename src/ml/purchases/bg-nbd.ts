/**
 * How often customers buy, and when they silently stop: BG/NBD, by maximum likelihood.
 *
 * Method: beta-geometric/negative binomial distribution (Fader, Hardie and Lee 2005, 'Counting your customers' the easy way,
 * Marketing Science 24). While active a customer buys at a rate λ ~ Gamma(r, α); after each purchase they stop for good with
 * probability p ~ Beta(a, b). Likelihood (7) of the article in x repeat purchases, the last at t, seen until T, with its
 * derivatives by the logarithms of r, α, a and b.
 * Assumptions: rates differ between customers but do not change in time (no seasons, no trend), independently of the
 * probability to stop; nobody stops before their first repeat purchase, so that who has none counts as active.
 */
import { digamma } from '../math/digamma.ts';
import { logGamma } from '../math/log-gamma.ts';
import { maximise, type Ascent } from '../math/maximise.ts';
import type { Histories } from './histories.ts';

export interface BgNbd {
  readonly r: number;
  /** In the unit of time. */
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

export interface FittedBgNbd extends BgNbd {
  /** Of the same names; null where the data do not tell the parameters. */
  readonly standardErrors: BgNbd | null;
  readonly logLikelihood: number;
  readonly hasConverged: boolean;
}

/** @throws RangeError where no customer has a repeat purchase, or a history makes no sense */
export function fitBgNbd(histories: Histories): FittedBgNbd {
  checkHistories(histories);
  const count = histories.repeats.length;
  const span = histories.ends.reduce((sum, end) => sum + end, 0) / count;
  const likelihood = (params: Float64Array): Ascent => bgNbdLikelihood(histories, named(params));
  const starts = [
    [1, span / 4, 1, 3],
    [0.3, span / 8, 0.5, 1],
    [2, span, 0.1, 2],
  ].map((start) => Float64Array.from(start));
  const { params, value, standardErrors, hasConverged } = maximise(likelihood, starts, count);
  return {
    ...named(params),
    standardErrors: standardErrors && named(standardErrors),
    logLikelihood: value * count,
    hasConverged,
  };
}

function named([r, alpha, a, b]: Float64Array): BgNbd {
  return { r: r!, alpha: alpha!, a: a!, b: b! };
}

/** Mean over customers of the log-likelihood and its derivatives by log r, log α, log a and log b. */
export function bgNbdLikelihood({ repeats, lastTimes, ends }: Histories, params: BgNbd): Ascent {
  const { r, alpha, a, b } = params;
  const ofCount = termsByCount(repeats, params);
  const sums = new Float64Array(5);
  for (let i = 0; i < repeats.length; i++) {
    const x = repeats[i]!;
    const terms = ofCount[x]!;
    const end = alpha + ends[i]!;
    const logEnd = Math.log(end);
    const active = -(r + x) * logEnd;
    // Weight of having stopped at the last purchase, against still being active.
    let stopped = 0;
    let logSum = active;
    let [logTime, inverse] = [logEnd, 1 / end];
    if (x > 0) {
      const last = alpha + lastTimes[i]!;
      const logLast = Math.log(last);
      const other = Math.log(a / (b + x - 1)) - (r + x) * logLast;
      const most = Math.max(active, other);
      logSum = most + Math.log(Math.exp(active - most) + Math.exp(other - most));
      stopped = Math.exp(other - logSum);
      logTime += stopped * (logLast - logEnd);
      inverse += stopped * (1 / last - 1 / end);
    }
    sums[0]! += terms.value + logSum;
    sums[1]! += terms.r - logTime;
    sums[2]! += r / alpha - (r + x) * inverse;
    sums[3]! += terms.a + stopped / a;
    sums[4]! += terms.b - stopped / (b + x - 1);
  }
  const scale = [r, alpha, a, b];
  return {
    value: sums[0]! / repeats.length,
    gradient: Float64Array.from(scale, (param, k) => (sums[k + 1]! * param) / repeats.length),
  };
}

interface CountTerms {
  readonly value: number;
  readonly r: number;
  readonly a: number;
  readonly b: number;
}

/** What depends on the number of purchases only, once for each number. */
function termsByCount(repeats: Float64Array, { r, alpha, a, b }: BgNbd): CountTerms[] {
  const found: CountTerms[] = [];
  const ofAb = digamma(a + b);
  for (const x of repeats)
    found[x] ??= {
      value:
        logGamma(r + x) -
        logGamma(r) +
        r * Math.log(alpha) +
        logGamma(a + b) +
        logGamma(b + x) -
        logGamma(b) -
        logGamma(a + b + x),
      r: digamma(r + x) - digamma(r) + Math.log(alpha),
      a: ofAb - digamma(a + b + x),
      b: ofAb + digamma(b + x) - digamma(b) - digamma(a + b + x),
    };
  return found;
}

function checkHistories({ repeats, lastTimes, ends }: Histories): void {
  let repeated = 0;
  for (let i = 0; i < repeats.length; i++) {
    const [x, last, end] = [repeats[i]!, lastTimes[i]!, ends[i]!];
    if (!(Number.isInteger(x) && x >= 0))
      throw new RangeError(`repeats must be whole and 0 or more, found ${x}`);
    if (!(last >= 0 && last <= end && end < Infinity) || (x === 0 && last !== 0))
      throw new RangeError(`a history of ${x} repeats cannot end at ${end} with the last at ${last}`);
    if (x > 0) repeated++;
  }
  if (repeated === 0) throw new RangeError('nobody has a repeat purchase');
}
