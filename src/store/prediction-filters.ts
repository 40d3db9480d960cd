/** Which predictions a list, a total or a figure covers. */
import type { Db } from '../db.ts';

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

type Query = ReturnType<Db['queryBuilder']>;

/** Of single customers, whose latest scores count. Risk level and search are for the caller to look at. */
export function filtered<Q>(query: Q, filter: PredictionFilter): Q {
  const wanted = query as Query;
  // The sign keeps it from an index: they are read in the order of their numbers.
  wanted.whereRaw('+is_latest = 1');
  if (filter.population) {
    ofModels(wanted, filter.population.modelIds);
    if (!filter.population.includesSample) wanted.where('predictions.is_sample', 0);
  }
  if (filter.source) wanted.where('source', filter.source);
  if (filter.model !== null) ofModels(wanted, [filter.model]);
  if (filter.low !== null) wanted.where('probability', '>=', filter.low);
  if (filter.high !== null) wanted.where('probability', '<', filter.high);
  if (filter.column) {
    const path = jsonPath(filter.column);
    if (filter.level === '') wanted.whereRaw('json_extract(inputs, ?) IS NULL', [path]);
    else if (filter.level !== null) wanted.whereRaw('json_extract(inputs, ?) = ?', [path, filter.level]);
    // Inputs are stored typed: text is in no interval.
    if (filter.from !== null || filter.to !== null)
      wanted.whereRaw("json_type(inputs, ?) IN ('integer', 'real')", [path]);
    if (filter.from !== null) wanted.whereRaw('json_extract(inputs, ?) >= ?', [path, filter.from]);
    if (filter.to !== null) wanted.whereRaw('json_extract(inputs, ?) < ?', [path, filter.to]);
  }
  return query;
}

/** Most models have most scores: the sign keeps SQLite from an index. */
function ofModels(
  query: { readonly whereRaw: (sql: string, bindings: number[]) => unknown },
  modelIds: readonly number[],
): void {
  const places = modelIds.map(() => '?').join(', ');
  if (modelIds.length === 0) void query.whereRaw('1 = 0', []);
  else void query.whereRaw(`+predictions.model_id IN (${places})`, [...modelIds]);
}

/** `$."name"`, the name escaped as in JSON. */
function jsonPath(feature: string): string {
  return `$.${JSON.stringify(feature)}`;
}
