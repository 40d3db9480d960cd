/** What people have to do for customers: at most one open action of a kind for each. */
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import type { ActionResult } from './action-results.ts';

export const actionStatuses = ['open', 'done', 'dropped'] as const;
export type ActionStatus = (typeof actionStatuses)[number];

export interface ActionRecord {
  readonly id: number;
  readonly customerId: string;
  /** What to do, such as `Call within a week`. */
  readonly action: string;
  readonly campaignId: number | null;
  readonly campaignName: string | null;
  readonly ownerId: number | null;
  readonly ownerName: string | null;
  /** `2026-11-20`. */
  readonly dueOn: string;
  readonly status: ActionStatus;
  /** Of an action that is done. */
  readonly result: ActionResult | null;
  readonly notes: string;
  readonly createdAt: string;
  readonly closedAt: string | null;
}

export interface NewAction {
  readonly customerId: string;
  readonly action: string;
  readonly campaignId: number | null;
  readonly ownerId: number | null;
  readonly dueOn: string;
}

/** null: not asked. */
export interface ActionFilter {
  readonly status: ActionStatus | null;
  /** A user's number, or 'nobody'. */
  readonly owner: number | 'nobody' | null;
  readonly campaign: number | null;
  /** A customer's identifier. */
  readonly customer: string | null;
  /** What to do. */
  readonly action: string | null;
  /** Due on this day or later. */
  readonly dueFrom: string | null;
  /** Due before this day. */
  readonly dueBefore: string | null;
}

/** All of them. */
export const anyAction: ActionFilter = {
  status: null,
  owner: null,
  campaign: null,
  customer: null,
  action: null,
  dueFrom: null,
  dueBefore: null,
};

/** Variables of one statement: SQLite takes 32,766. */
const actionsAtOnce = 500;

/** Customers who have an open action of this kind keep it. Gives how many were added. */
export async function insertActions(db: Db, actions: readonly NewAction[], userId: number): Promise<number> {
  const createdAt = await isoTimeOf(db);
  let added = 0;
  for (let from = 0; from < actions.length; from += actionsAtOnce) {
    const rows = actions.slice(from, from + actionsAtOnce).map((one) => ({
      customer_id: one.customerId,
      action: one.action,
      campaign_id: one.campaignId,
      owner_id: one.ownerId,
      due_on: one.dueOn,
      status: 'open',
      created_by: userId,
      created_at: createdAt,
    }));
    // The index of open actions is a partial one: no column list can name it.
    const ids = await db('actions').insert(rows).onConflict().ignore().returning('id');
    added += ids.length;
  }
  return added;
}

/** @throws NotFound */
export async function getAction(db: Db, id: number): Promise<ActionRecord> {
  const row = await listed(db).where('actions.id', id).first<ActionRecord | undefined>();
  if (!row) throw new NotFound('action');
  return row;
}

/** The earliest due first. */
export async function listActions(
  db: Db,
  filter: ActionFilter,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<ActionRecord[]> {
  return asked(listed(db), filter).orderBy('due_on').orderBy('actions.id').limit(limit).offset(offset);
}

const mostOfCustomer = 50;

/** Open and closed. */
export function listActionsOf(db: Db, customerId: string): Promise<ActionRecord[]> {
  const filter = { ...anyAction, customer: customerId };
  return listActions(db, filter, { limit: mostOfCustomer, offset: 0 });
}

export async function countActions(db: Db, filter: ActionFilter): Promise<number> {
  const row = await asked(db('actions'), filter).count({ count: '*' }).first<{ count: number | string }>();
  return Number(row.count);
}

export interface ActionChange {
  readonly status: ActionStatus;
  readonly result: ActionResult | null;
  readonly ownerId: number | null;
  readonly dueOn: string;
  readonly notes: string;
}

export async function updateAction(db: Db, id: number, change: ActionChange): Promise<void> {
  await db('actions')
    .where({ id })
    .update({
      status: change.status,
      result: change.result,
      owner_id: change.ownerId,
      due_on: change.dueOn,
      notes: change.notes,
      closed_at: change.status === 'open' ? null : await isoTimeOf(db),
    });
}

/** Gives open ones of these actions to somebody, or to nobody; gives how many. */
export async function assignActions(db: Db, ids: readonly number[], ownerId: number | null): Promise<number> {
  return db('actions').whereIn('id', ids).where('status', 'open').update({ owner_id: ownerId });
}

export async function deleteActionsOf(trx: Db, customerId: string): Promise<void> {
  await trx('actions').where({ customer_id: customerId }).delete();
}

function listed(db: Db) {
  return db('actions')
    .leftJoin('users', 'users.id', 'owner_id')
    .leftJoin('campaigns', 'campaigns.id', 'campaign_id')
    .select(
      'actions.id as id',
      'customer_id as customerId',
      'actions.action as action',
      'campaign_id as campaignId',
      'campaigns.name as campaignName',
      'owner_id as ownerId',
      'users.name as ownerName',
      'due_on as dueOn',
      'status',
      'result',
      'notes',
      'actions.created_at as createdAt',
      'actions.closed_at as closedAt',
    );
}

function asked<Q extends ReturnType<Db['queryBuilder']>>(query: Q, filter: ActionFilter): Q {
  const { status, owner, campaign, customer, action, dueFrom, dueBefore } = filter;
  if (status !== null) void query.where('status', status);
  if (owner === 'nobody') void query.whereNull('owner_id');
  else if (owner !== null) void query.where('owner_id', owner);
  if (campaign !== null) void query.where('campaign_id', campaign);
  if (customer !== null) void query.where('customer_id', customer);
  if (action !== null) void query.where('actions.action', action);
  if (dueFrom !== null) void query.where('due_on', '>=', dueFrom);
  if (dueBefore !== null) void query.where('due_on', '<', dueBefore);
  return query;
}
