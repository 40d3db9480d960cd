/** A plan as one campaign: each customer of it gets the planned action, or is a control of it. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { findCampaignOfPlan } from '../../store/campaigns.ts';
import type { PlannedAction, PlanResult } from '../../store/plan-documents.ts';
import type { Plan } from '../../store/plans.ts';
import { draftCampaign } from '../campaigns/campaigns.ts';
import type { User } from '../people/accounts.ts';

/** Days after which a result is usually read. */
const usualDays = 90;

/** The number of the plan's campaign; asked twice, there is one. @throws Conflict where nobody gets an action */
export async function campaignOfPlan(db: Db, user: User, plan: Plan): Promise<number> {
  const { id: planId, name, filter, result } = plan;
  const [first, ...others] = armsOfPlan(result);
  if (result === null || first === undefined)
    throw new Conflict('Nobody gets an action in this plan. There is nothing to launch.');
  return inTransaction(db, async (trx) => {
    const known = await findCampaignOfPlan(trx, planId);
    if (known) return known.id;
    const terms = { ...first, moreArms: others, smallestSaveRate: meanRate(result), horizonDays: usualDays };
    return draftCampaign(trx, user, { name, filter, planId, ...terms });
  });
}

function armsOfPlan(result: PlanResult | null) {
  return (result?.actions ?? [])
    .filter(({ customers }) => customers > 0)
    .map(({ action, cost, saveRate }) => ({ action, cost, saveRate: saveRate.mean }));
}

/** Over the customers of the plan, in whole per cent. */
function meanRate({ actions, planned }: PlanResult): number {
  const sum = actions.reduce((total, one: PlannedAction) => total + one.customers * one.saveRate.mean, 0);
  return Math.max(0.01, Math.round((100 * sum) / planned) / 100);
}
