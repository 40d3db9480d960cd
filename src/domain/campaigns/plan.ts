/** What a campaign would be, before it is launched: whom it is for, what it may save, and what each control group costs. */
import { compareControlShares, proposeControlShare } from '../../ml/experiments/power.ts';
import type { ControlShare } from '../../ml/experiments/power.ts';
import type { Campaign } from '../../store/campaigns.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { expectedSavingOf } from '../retention/expected-value.ts';
import type { ValueTerms } from '../retention/expected-value.ts';
import { armsOf } from './arms.ts';
import type { Candidates } from './candidates.ts';
import { findMembers, readValueTerms } from './planned-members.ts';

export interface CampaignPlan {
  readonly members: number;
  readonly leftOut: Candidates['leftOut'];
  /** Customers who are expected to leave without the action. */
  readonly expectedToLeave: number;
  /** Members whose monthly revenue is not known: no saving is counted for them. */
  readonly withoutValue: number;
  /** Of contacting all members, in money. */
  readonly cost: number;
  /** After cost, if all members are contacted, in money. */
  readonly expectedSaving: number;
  /** Empty where the members are too few to be split. */
  readonly shares: readonly ControlShare[];
  readonly proposed: ControlShare | null;
}

export async function planCampaign(store: ScoreStore, campaign: Campaign): Promise<CampaignPlan> {
  const worth = await readValueTerms(store.db, campaign);
  const found = await findMembers(store, campaign);
  const { savings, cost } = expectationsOf(found, campaign, worth);
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  const { smallestSaveRate } = campaign;
  const shares = compareControlShares({
    probabilities: found.probability,
    savings,
    saveRate: smallestSaveRate,
    arms: found.plannedArm ? 1 : 1 + campaign.moreArms.length,
  });
  return {
    members: found.customerIds.length,
    leftOut: found.leftOut,
    expectedToLeave: sum(found.probability),
    withoutValue: found.monthlyValue.filter(Number.isNaN).length,
    cost,
    expectedSaving: sum(savings),
    shares,
    proposed: proposeControlShare(shares),
  };
}

/**
 * Net saving expected of contacting each, and what contacting all costs; where the revenue is not known, contacting only
 * costs. A member whom chance may give any arm counts with the mean of them.
 */
function expectationsOf(
  { probability, monthlyValue, plannedArm }: Candidates,
  campaign: Campaign,
  worth: ValueTerms,
): { readonly savings: Float64Array; readonly cost: number } {
  const all = armsOf(campaign);
  const armsFor = (i: number) => (plannedArm ? [all[plannedArm[i]! - 1]!] : all);
  const savings = probability.map((p, i) => {
    const value = Number.isNaN(monthlyValue[i]!) ? 0 : monthlyValue[i]!;
    return meanOf(armsFor(i).map((arm) => expectedSavingOf(p, arm, value, worth)));
  });
  const cost = probability.reduce((sum, _, i) => sum + meanOf(armsFor(i).map((arm) => arm.cost)), 0);
  return { savings, cost };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
