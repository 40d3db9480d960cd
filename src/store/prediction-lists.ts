/** Filtered and sorted lists of predictions, whole or by the page. */
import { visitRows } from '../db.ts';
import type { Db } from '../db.ts';
import { filtered } from './prediction-filters.ts';
import type { PredictionFilter } from './prediction-filters.ts';
import { getPredictions } from './prediction-records.ts';
import type { PredictionRecord } from './prediction-records.ts';
import { countPredictions } from './prediction-totals.ts';

export const sortColumns = {
  probability: 'probability',
  customer: 'customer_id',
  value: 'monthly_value',
  saving: 'expected_saving',
  date: 'predictions.id',
} as const;

export type SortKey = keyof typeof sortColumns;

export interface PredictionSort {
  readonly key: SortKey;
  readonly descending: boolean;
}

export interface PredictionPage {
  readonly predictions: readonly PredictionRecord[];
  readonly total: number;
  readonly page: number;
  readonly pages: number;
}

/** A page of the list. Only numbers are sorted; the wide rows of the page are read when it is known. */
export async function listPredictions(
  db: Db,
  filter: PredictionFilter,
  sort: PredictionSort,
  { limit, offset = 0 }: { readonly limit: number; readonly offset?: number },
): Promise<PredictionRecord[]> {
  const ids = (await sortedIds(db, filter, sort).limit(limit).offset(offset)) as { id: number }[];
  return getPredictions(
    db,
    ids.map(({ id }) => id),
  );
}

/** A page of the list and how many match; a page beyond the last is the first. */
export async function pageOfPredictions(
  db: Db,
  filter: PredictionFilter,
  sort: PredictionSort,
  { page, size }: { readonly page: number; readonly size: number },
): Promise<PredictionPage> {
  // What looks into every row looks once: the numbers of all that match are their count, too.
  const ids = filter.column ? await listPredictionIds(db, filter, sort) : null;
  const total = ids?.length ?? (await countPredictions(db, filter));
  const pages = Math.max(1, Math.ceil(total / size));
  const shown = page > pages ? 1 : page;
  const from = (shown - 1) * size;
  const predictions = ids
    ? await getPredictions(db, [...ids.subarray(from, from + size)])
    : await listPredictions(db, filter, sort, { limit: size, offset: from });
  return { total, pages, page: shown, predictions };
}

/** All of the list in its order: what a download reads page by page, whatever happens to the scores meanwhile. */
export async function listPredictionIds(
  db: Db,
  filter: PredictionFilter,
  sort: PredictionSort,
): Promise<Int32Array> {
  let ids = new Int32Array(1024);
  let count = 0;
  await visitRows(db, sortedIds(db, filter, sort), (row) => {
    if (count === ids.length) {
      const larger = new Int32Array(2 * count);
      larger.set(ids);
      ids = larger;
    }
    ids[count++] = Number(row['id']);
  });
  return ids.slice(0, count);
}

function sortedIds(db: Db, filter: PredictionFilter, { key, descending }: PredictionSort) {
  return (
    filtered(db('predictions'), filter, Boolean(filter.column) || key === 'date')
      .select('predictions.id')
      // What is not known comes last either way.
      .orderByRaw(`${sortColumns[key]} ${descending ? 'DESC' : 'ASC'} NULLS LAST`)
      .orderBy('predictions.id')
  );
}
