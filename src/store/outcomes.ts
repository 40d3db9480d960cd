/** What became of customers: who was seen to have left, or to be there, and on which day. */
import { isoTimeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { visitRows } from '../db.ts';

export interface Outcome {
  readonly customerId: string;
  /** `2026-11-20`. */
  readonly seenOn: string;
  readonly hasLeft: boolean;
}

/**
 * Why rows of a file say no outcome: neither left nor stayed; no date; after today; the opposite of another row; the
 * opposite of what was recorded before; or the file has too many.
 */
export const outcomeProblems = ['word', 'day', 'future', 'twice', 'known', 'many'] as const;
export type OutcomeProblem = (typeof outcomeProblems)[number];

/** What was seen of a customer, in days such as `2026-11-20`. */
export interface SeenDays {
  /** The first day on which the customer was seen to have left; null: never. */
  readonly leftOn: string | null;
  /** The last day on which the customer was seen to be there; null: never. */
  readonly seenOn: string | null;
}

const outcomesAtOnce = 500;

export interface NewOutcomes {
  readonly outcomes: readonly Outcome[];
  /** The file's name, or `by hand`. */
  readonly source: string;
  readonly userId: number | null;
}

export async function insertOutcomes(db: Db, { outcomes, source, userId }: NewOutcomes): Promise<void> {
  const recordedAt = await isoTimeOf(db);
  for (let from = 0; from < outcomes.length; from += outcomesAtOnce)
    await db('customer_outcomes').insert(
      outcomes.slice(from, from + outcomesAtOnce).map(({ customerId, seenOn, hasLeft }) => ({
        customer_id: customerId,
        seen_on: seenOn,
        has_left: Number(hasLeft),
        source: source.slice(0, 200),
        recorded_by: userId,
        recorded_at: recordedAt,
      })),
    );
}

/** Of these customers, in the order of the days. */
export async function listOutcomes(db: Db, customerIds: readonly string[]): Promise<Outcome[]> {
  const found: Outcome[] = [];
  for (let from = 0; from < customerIds.length; from += outcomesAtOnce) {
    const rows: { customer_id: string; seen_on: string; has_left: number }[] = await db('customer_outcomes')
      .whereIn('customer_id', customerIds.slice(from, from + outcomesAtOnce))
      .orderBy('seen_on')
      .select('customer_id', 'seen_on', 'has_left');
    for (const row of rows)
      found.push({ customerId: row.customer_id, seenOn: row.seen_on, hasLeft: row.has_left === 1 });
  }
  return found;
}

/** Gives how many there were. */
export async function deleteOutcomesOf(db: Db, customerIds: readonly string[]): Promise<number> {
  let deleted = 0;
  for (let from = 0; from < customerIds.length; from += outcomesAtOnce)
    deleted += await db('customer_outcomes')
      .whereIn('customer_id', customerIds.slice(from, from + outcomesAtOnce))
      .delete();
  return deleted;
}

export interface RecordedOutcome extends Outcome {
  readonly id: number;
  /** The file's name, or `by hand`. */
  readonly source: string;
  readonly recordedAt: string;
  /** Null: nobody, or somebody whose account is gone. */
  readonly recordedBy: string | null;
}

/** null: not asked. */
export interface OutcomeFilter {
  readonly customerId: string | null;
  readonly hasLeft: boolean | null;
  /** Recorded before the one with this number. Missing: not asked. */
  readonly before?: number;
}

/** The last recorded first. */
export async function listRecorded(
  db: Db,
  filter: OutcomeFilter,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<RecordedOutcome[]> {
  const rows = await asked(db('customer_outcomes'), filter)
    .leftJoin('users', 'users.id', 'recorded_by')
    .orderBy('customer_outcomes.id', 'desc')
    .limit(limit)
    .offset(offset)
    .select<(Omit<RecordedOutcome, 'hasLeft'> & { readonly hasLeft: number })[]>(
      'customer_outcomes.id as id',
      'customer_id as customerId',
      'seen_on as seenOn',
      'has_left as hasLeft',
      'source',
      'recorded_at as recordedAt',
      'users.name as recordedBy',
    );
  return rows.map((row) => ({ ...row, hasLeft: row.hasLeft === 1 }));
}

export async function countRecorded(db: Db, filter: OutcomeFilter): Promise<number> {
  const row = await asked(db('customer_outcomes'), filter)
    .count({ count: '*' })
    .first<{ count: number | string }>();
  return Number(row.count);
}

function asked<Q extends ReturnType<Db['queryBuilder']>>(
  query: Q,
  { customerId, hasLeft, before }: OutcomeFilter,
): Q {
  if (before !== undefined) void query.where('customer_outcomes.id', '<', before);
  if (customerId !== null) void query.where('customer_id', customerId);
  if (hasLeft !== null) void query.where('has_left', Number(hasLeft));
  return query;
}

/** Once for each customer who was seen in a time, both days included: whether the customer was seen to have left. */
export async function visitOutcomesBetween(
  db: Db,
  { from, until }: { readonly from: string; readonly until: string },
  visit: (customerId: string, hasLeft: boolean) => void,
): Promise<void> {
  const query = db('customer_outcomes')
    .where('seen_on', '>=', from)
    .where('seen_on', '<=', until)
    .groupBy('customer_id')
    .orderBy('customer_id')
    .select('customer_id')
    .max({ has_left: 'has_left' });
  await visitRows(db, query, (row) => {
    visit(String(row['customer_id']), Number(row['has_left']) === 1);
  });
}

/** `SeenDays` of each customer, as `left_on` and `there_on`: a table to join, called `outcomes`. */
export function outcomesByCustomer(db: Db) {
  return db('customer_outcomes')
    .select('customer_id')
    .select(db.raw('MIN(CASE WHEN has_left = 1 THEN seen_on END) AS left_on'))
    .select(db.raw('MAX(CASE WHEN has_left = 0 THEN seen_on END) AS there_on'))
    .groupBy('customer_id')
    .as('outcomes');
}

/** A text that changes with the outcomes. */
export async function stateOfOutcomes(db: Db): Promise<string> {
  const row = await db('customer_outcomes').count({ count: '*' }).max({ last: 'recorded_at' }).first();
  return JSON.stringify([Number(row?.count ?? 0), row?.last ?? null]);
}

/** Every customer with an outcome, once. */
export async function visitSeenDays(
  db: Db,
  visit: (customerId: string, days: SeenDays) => void,
): Promise<void> {
  const query = db
    .from(outcomesByCustomer(db))
    .select('customer_id', 'left_on', 'there_on')
    .orderBy('customer_id');
  await visitRows(db, query, (row) => {
    visit(String(row['customer_id']), {
      leftOn: row['left_on'] as string | null,
      seenOn: row['there_on'] as string | null,
    });
  });
}
