/**
 * Expected maximum profit measure for customer churn (EMPC): Verbraken, Verbeke and Baesens (2013), A novel profit
 * maximizing metric for measuring classification performance of customer churn prediction models, IEEE TKDE 25(5), after
 * Verbeke et al. (2012). Unlike the area under the ROC curve it asks what a campaign with the model would earn.
 *
 * For a save rate γ, contacting the share F0 of customers who leave and F1 of those who stay earns, per customer,
 *   P(γ) = (γ (V − d) − f) π0 F0 − (d + f) π1 F1
 * with V the value of a customer, d the cost of an offer, f of a contact, π0 the share of customers who leave and π1 of those who stay.
 * EMPC is the mean over γ ~ Beta(α, β) of the best P(γ) on the ROC curve. Only corners of its convex hull are ever best,
 * each between two save rates, so the mean is a sum over corners of incomplete beta functions: exact, no quadrature.
 * Assumes one value for all customers.
 */
import { checkBounds, notNegative } from '../math/bounds.ts';
import { incompleteBeta } from '../math/incomplete-beta.ts';
import { groupBothClasses } from './score-groups.ts';
import type { ScoreGroups } from './score-groups.ts';

export interface EmpcAssumptions {
  /** The save rate follows Beta(alpha, beta). */
  readonly alpha: number;
  readonly beta: number;
  /** Customer lifetime value, above `offerCost`. */
  readonly value: number;
  readonly offerCost: number;
  readonly contactCost: number;
}

/** The article's: 30 % saved on average, a customer worth 200, offers at 10 and contacts at 1. */
export const empcDefaults: EmpcAssumptions = {
  alpha: 6,
  beta: 14,
  value: 200,
  offerCost: 10,
  contactCost: 1,
};

/**
 * `empc`: profit per customer, at least 0, in the currency of the assumptions; `share`: mean share of customers that is
 * best to contact. @throws RangeError with one class only
 */
export function empc(
  scores: Float64Array,
  target: Uint8Array,
  assumptions: EmpcAssumptions = empcDefaults,
): { readonly empc: number; readonly share: number } {
  checkAssumptions(assumptions);
  const { alpha, beta, value, offerCost, contactCost } = assumptions;
  const hull = rocHull(groupBothClasses(scores, target));
  const sums = { empc: 0, share: 0 };
  let below = massBelow(saveRateBetween(hull, 0, assumptions), alpha, beta);
  for (let corner = 1; corner < hull.positives.length; corner++) {
    const upTo = massBelow(saveRateBetween(hull, corner, assumptions), alpha, beta);
    const positives = hull.positives[corner]! / scores.length;
    const negatives = hull.negatives[corner]! / scores.length;
    const mass = upTo.probability - below.probability;
    const earned = (value - offerCost) * positives * (upTo.mean - below.mean);
    sums.empc += earned - (contactCost * positives + (offerCost + contactCost) * negatives) * mass;
    sums.share += (positives + negatives) * mass;
    below = upTo;
  }
  return { empc: Math.max(0, sums.empc), share: sums.share };
}

/** Customers of either class contacted at each corner of the convex hull of the ROC curve, from none to all. */
interface Hull {
  readonly positives: readonly number[];
  readonly negatives: readonly number[];
}

/** Graham's scan: the points come in order, and each removes the corners that it leaves below the hull. */
function rocHull(groups: ScoreGroups): Hull {
  const positives = [0];
  const negatives = [0];
  let [found, wasted] = [0, 0];
  for (let group = 0; group < groups.scores.length; group++) {
    found += groups.positives[group]!;
    wasted += groups.negatives[group]!;
    while (positives.length > 1 && isBelow(positives, negatives, found, wasted)) {
      positives.pop();
      negatives.pop();
    }
    positives.push(found);
    negatives.push(wasted);
  }
  return { positives, negatives };
}

/** Whether the last corner lies on or below the line from the one before it to the new point. */
function isBelow(
  positives: readonly number[],
  negatives: readonly number[],
  found: number,
  wasted: number,
): boolean {
  const last = positives.length - 1;
  const rise = positives[last]! - positives[last - 1]!;
  const run = negatives[last]! - negatives[last - 1]!;
  return rise * (wasted - negatives[last]!) <= (found - positives[last]!) * run;
}

/** The save rate, at most 1, at which this corner and the next earn alike; above it the next earns more. */
function saveRateBetween(hull: Hull, corner: number, assumptions: EmpcAssumptions): number {
  if (corner === hull.positives.length - 1) return 1;
  const { value, offerCost, contactCost } = assumptions;
  const positives = hull.positives[corner + 1]! - hull.positives[corner]!;
  const negatives = hull.negatives[corner + 1]! - hull.negatives[corner]!;
  if (positives === 0) return 1;
  const needed = ((offerCost + contactCost) * negatives) / positives + contactCost;
  return Math.min(1, needed / (value - offerCost));
}

/** ∫ h(γ) dγ and ∫ γ h(γ) dγ from 0 to `saveRate`, h the density of Beta(alpha, beta). */
function massBelow(saveRate: number, alpha: number, beta: number): { probability: number; mean: number } {
  return {
    probability: incompleteBeta(alpha, beta, saveRate),
    mean: (alpha / (alpha + beta)) * incompleteBeta(alpha + 1, beta, saveRate),
  };
}

function checkAssumptions(assumptions: EmpcAssumptions): void {
  checkBounds('empc', assumptions, {
    alpha: { above: 0, below: Infinity },
    beta: { above: 0, below: Infinity },
    offerCost: notNegative,
    contactCost: notNegative,
    value: { above: assumptions.offerCost, below: Infinity },
  });
}
