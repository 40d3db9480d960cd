/**
 * A single score supersedes the customer's latest one. That is looked up in a task; the transaction on the web thread
 * then changes one bit, unless scores of a batch have come or gone in between.
 */
import type { Db } from '../../db.ts';
import { LatestBits } from './latest-bits.ts';
import { retireSingles } from './latest-singles.ts';
import { findLatestOf, supersede } from './latest.ts';
import { placeOfId } from './row-id.ts';
import { findScoredBatch } from './store.ts';
import type { ScoreStore } from './store.ts';

export interface PreviousScore {
  readonly customerId: string;
  /** The customer's latest score; null: there is none. */
  readonly id: number | null;
  /** Changes when scores of a batch come or go. */
  readonly batches: string;
}

/** For a task. */
export async function findPrevious(store: ScoreStore, customerId: string): Promise<PreviousScore> {
  // First, so that a batch which comes during the search is noticed.
  const batches = await stateOfBatches(store.db);
  return { customerId, id: (await findLatestOf(store, customerId)) ?? null, batches };
}

/** Call in the transaction that has inserted the score `newId`. */
export async function supersedePrevious(
  { db: trx, folder }: ScoreStore,
  { customerId, id, batches }: PreviousScore,
  newId: number,
): Promise<void> {
  if (batches !== (await stateOfBatches(trx))) {
    await supersede(trx, { db: trx, folder }, customerId, newId);
    return;
  }
  await retireSingles(trx, customerId, newId);
  const place = id === null ? null : placeOfId(id);
  const batch = place && (await findScoredBatch(trx, place.batchId));
  if (!batch) return;
  const latest = await LatestBits.read(trx, batch.id, batch.scoreRows);
  latest.clear(place.row);
  await latest.save(trx);
}

/** Changes when scores of a batch come or go. */
export async function stateOfBatches(db: Db): Promise<string> {
  const { count, newest } = (await db('batches')
    .where('score_rows', '>', 0)
    .whereNull('scores_problem')
    .count({ count: '*' })
    .max({ newest: 'scores_at' })
    .first()) as { count: number; newest: string | null };
  return `${count} ${newest ?? ''}`;
}
