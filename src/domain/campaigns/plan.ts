/** What a campaign would be, before it is launched: whom it is for, what it may save, and what each control group costs. */
import { compareControlShares, proposeControlShare } from '../../ml/experiments/power.ts';
import type { ControlShare } from '../../ml/experiments/power.ts';
import type { Campaign } from '../../store/campaigns.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import { expectedSavingOf } from '../retention/expected-value.ts';
import { findCandidates } from './candidates.ts';
import type { Candidates } from './candidates.ts';

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
  const { valueMonths } = await getSettings(store.db);
  const found = await findCandidates(store, campaign.filter);
  const savings = savingsOf(found, campaign, valueMonths);
  const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
  const { smallestSaveRate } = campaign;
  const shares = compareControlShares({
    probabilities: found.probability,
    savings,
    saveRate: smallestSaveRate,
  });
  return {
    members: found.customerIds.length,
    leftOut: found.leftOut,
    expectedToLeave: sum(found.probability),
    withoutValue: found.monthlyValue.filter(Number.isNaN).length,
    cost: campaign.cost * found.customerIds.length,
    expectedSaving: sum(savings),
    shares,
    proposed: proposeControlShare(shares),
  };
}

/** Net saving expected of contacting each; where the revenue is not known, contacting only costs. */
function savingsOf(
  { probability, monthlyValue }: Candidates,
  { saveRate, cost }: Campaign,
  valueMonths: number,
): Float64Array {
  return probability.map((p, i) => {
    const value = Number.isNaN(monthlyValue[i]!) ? 0 : monthlyValue[i]!;
    return expectedSavingOf(p, { saveRate, cost }, value, valueMonths);
  });
}
