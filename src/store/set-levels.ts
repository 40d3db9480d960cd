/** Risk levels that people have set for single customers until a day: few, and joined to scores when these are read. */
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import { outcomesByCustomer } from './outcomes.ts';
import type { SeenDays } from './outcomes.ts';
import type { RiskLevel } from './risk-levels.ts';

export interface NewSetLevel {
  readonly customerId: string;
  readonly level: RiskLevel;
  readonly reason: string;
  /** The day on which it was set, `2026-11-20`. */
  readonly setOn: string;
  /** The last day on which it counts. */
  readonly endsOn: string;
  /** When that day is over; ISO. */
  readonly expiresAt: string;
  /** What the model said when it was set. */
  readonly modelLevel: RiskLevel;
  readonly probability: number;
  /** The middle of the probabilities that have the set level. */
  readonly levelProbability: number;
}

export interface SetLevel extends NewSetLevel {
  readonly id: number;
  /** The name of who set it; null: no longer known. */
  readonly setBy: string | null;
  readonly setAt: string;
  /** Before its end; null: it was not removed. */
  readonly removedOn: string | null;
  readonly removedAt: string | null;
  /** The name of who removed or replaced it; null: nobody, or no longer known. */
  readonly removedBy: string | null;
}

/** Variables of one statement: SQLite takes 32,766. */
const idsAtOnce = 500;

export async function insertSetLevel(db: Db, one: NewSetLevel, userId: number | null): Promise<void> {
  await db('set_levels').insert({
    customer_id: one.customerId,
    level: one.level,
    reason: one.reason,
    set_by: userId,
    set_on: one.setOn,
    set_at: await isoTimeOf(db),
    ends_on: one.endsOn,
    expires_at: one.expiresAt,
    model_level: one.modelLevel,
    probability: one.probability,
    level_probability: one.levelProbability,
  });
}

/** Those of the customer that still count, or one of them. Gives how many there were. */
export async function removeSetLevels(
  db: Db,
  which: { readonly customer_id: string } | { readonly id: number },
  { day, userId }: { readonly day: string; readonly userId: number },
): Promise<number> {
  const now = await isoTimeOf(db);
  const removal = { removed_at: now, removed_on: day, removed_by: userId };
  return counting(db('set_levels'), now).where(which).update(removal);
}

/** @throws NotFound */
export async function getSetLevel(db: Db, id: number): Promise<SetLevel> {
  const row = await listed(db).where('set_levels.id', id).first<SetLevel | undefined>();
  if (!row) throw new NotFound('set level');
  return row;
}

/** Those that count now, by the clock of the database; the next to end comes first. */
export async function listSetLevels(
  db: Db,
  range: { readonly limit: number; readonly offset: number } | null = null,
): Promise<SetLevel[]> {
  const query = counting(listed(db), await isoTimeOf(db))
    .orderBy('ends_on')
    .orderBy('set_levels.id');
  return range === null ? query : query.limit(range.limit).offset(range.offset);
}

/** All that count now, by customer. */
export async function readSetLevels(db: Db): Promise<ReadonlyMap<string, SetLevel>> {
  return new Map((await listSetLevels(db)).map((one) => [one.customerId, one]));
}

export async function countSetLevels(db: Db): Promise<number> {
  const query = counting(db('set_levels'), await isoTimeOf(db));
  const row = await query.count({ count: '*' }).first<{ count: number | string }>();
  return Number(row.count);
}

/** What counts now of these customers, by customer. */
export async function setLevelsAmong(
  db: Db,
  customerIds: readonly (string | null)[],
): Promise<ReadonlyMap<string, SetLevel>> {
  const asked = customerIds.filter((id) => id !== null);
  const now = await isoTimeOf(db);
  const found = new Map<string, SetLevel>();
  for (let from = 0; from < asked.length; from += idsAtOnce) {
    const ids = asked.slice(from, from + idsAtOnce);
    const rows = await counting(listed(db), now).whereIn('customer_id', ids);
    for (const row of rows as SetLevel[]) found.set(row.customerId, row);
  }
  return found;
}

/** All that were ever set for a customer, newest first. */
export async function listSetLevelsOf(db: Db, customerId: string): Promise<SetLevel[]> {
  return listed(db).where('customer_id', customerId).orderBy('set_levels.id', 'desc');
}

/** With what was seen of the customer. */
export type SetLevelWithOutcome = SetLevel & SeenDays;

/** Newest first. Those that were taken back on the day on which they were set are left out: they were mistakes. */
export async function listSetLevelsWithOutcomes(db: Db): Promise<SetLevelWithOutcome[]> {
  return listed(db)
    .leftJoin(outcomesByCustomer(db), 'outcomes.customer_id', 'set_levels.customer_id')
    .where((query) => {
      void query.whereNull('removed_on').orWhere('removed_on', '>', db.ref('set_on'));
    })
    .select('left_on as leftOn', 'there_on as seenOn')
    .orderBy('set_levels.id', 'desc');
}

function counting<Q extends ReturnType<Db['queryBuilder']>>(query: Q, now: string): Q {
  void query.whereNull('removed_at').where('expires_at', '>', now);
  return query;
}

function listed(db: Db) {
  return db('set_levels')
    .leftJoin('users', 'users.id', 'set_levels.set_by')
    .leftJoin('users as removers', 'removers.id', 'set_levels.removed_by')
    .select(
      'set_levels.id as id',
      'set_levels.customer_id as customerId',
      'level',
      'reason',
      'users.name as setBy',
      'set_on as setOn',
      'set_at as setAt',
      'ends_on as endsOn',
      'expires_at as expiresAt',
      'removed_on as removedOn',
      'removed_at as removedAt',
      'removers.name as removedBy',
      'model_level as modelLevel',
      'probability',
      'level_probability as levelProbability',
    );
}
