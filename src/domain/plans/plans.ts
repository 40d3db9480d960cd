/** The life of a plan for a budget: asked for, made by a job, removed; each step with an audit event. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { findCampaignOfPlan } from '../../store/campaigns.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { deletePlan, failPlan, insertPlan } from '../../store/plans.ts';
import type { NewPlan, Plan } from '../../store/plans.ts';
import type { User } from '../people/accounts.ts';

export async function askForPlan(db: Db, user: User, plan: NewPlan): Promise<number> {
  const { budget, valueMonths, valueMargin } = plan.terms;
  return inTransaction(db, async (trx) => {
    const id = await insertPlan(trx, plan, user.id);
    await enqueueJob(trx, {
      kind: 'make-plan',
      payload: { planId: id },
      subject: `Plan ${plan.name}`,
      createdBy: user.id,
    });
    await recordEvent(trx, {
      userId: user.id,
      action: 'plan.asked-for',
      subject: plan.name,
      after: { budget, valueMonths, valueMargin, filter: plan.filter },
    });
    return id;
  });
}

/** Call in the transaction that ends the job without a plan. */
export async function stopPlan(trx: Db, planId: number, reason: string): Promise<void> {
  await failPlan(trx, planId, reason);
}

/** @throws Conflict while it is being made, or while a campaign is drafted with it */
export async function removePlan(db: Db, user: User, { id, name }: Plan): Promise<void> {
  await inTransaction(db, async (trx) => {
    const campaign = await findCampaignOfPlan(trx, id);
    if (campaign?.state === 'draft' || campaign?.state === 'launching')
      throw new Conflict(
        `The draft of the campaign ‘${campaign.name}’ uses this plan. Remove the draft first.`,
      );
    if (!(await deletePlan(trx, id)))
      throw new Conflict('This plan is being made. Wait until it is ready, or cancel its job.');
    await recordEvent(trx, { userId: user.id, action: 'plan.removed', subject: name });
  });
}
