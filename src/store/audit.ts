import { inTransaction } from '../db.ts';
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { chainEvents } from './audit-chain.ts';

export interface NewAuditEvent {
  /** Who did it; null: Holdfast itself, or somebody not signed in. */
  readonly userId: number | null;
  /** noun.verb, such as `user.created`. */
  readonly action: string;
  /** What it was done to, in words. */
  readonly subject: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface AuditEvent {
  readonly id: number;
  readonly at: string;
  readonly userName: string | null;
  readonly action: string;
  readonly subject: string;
  /** JSON text as stored, or null. */
  readonly before: string | null;
  readonly after: string | null;
}

export interface AuditFilter {
  readonly action: string | null;
  readonly userId: number | null;
  /** First and last day, `2026-11-20`, UTC. */
  readonly from: string | null;
  readonly to: string | null;
}

export async function recordEvent(db: Db, event: NewAuditEvent): Promise<void> {
  await inTransaction(db, async (trx) => {
    await trx('audit_events').insert({
      at: await isoTimeOf(trx),
      user_id: event.userId,
      action: event.action,
      subject: event.subject.slice(0, 200),
      before: event.before === undefined ? null : JSON.stringify(event.before),
      after: event.after === undefined ? null : JSON.stringify(event.after),
    });
    await chainEvents(trx);
  });
}

/** Newest first. */
export async function listEvents(
  db: Db,
  filter: AuditFilter,
  limit: number,
  offset: number,
): Promise<AuditEvent[]> {
  return filtered(db, filter)
    .leftJoin('users', 'users.id', 'audit_events.user_id')
    .select<AuditEvent[]>(
      'audit_events.id',
      'at',
      'users.name as userName',
      'action',
      'subject',
      'before',
      'after',
    )
    .orderBy('audit_events.id', 'desc')
    .limit(limit)
    .offset(offset);
}

/** ISO 8601; null: there is no event. */
export async function findNewestEventTime(db: Db): Promise<string | null> {
  const [newest] = await db('audit_events').max({ at: 'at' });
  return (newest as { at: string | null } | undefined)?.at ?? null;
}

export async function countEvents(db: Db, filter: AuditFilter): Promise<number> {
  const row = await filtered(db, filter).count({ count: '*' }).first<{ count: number }>();
  return row.count;
}

export async function listActions(db: Db): Promise<string[]> {
  return db('audit_events').distinct('action').orderBy('action').pluck('action');
}

function filtered(db: Db, filter: AuditFilter) {
  return db('audit_events').where((query) => {
    if (filter.action !== null) void query.where('action', filter.action);
    if (filter.userId !== null) void query.where('user_id', filter.userId);
    if (filter.from !== null) void query.where('at', '>=', filter.from);
    if (filter.to !== null) void query.where('at', '<=', `${filter.to}T23:59:59.999Z`);
  });
}
