/** All scores of one customer. */
import { findAllOf } from './latest.ts';
import { getPredictionRows } from './rows.ts';
import type { ListedPrediction } from './rows.ts';
import type { ScoreStore } from './store.ts';

/** Newest first. */
export async function listHistory(
  store: ScoreStore,
  customerId: string,
  limit: number,
): Promise<ListedPrediction[]> {
  return getPredictionRows(store, (await findAllOf(store, customerId)).slice(0, limit));
}
