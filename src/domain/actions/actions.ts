/** The work queue: actions for one customer or for all who are treated in a campaign; never for a control. */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { assignActions, getAction, insertActions, listActionsOf, updateAction } from '../../store/actions.ts';
import type { ActionChange, NewAction } from '../../store/actions.ts';
import { recordEvent } from '../../store/audit.ts';
import type { Campaign } from '../../store/campaigns.ts';
import { actionOf } from '../campaigns/arms.ts';
import { doNotContactAmong } from '../campaigns/do-not-contact.ts';
import { listTreated } from '../campaigns/members.ts';
import type { User } from '../people/accounts.ts';

/** @throws Conflict for a control of a campaign that runs, and where the customer has such an action already */
export async function addAction(db: Db, user: User, action: NewAction): Promise<void> {
  await inTransaction(db, async (trx) => {
    if ((await doNotContactAmong(trx, [action.customerId])).size > 0)
      throw new Conflict(
        'This customer is in the control group of a campaign that is running, or held out for the year, and must not be contacted.',
      );
    if ((await insertActions(trx, [action], user.id)) === 0)
      throw new Conflict('This customer has an open action of this kind already.');
    await recordEvent(trx, { userId: user.id, action: 'action.added', subject: action.action });
  });
}

/**
 * An action for each customer to contact. Asked twice, it adds nothing more.
 * @throws Conflict when the campaign does not run
 */
export async function addCampaignActions(
  db: Db,
  user: User,
  campaign: Campaign,
  { ownerId, dueOn }: Pick<NewAction, 'ownerId' | 'dueOn'>,
): Promise<number> {
  if (campaign.state !== 'running')
    throw new Conflict('Only a campaign that is running has customers to contact.');
  return inTransaction(db, async (trx) => {
    const members = await listTreated(trx, campaign.id);
    const wanted = members.map(({ customerId, arm }) => ({
      customerId,
      action: actionOf(campaign, arm).action,
      campaignId: campaign.id,
      ownerId,
      dueOn,
    }));
    const added = await insertActions(trx, wanted, user.id);
    await recordEvent(trx, {
      userId: user.id,
      action: 'action.added',
      subject: campaign.name,
      after: { actions: added, dueOn },
    });
    return added;
  });
}

/** @throws Conflict when it would be the second open action of its kind */
export async function changeAction(db: Db, user: User, id: number, change: ActionChange): Promise<void> {
  await inTransaction(db, async (trx) => {
    const before = await getAction(trx, id);
    const isReopened = before.status !== 'open' && change.status === 'open';
    if (isReopened && (await hasOpen(trx, before)))
      throw new Conflict('This customer has another open action of this kind.');
    await updateAction(trx, id, change);
    await recordEvent(trx, {
      userId: user.id,
      action: 'action.changed',
      subject: before.action,
      before: { status: before.status, result: before.result, dueOn: before.dueOn },
      after: { status: change.status, result: change.result, dueOn: change.dueOn },
    });
  });
}

export async function assignTo(
  db: Db,
  user: User,
  ids: readonly number[],
  ownerId: number | null,
): Promise<number> {
  return inTransaction(db, async (trx) => {
    const assigned = await assignActions(trx, ids, ownerId);
    await recordEvent(trx, {
      userId: user.id,
      action: 'action.assigned',
      subject: `${assigned} actions`,
      after: { ownerId },
    });
    return assigned;
  });
}

async function hasOpen(trx: Db, { customerId, action }: NewAction): Promise<boolean> {
  const others = await listActionsOf(trx, customerId);
  return others.some((other) => other.status === 'open' && other.action === action);
}
