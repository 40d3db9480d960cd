/**
 * How much customers spend on a purchase: Gamma-Gamma model, by maximum likelihood.
 *
 * Method: Fader and Hardie (2013), The Gamma-Gamma model of monetary value. Purchases of a customer are Gamma(p, ν) with
 * ν ~ Gamma(q, v); the likelihood (1a) of mean spend m over x purchases, with its derivatives by the logarithms of p, q and v.
 * The expectation (5) is a mean of the customer's own spend and that of all, the more of the own the more purchases there are.
 * Assumptions: the spend of a customer varies around a mean that stays the same; means do not depend on how often a customer
 * buys (look at the correlation); amounts are above 0.
 */
import { digamma } from '../math/digamma.ts';
import { logGamma } from '../math/log-gamma.ts';
import { maximise, type Ascent } from '../math/maximise.ts';
import type { Spending } from './histories.ts';

export interface GammaGamma {
  readonly p: number;
  readonly q: number;
  /** In money. */
  readonly v: number;
}

export interface FittedGammaGamma extends GammaGamma {
  /** Of the same names; null where the data do not tell the parameters. */
  readonly standardErrors: GammaGamma | null;
  readonly logLikelihood: number;
  readonly hasConverged: boolean;
  /** Customers with a repeat purchase and a mean spend above 0. */
  readonly customers: number;
  /** Pearson's, of repeat purchases and mean spend; the model assumes 0. */
  readonly correlation: number;
}

/** @throws RangeError where no customer has a repeat purchase with a mean spend above 0 */
export function fitGammaGamma(spending: Spending): FittedGammaGamma {
  const used = usedOf(spending);
  const customers = used.repeats.length;
  if (customers === 0) throw new RangeError('nobody has a repeat purchase of more than 0');
  const mean = used.means.reduce((sum, value) => sum + value, 0) / customers;
  const likelihood = (params: Float64Array): Ascent => gammaGammaLikelihood(used, named(params));
  const starts = [
    [2, 3, mean],
    [6, 4, mean / 2],
    [1, 10, mean * 10],
  ].map((start) => Float64Array.from(start));
  const { params, value, standardErrors, hasConverged } = maximise(likelihood, starts, customers);
  return {
    ...named(params),
    standardErrors: standardErrors && named(standardErrors),
    logLikelihood: value * customers,
    hasConverged,
    customers,
    correlation: correlationOf(used.repeats, used.means),
  };
}

/**
 * Mean spend to be expected on a purchase, in money; without a repeat purchase that of all customers, which is NaN for q ≤ 1,
 * where the tail is too heavy for a mean.
 */
export function expectedSpend({ p, q, v }: GammaGamma, repeats: number, mean: number): number {
  const isKnown = repeats > 0 && mean > 0;
  const x = isKnown ? repeats : 0;
  const weight = p * x + q - 1;
  return weight > 0 ? (p * (v + (isKnown ? x * mean : 0))) / weight : NaN;
}

/** Mean over customers of the log-likelihood and its derivatives by log p, log q and log v. */
export function gammaGammaLikelihood({ repeats, means }: Spending, { p, q, v }: GammaGamma): Ascent {
  const ofCount: { value: number; p: number; q: number }[] = [];
  const sums = new Float64Array(4);
  const logV = Math.log(v);
  for (let i = 0; i < repeats.length; i++) {
    const x = repeats[i]!;
    const mean = means[i]!;
    const terms = (ofCount[x] ??= termsOf(p, q, x));
    const total = x * mean + v;
    const logTotal = Math.log(total);
    const logMean = Math.log(x * mean);
    sums[0]! += terms.value + q * logV + p * x * logMean - Math.log(mean) - (p * x + q) * logTotal;
    sums[1]! += terms.p + x * (logMean - logTotal);
    sums[2]! += terms.q + logV - logTotal;
    sums[3]! += q / v - (p * x + q) / total;
  }
  const scale = [p, q, v];
  return {
    value: sums[0]! / repeats.length,
    gradient: Float64Array.from(scale, (param, k) => (sums[k + 1]! * param) / repeats.length),
  };
}

function termsOf(p: number, q: number, x: number): { value: number; p: number; q: number } {
  const all = digamma(p * x + q);
  return {
    value: logGamma(p * x + q) - logGamma(p * x) - logGamma(q),
    p: x * (all - digamma(p * x)),
    q: all - digamma(q),
  };
}

function named([p, q, v]: Float64Array): GammaGamma {
  return { p: p!, q: q!, v: v! };
}

function usedOf({ repeats, means }: Spending): Spending {
  const isUsed = (_: number, i: number): boolean => repeats[i]! > 0 && means[i]! > 0;
  return { repeats: repeats.filter(isUsed), means: means.filter(isUsed) };
}

/** 0 where one of them does not vary. */
function correlationOf(a: Float64Array, b: Float64Array): number {
  const meanOf = (values: Float64Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanA, meanB] = [meanOf(a), meanOf(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [da, db] = [a[i]! - meanA, b[i]! - meanB];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 0;
}
