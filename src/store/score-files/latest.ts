/** Which scores are the latest of their customers. */
import type { Db } from '../../db.ts';
import type { ScoreStore } from './store.ts';

/**
 * Makes the batch's scores the latest of their customers: of several rows of one customer the last, and every row
 * without an identifier. Older scores of the same customers are latest no more. Call in the transaction that ends the
 * scoring, or that cancels or fails it with rows scored; a batch that goes on later is marked again.
 */
export function markLatest(_trx: Db, _store: ScoreStore, _batchId: number): Promise<void> {
  throw new Error('not yet');
}

/** Call before a batch with its scores is removed: the newest other score of each of its customers is latest again. */
export function restoreBefore(_trx: Db, _store: ScoreStore, _batchId: number): Promise<void> {
  throw new Error('not yet');
}

/** A single customer was scored as row `exceptId` of `predictions`: all other scores are latest no more. */
export function supersede(
  _trx: Db,
  _store: ScoreStore,
  _customerId: string,
  _exceptId: number,
): Promise<void> {
  throw new Error('not yet');
}

/** The number of the customer's latest score. */
export function findLatestOf(_store: ScoreStore, _customerId: string): Promise<number | undefined> {
  throw new Error('not yet');
}

/** The numbers of all scores of a customer, newest first. */
export function findAllOf(_store: ScoreStore, _customerId: string): Promise<number[]> {
  throw new Error('not yet');
}
