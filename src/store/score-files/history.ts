/** All scores of one customer. */
import type { ListedPrediction } from './rows.ts';
import type { ScoreStore } from './store.ts';

/** Newest first. */
export function listHistory(
  _store: ScoreStore,
  _customerId: string,
  _limit: number,
): Promise<ListedPrediction[]> {
  throw new Error('not yet');
}
