/** Which predictions a list, a total or a figure covers. */
import type { Db } from '../db.ts';
import { sqlOf } from '../db/sql.ts';
import type { JsonField } from '../db/sql.ts';

/** One population of customers; see domain/analytics/population.ts. */
export interface PopulationFilter {
  /** Scores of these models count. */
  readonly modelIds: readonly number[];
  readonly includesSample: boolean;
}

/** null: not asked. Without a batch only the latest score of each customer counts. */
export interface PredictionFilter {
  readonly batch: number | null;
  readonly risk: string | null;
  readonly source: string | null;
  readonly model: number | null;
  /** A part of the customer's identifier. */
  readonly search: string | null;
  /** A feature and the value it must have ('': none is known), or an interval [from, to). */
  readonly column: string | null;
  readonly level: string | null;
  readonly from: number | null;
  readonly to: number | null;
  /** The same of a second column. */
  readonly column2: string | null;
  readonly level2: string | null;
  readonly from2: number | null;
  readonly to2: number | null;
  /** Probability in [low, high). */
  readonly low: number | null;
  readonly high: number | null;
  /** Members of this segment. */
  readonly segment: number | null;
  /** Another file, and what the customers were there, one of `levelsThere`. Only both together ask anything. */
  readonly compared: number | null;
  readonly there: string | null;
  /** null: scores of all models, sample or not. */
  readonly population: PopulationFilter | null;
}

/** A risk level there; one lower, higher or the same as here; or none: they were not there. */
export const levelsThere = ['low', 'medium', 'high', 'lower', 'higher', 'same', 'none'] as const;
export type LevelThere = (typeof levelsThere)[number];

export const noFilter: PredictionFilter = {
  batch: null,
  risk: null,
  source: null,
  model: null,
  search: null,
  column: null,
  level: null,
  from: null,
  to: null,
  column2: null,
  level2: null,
  from2: null,
  to2: null,
  low: null,
  high: null,
  segment: null,
  compared: null,
  there: null,
  population: null,
};

/** Latest scores of single customers. Risk level, search and segment are for the caller to look at. */
export function filtered(db: Db, filter: PredictionFilter) {
  const query = db('predictions').whereNull('predictions.batch_id');
  const { isTrue, withoutIndex, jsonField } = sqlOf(db);
  // They are read in the order of their numbers, and most models have most scores: an index would only cost time.
  const ofModels = (ids: readonly number[]) =>
    query.whereRaw(`${withoutIndex('predictions.model_id')} IN (${ids.map(() => '?').join(', ')})`, [...ids]);
  void query.whereRaw(isTrue(withoutIndex('is_latest')));
  if (filter.population) {
    // PostgreSQL knows no empty list.
    if (filter.population.modelIds.length === 0) void query.whereRaw('1 = 0');
    else void ofModels(filter.population.modelIds);
    if (!filter.population.includesSample) void query.where('predictions.is_sample', false);
  }
  if (filter.source) void query.where('source', filter.source);
  if (filter.model !== null) void ofModels([filter.model]);
  if (filter.low !== null) void query.where('probability', '>=', filter.low);
  if (filter.high !== null) void query.where('probability', '<', filter.high);
  for (const { column, ...values } of askedColumns(filter))
    ofColumn(query as Query, values, jsonField('inputs', column));
  return query;
}

/** A column, and what a filter asks of it. */
export interface AskedColumn extends Pick<PredictionFilter, 'level' | 'from' | 'to'> {
  readonly column: string;
}

/** The columns that a filter asks about. */
export function askedColumns(filter: ColumnFilter): AskedColumn[] {
  const { column, level, from, to, column2, level2, from2, to2 } = filter;
  return [
    ...(column ? [{ column, level, from, to }] : []),
    ...(column2 ? [{ column: column2, level: level2, from: from2, to: to2 }] : []),
  ];
}

/** What of a filter is about columns. */
export type ColumnFilter = Pick<
  PredictionFilter,
  'column' | 'level' | 'from' | 'to' | 'column2' | 'level2' | 'from2' | 'to2'
>;

type Query = ReturnType<Db['queryBuilder']>;

/** Inputs are stored typed: text is in no interval, and a number is no level. */
function ofColumn(
  query: Query,
  { level, from, to }: Omit<AskedColumn, 'column'>,
  { text, number }: JsonField,
): void {
  if (level === '')
    void query.whereRaw(`${text.sql} IS NULL AND ${number.sql} IS NULL`, [
      ...text.bindings,
      ...number.bindings,
    ]);
  else if (level !== null) void query.whereRaw(`${text.sql} = ?`, [...text.bindings, level]);
  if (from !== null) void query.whereRaw(`${number.sql} >= ?`, [...number.bindings, from]);
  if (to !== null) void query.whereRaw(`${number.sql} < ?`, [...number.bindings, to]);
}
