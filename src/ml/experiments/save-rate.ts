/**
 * What is known of an action's save rate: the share of customers who would have left and stay because of it.
 *
 * Method: a Beta distribution. The rule's figure is the prior, worth as much as `priorCustomers` who would have left. A
 * campaign with controls gives r̂ = 1 − p̂₁/p̂₀, from the churn of treated and control members by strata, with the variance
 *   V(p̂₁)/p̂₀² + p̂₁² V(p̂₀)/p̂₀⁴   (delta method).
 * It counts as the number n of customers whose saves, seen directly, would be as precise: n = m(1 − m) / variance with m the
 * prior mean. So the posterior mean weights prior and campaigns by their precision (linear Bayes, Bühlmann 1967), and adds
 * up over campaigns. References: Gelman et al. (2013), Bayesian Data Analysis, 2; Bühlmann and Gisler (2005).
 * The bounds of 95 % hold 94 % of true rates drawn from the prior, with one campaign as precise as the prior.
 * Assumptions: campaigns are independent and on customers alike. What customers did who were contacted without a control
 * group says nothing here: most of them would have stayed anyway. An action that makes customers leave has a rate below 0,
 * which a Beta distribution does not know: it comes out near 0, and harm.ts tells.
 */
import type { Interval } from '../evaluation/wilson.ts';
import { betaQuantile } from '../math/quantiles.ts';
import { mergeStrata, sizeOf, varianceOfMean, type Stratum } from './arm-outcomes.ts';

/** One campaign's own figure. */
export interface SaveRateEvidence {
  /** At most 1; below 0 where more of the treated left. */
  readonly rate: number;
  readonly variance: number;
}

export interface SaveRate extends Interval {
  readonly mean: number;
  /** Parameters of the Beta distribution. */
  readonly a: number;
  readonly b: number;
  /** Customers who would have left that the campaigns are worth, and the prior. */
  readonly campaignCustomers: number;
  readonly priorCustomers: number;
}

/** A rule's figure is an opinion: it counts as twenty customers who would have left. */
export const usualPriorCustomers = 20;

/** Null with fewer than two members of an arm, or where no control left, so that nobody could be saved. */
export function saveRateEvidence(strata: readonly Stratum[]): SaveRateEvidence | null {
  const merged = mergeStrata(strata);
  const total = merged.reduce((sum, stratum) => sum + sizeOf(stratum), 0);
  let [treated, control, treatedVariance, controlVariance] = [0, 0, 0, 0];
  for (const stratum of merged) {
    if (Math.min(stratum.treated.count, stratum.control.count) < 2) return null;
    const weight = sizeOf(stratum) / total;
    treated += weight * stratum.treated.mean;
    control += weight * stratum.control.mean;
    treatedVariance += weight ** 2 * varianceOfMean(stratum.treated);
    controlVariance += weight ** 2 * varianceOfMean(stratum.control);
  }
  if (!(control > 0)) return null;
  return {
    rate: 1 - treated / control,
    variance: treatedVariance / control ** 2 + (treated ** 2 * controlVariance) / control ** 4,
  };
}

/** `ruleRate` in [0, 1], with bounds of 95 %. @throws RangeError otherwise */
export function estimateSaveRate(
  ruleRate: number,
  evidence: readonly SaveRateEvidence[],
  priorCustomers = usualPriorCustomers,
): SaveRate {
  if (!(ruleRate >= 0 && ruleRate <= 1))
    throw new RangeError(`the save rate must be from 0 to 1, found ${ruleRate}`);
  if (!(priorCustomers > 0 && priorCustomers < Infinity))
    throw new RangeError(`priorCustomers must be above 0 and finite, found ${priorCustomers}`);
  // A figure of 0 or 1 would leave nothing to learn.
  const prior = Math.min(0.99, Math.max(0.01, ruleRate));
  let [customers, saved] = [0, 0];
  for (const { rate, variance } of evidence) {
    // Less spread than one customer in a million says comes from outcomes that were all alike.
    const worth = (prior * (1 - prior)) / Math.max(variance, 1e-6);
    customers += worth;
    saved += worth * rate;
  }
  const a = priorCustomers * prior + Math.min(customers, Math.max(0, saved));
  const b = priorCustomers + customers - a;
  return {
    mean: a / (a + b),
    low: betaQuantile(0.025, a, b),
    high: betaQuantile(0.975, a, b),
    a,
    b,
    campaignCustomers: customers,
    priorCustomers,
  };
}
