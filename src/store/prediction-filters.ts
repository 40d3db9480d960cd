/** Which predictions a list, a total or a figure covers. */
import type { Db } from '../db.ts';
import { sqlOf } from '../db/sql.ts';
import type { CellValue } from '../ml/data/values.ts';

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
  /** Probability in [low, high). */
  readonly low: number | null;
  readonly high: number | null;
  /** null: scores of all models, sample or not. */
  readonly population: PopulationFilter | null;
}

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
  low: null,
  high: null,
  population: null,
};

/** Latest scores of single customers. Risk level, search and column are for the caller to look at. */
export function filtered(db: Db, filter: PredictionFilter) {
  const query = db('predictions').whereNull('predictions.batch_id');
  const { isTrue, withoutIndex } = sqlOf(db);
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
  return query;
}

/** Whether the inputs of a single customer are in the column, level and interval that are asked for. */
export function matchesColumn(
  inputs: Readonly<Record<string, CellValue>>,
  { column, level, from, to }: PredictionFilter,
): boolean {
  const value = column !== null && Object.hasOwn(inputs, column) ? inputs[column]! : null;
  if (level !== null && (value ?? '') !== level) return false;
  // Inputs are stored typed: text is in no interval.
  return (from === null && to === null) || (typeof value === 'number' && isBetween(value, from, to));
}

function isBetween(value: number, from: number | null, to: number | null): boolean {
  return value >= (from ?? -Infinity) && value < (to ?? Infinity);
}
