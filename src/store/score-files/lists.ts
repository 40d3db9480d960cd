/** Filtered and sorted lists of scores, whole or by the page. */
import type { PredictionFilter } from '../prediction-filters.ts';
import type { PredictionSort } from '../prediction-lists.ts';
import type { ListedPrediction } from './rows.ts';
import type { ScoreStore } from './store.ts';

export interface ListedPage {
  readonly predictions: readonly ListedPrediction[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

/** A part of the list. */
export function listPredictions(
  _store: ScoreStore,
  _filter: PredictionFilter,
  _sort: PredictionSort,
  _part: { readonly limit: number; readonly offset?: number },
): Promise<ListedPrediction[]> {
  throw new Error('not yet');
}

/** A page of the list and how many match; a page beyond the last is the first. */
export function pageOfPredictions(
  _store: ScoreStore,
  _filter: PredictionFilter,
  _sort: PredictionSort,
  _page: { readonly page: number; readonly size: number },
): Promise<ListedPage> {
  throw new Error('not yet');
}

/** All of the list in its order: what a download reads page by page, whatever happens to the scores meanwhile. */
export function listPredictionIds(
  _store: ScoreStore,
  _filter: PredictionFilter,
  _sort: PredictionSort,
): Promise<Float64Array> {
  throw new Error('not yet');
}
