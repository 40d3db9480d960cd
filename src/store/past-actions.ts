/** What was done for customers up to a time: actions of the queue, and campaigns that treated them. */
import type { Db } from '../db.ts';
import { visitRows } from '../db.ts';
import { controlArm } from './campaign-members.ts';
import type { ActionResult } from './action-results.ts';

/** An action that is done or waits, or a campaign. */
export interface PastAction {
  readonly customerId: string;
  /** '': that of the campaign's arm. */
  readonly action: string;
  /** Null: it is not done, or nobody said. */
  readonly result: ActionResult | null;
  readonly campaignId: number;
  readonly arm: number;
  /** When it was done; when it was added, while it waits; the day on which the campaign was launched. */
  readonly at: string;
}

/** Times as ISO texts, both included. */
export interface PastPeriod {
  readonly from: string;
  readonly until: string;
  /** Null: all customers. */
  readonly customerId: string | null;
}

/** One customer after the other. What was dropped does not count. */
export async function visitPastActions(
  db: Db,
  period: PastPeriod,
  visit: (past: PastAction) => void,
): Promise<void> {
  const query = db.unionAll([actionsOf(db, period), campaignsOf(db, period)]).orderBy('customer_id');
  await visitRows(db, query, (row) => {
    visit({
      customerId: String(row['customer_id']),
      action: String(row['action']),
      result: row['result'] as ActionResult | null,
      campaignId: Number(row['campaign_id']),
      arm: Number(row['arm']),
      at: String(row['at']),
    });
  });
}

/** As they were at the end of the period: what was closed later was still open. */
function actionsOf(db: Db, { from, until, customerId }: PastPeriod) {
  const isClosed = 'closed_at IS NOT NULL AND closed_at <= ?';
  const query = db('actions')
    .select('customer_id', 'action')
    .select(db.raw(`CASE WHEN ${isClosed} THEN result END AS result`, [until]))
    .select(db.raw('0 AS campaign_id'), db.raw('0 AS arm'))
    .select(db.raw(`CASE WHEN ${isClosed} THEN closed_at ELSE created_at END AS at`, [until]))
    .where('created_at', '<=', until)
    .whereRaw(`CASE WHEN ${isClosed} THEN closed_at ELSE created_at END >= ?`, [until, from])
    .whereRaw(`NOT (status = 'dropped' AND ${isClosed})`, [until]);
  return customerId === null ? query : query.where('customer_id', customerId);
}

function campaignsOf(db: Db, { from, until, customerId }: PastPeriod) {
  const query = db('campaign_members')
    .join('campaigns', 'campaigns.id', 'campaign_members.campaign_id')
    .select('campaign_members.customer_id', db.raw("'' AS action"))
    .select(db.raw('CAST(NULL AS TEXT) AS result'), 'campaign_id', 'arm', 'launched_on as at')
    .whereNot('arm', controlArm)
    .whereIn('campaigns.state', ['running', 'closed'])
    .whereBetween('launched_on', [from.slice(0, 10), until.slice(0, 10)]);
  return customerId === null ? query : query.where('campaign_members.customer_id', customerId);
}
