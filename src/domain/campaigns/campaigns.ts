/** The life of a campaign: drafted, changed, launched, closed; each step with an audit event. */
import { randomInt } from 'node:crypto';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import {
  beginLaunch,
  closeRunning,
  deleteDraft,
  failLaunch,
  findSameDraft,
  getCampaign,
  insertCampaign,
  updateDraft,
} from '../../store/campaigns.ts';
import type { Campaign, CampaignTerms, NewCampaign } from '../../store/campaigns.ts';
import { enqueueJob } from '../../store/jobs.ts';
import type { User } from '../people/accounts.ts';
import { findHarmed } from './harm.ts';

/** Within a minute nobody drafts the same campaign once more. */
const sentTwiceMs = 60_000;

/** Shares of controls that can be chosen; see ml/experiments/power.ts. */
export { controlShares } from '../../ml/experiments/power.ts';

/** The same form sent twice, by a second click or a reload, drafts one. */
export async function draftCampaign(db: Db, user: User, campaign: NewCampaign): Promise<number> {
  return inTransaction(db, async (trx) => {
    const since = new Date((await timeOf(trx)) - sentTwiceMs).toISOString();
    const same = await findSameDraft(trx, campaign, { userId: user.id, since });
    if (same !== null) return same;
    const id = await insertCampaign(trx, campaign, user.id);
    await record(trx, user, 'campaign.drafted', campaign.name, campaign);
    return id;
  });
}

/** @throws Conflict when it was launched meanwhile */
export async function changeDraft(db: Db, user: User, id: number, terms: CampaignTerms): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (!(await updateDraft(trx, id, terms))) throw launched();
    await record(trx, user, 'campaign.changed', terms.name, terms);
  });
}

/** @throws Conflict when it was launched meanwhile */
export async function removeDraft(db: Db, user: User, { id, name }: Campaign): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (!(await deleteDraft(trx, id))) throw launched();
    await record(trx, user, 'campaign.removed', name);
  });
}

/** Queues the split. Asked twice, or from two tabs, it happens once. */
export async function launchLater(db: Db, user: User, id: number, controlShare: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const seed = randomInt(2 ** 31);
    if (!(await beginLaunch(trx, id, { controlShare, seed }))) return;
    const { name } = await getCampaign(trx, id);
    await enqueueJob(trx, {
      kind: 'launch-campaign',
      payload: { campaignId: id },
      subject: `Launch ${name}`,
      createdBy: user.id,
    });
    await record(trx, user, 'campaign.launched', name, { controlShare, seed });
  });
}

/** Call in the transaction that ends the job without a launch. */
export async function stopLaunch(trx: Db, campaignId: number, reason: string): Promise<void> {
  await failLaunch(trx, campaignId, reason);
}

/** Its customers can be in other campaigns from now on; its result stays. */
export async function closeCampaign(db: Db, user: User, campaign: Campaign): Promise<void> {
  const { id, name } = campaign;
  const found = await findHarmed(db, campaign);
  await inTransaction(db, async (trx) => {
    if (await closeRunning(trx, id, found)) await record(trx, user, 'campaign.closed', name, found);
  });
}

function launched(): Conflict {
  return new Conflict(
    'This campaign was launched meanwhile. What was agreed at the launch cannot be changed.',
  );
}

async function record(trx: Db, user: User, action: string, subject: string, after?: object): Promise<void> {
  await recordEvent(trx, { userId: user.id, action, subject, ...(after && { after }) });
}
