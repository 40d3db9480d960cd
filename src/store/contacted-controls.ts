/** Controls of a campaign who were contacted nevertheless: an action was done for them, or a person says so. */
import type { Db } from '../db.ts';
import { controlArm } from './campaign-members.ts';

/** Times as stored, from the launch to before the end. */
export interface ContactPeriod {
  readonly campaignId: number;
  readonly from: string;
  readonly until: string;
}

export interface ContactedControl {
  readonly customerId: string;
  /** `2026-11-20`, as a person said; null: by an action. */
  readonly contactedOn: string | null;
}

export async function countContactedControls(db: Db, period: ContactPeriod): Promise<number> {
  const row = await contacted(db, period).count({ count: '*' }).first<{ count: number | string }>();
  return Number(row.count);
}

/** In the order of the launch. */
export async function listContactedControls(
  db: Db,
  period: ContactPeriod,
  limit: number,
): Promise<ContactedControl[]> {
  const rows: Record<string, unknown>[] = await contacted(db, period)
    .orderBy('place')
    .limit(limit)
    .select('customer_id', 'contacted_on');
  return rows.map((row) => ({
    customerId: String(row['customer_id']),
    contactedOn: row['contacted_on'] as string | null,
  }));
}

/** False: the customer is no control of the campaign. */
export async function markContacted(
  db: Db,
  campaignId: number,
  { customerId, day }: { readonly customerId: string; readonly day: string },
): Promise<boolean> {
  const control = { campaign_id: campaignId, customer_id: customerId, arm: controlArm };
  return (await db('campaign_members').where(control).update({ contacted_on: day })) > 0;
}

/** False: no person has said so of this control. */
export async function unmarkContacted(db: Db, campaignId: number, customerId: string): Promise<boolean> {
  const changed = await db('campaign_members')
    .where({ campaign_id: campaignId, customer_id: customerId, arm: controlArm })
    .whereNotNull('contacted_on')
    .update({ contacted_on: null });
  return changed > 0;
}

function contacted(db: Db, { campaignId, from, until }: ContactPeriod) {
  const done = db('actions')
    .whereRaw('actions.customer_id = campaign_members.customer_id')
    .where({ status: 'done' })
    .where('closed_at', '>=', from)
    .where('closed_at', '<', until);
  return db('campaign_members')
    .where({ campaign_id: campaignId, arm: controlArm })
    .where((either) => void either.whereNotNull('contacted_on').orWhereExists(done));
}
