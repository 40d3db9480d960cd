/** Filtered and sorted lists of scores, whole or by the page. */
import type { PredictionFilter } from '../prediction-filters.ts';
import type { PredictionSort } from './sort.ts';
import { Ranking } from './ranking.ts';
import { rowId } from './row-id.ts';
import { getPredictionRows } from './rows.ts';
import type { ListedPrediction } from './rows.ts';
import { visitMatches } from './scan.ts';
import type { MatchingGroup } from './scan.ts';
import { visitSingles } from './singles.ts';
import type { Single } from './singles.ts';
import type { ScoreStore } from './store.ts';

export interface ListedPage {
  readonly predictions: readonly ListedPrediction[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

/** A part of the list. */
export async function listPredictions(
  store: ScoreStore,
  filter: PredictionFilter,
  sort: PredictionSort,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number },
): Promise<ListedPrediction[]> {
  const ranking = await rank(store, filter, sort, offset + limit);
  return getPredictionRows(store, ranking.sorted(offset));
}

/** A page of the list and how many match; a page beyond the last is the first. */
export async function pageOfPredictions(
  store: ScoreStore,
  filter: PredictionFilter,
  sort: PredictionSort,
  { page, size }: { readonly page: number; readonly size: number },
): Promise<ListedPage> {
  const ranking = await rank(store, filter, sort, page * size);
  const { total } = ranking;
  const pages = Math.max(1, Math.ceil(total / size));
  const shown = page > pages ? 1 : page;
  const from = (shown - 1) * size;
  const ids = ranking.sorted(from).subarray(0, size);
  return { total, pages, page: shown, predictions: await getPredictionRows(store, ids) };
}

/** The first of the list, or all of it, in its order: what a download reads, whatever happens to the scores meanwhile. */
export async function listPredictionIds(
  store: ScoreStore,
  filter: PredictionFilter,
  sort: PredictionSort,
  limit = Infinity,
): Promise<Float64Array> {
  return (await rank(store, filter, sort, limit)).sorted();
}

async function rank(
  store: ScoreStore,
  filter: PredictionFilter,
  { key, descending }: PredictionSort,
  limit: number,
): Promise<Ranking> {
  // Newest first: of the rows of one upload the last.
  const ranking = new Ranking(limit, { descending, highestIdFirst: key === 'date' && descending });
  await visitSingles(store, filter, (single) => {
    addSingle(ranking, single, key);
  });
  await visitMatches(store, filter, (group) => {
    addGroup(ranking, group, key);
  });
  return ranking;
}

function addSingle(ranking: Ranking, single: Single, key: PredictionSort['key']): void {
  if (key === 'customer') {
    const text = Buffer.from(single.customerId ?? '');
    ranking.addText(single.id, text, 0, text.length);
  } else if (key === 'date') ranking.add(single.id, Date.parse(single.createdAt));
  else ranking.add(single.id, single[numberColumns[key]]);
}

const numberColumns = {
  probability: 'probability',
  value: 'monthlyValue',
  saving: 'expectedSaving',
} as const;

function addGroup(ranking: Ranking, { batch, view, rows }: MatchingGroup, key: PredictionSort['key']): void {
  const first = rowId(batch.id, view.firstRow);
  if (key === 'customer') {
    const { bytes, ends } = view.identifiers();
    for (const row of rows) ranking.addText(first + row, bytes, row === 0 ? 0 : ends[row - 1]!, ends[row]!);
  } else if (key === 'date') {
    const time = Date.parse(batch.createdAt);
    for (const row of rows) ranking.add(first + row, time);
  } else {
    const values = view.column(numberColumns[key]);
    for (const row of rows) ranking.add(first + row, values[row]!);
  }
}
