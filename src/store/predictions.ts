/** Reading predictions: one, a filtered list, totals and groups. */
import { visitRows } from '../db.ts';
import type { Db } from '../db.ts';
import { addToBatch } from './batches.ts';
import { NotFound } from '../errors.ts';
import { readJson } from './json.ts';
import { Actions, Inputs, Notes, Reasons } from './prediction-documents.ts';
import type { CellValue } from '../ml/data/values.ts';
import type { PredictionSource } from './prediction-writes.ts';

export interface PredictionRecord {
  readonly id: number;
  readonly batchId: number | null;
  readonly batchName: string | null;
  readonly rowNumber: number | null;
  readonly customerId: string | null;
  readonly source: PredictionSource;
  readonly modelId: number | null;
  readonly modelLabel: string;
  readonly probability: number;
  readonly riskLevel: 'low' | 'medium' | 'high';
  readonly reasons: Reasons;
  readonly actions: Actions;
  readonly recommendedAction: string | null;
  readonly expectedSaving: number | null;
  readonly monthlyValue: number | null;
  readonly inputs: Readonly<Record<string, CellValue>>;
  readonly notes: readonly string[];
  readonly isSample: boolean;
  readonly createdAt: string;
}

/** One population of customers; see domain/population.ts. */
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

export interface Totals {
  readonly count: number;
  readonly low: number;
  readonly medium: number;
  readonly high: number;
  /** Σ probability × monthly value. */
  readonly revenueAtRisk: number | null;
  /** What customers at high risk pay a month. */
  readonly highRiskRevenue: number | null;
  readonly meanProbability: number | null;
  readonly expectedSaving: number | null;
  readonly newestAt: string | null;
  /** How many of them carry a value. */
  readonly valued: number;
}

type PredictionRow = Record<string, string | number | null>;

export async function findPrediction(db: Db, id: number): Promise<PredictionRecord | undefined> {
  const row = (await selected(db).where('predictions.id', id).first()) as PredictionRow | undefined;
  return row && toPrediction(row);
}

/** @throws NotFound */
export async function getPrediction(db: Db, id: number): Promise<PredictionRecord> {
  const prediction = await findPrediction(db, id);
  if (!prediction) throw new NotFound('prediction');
  return prediction;
}

/** A page of the list. Only numbers are sorted; the wide rows of the page are read when it is known. */
export async function listPredictions(
  db: Db,
  filter: PredictionFilter,
  sort: PredictionSort,
  limit: number,
  offset: number,
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
    : await listPredictions(db, filter, sort, size, from);
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

/** In the order of `ids`; those that are gone are left out. */
export async function getPredictions(db: Db, ids: readonly number[]): Promise<PredictionRecord[]> {
  const rows = (await selected(db).whereIn('predictions.id', ids)) as PredictionRow[];
  const byId = new Map(rows.map((row) => [Number(row['id']), row]));
  return ids.flatMap((id) => (byId.has(id) ? [toPrediction(byId.get(id)!)] : []));
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

/** The same customer's scores, newest first. */
export async function listHistory(db: Db, customerId: string, limit: number): Promise<PredictionRecord[]> {
  const rows = (await selected(db)
    .where({ customer_id: customerId })
    .orderBy('predictions.id', 'desc')
    .limit(limit)) as PredictionRow[];
  return rows.map(toPrediction);
}

export async function countPredictions(db: Db, filter: PredictionFilter): Promise<number> {
  const row = (await filtered(db('predictions'), filter).count({ count: '*' }).first()) as { count: number };
  return row.count;
}

/** True when anything has ever been scored. */
export async function hasPredictions(db: Db): Promise<boolean> {
  return (await db('predictions').select('id').first()) !== undefined;
}

export async function sumPredictions(db: Db, filter: PredictionFilter): Promise<Totals> {
  const row = (await filtered(db('predictions'), filter)
    .select(
      db.raw('COUNT(*) AS count'),
      db.raw("SUM(CASE WHEN risk_level = 'low' THEN 1 ELSE 0 END) AS low"),
      db.raw("SUM(CASE WHEN risk_level = 'medium' THEN 1 ELSE 0 END) AS medium"),
      db.raw("SUM(CASE WHEN risk_level = 'high' THEN 1 ELSE 0 END) AS high"),
      db.raw('SUM(probability * monthly_value) AS revenue_at_risk'),
      db.raw("SUM(CASE WHEN risk_level = 'high' THEN monthly_value END) AS high_risk_revenue"),
      db.raw('AVG(probability) AS mean_probability'),
      db.raw("SUM(CASE WHEN risk_level <> 'low' THEN expected_saving END) AS expected_saving"),
      db.raw('MAX(predictions.created_at) AS newest_at'),
      db.raw('COUNT(monthly_value) AS valued'),
    )
    .first()) as PredictionRow;
  return {
    count: Number(row['count']),
    low: Number(row['low'] ?? 0),
    medium: Number(row['medium'] ?? 0),
    high: Number(row['high'] ?? 0),
    revenueAtRisk: maybe(row['revenue_at_risk']),
    highRiskRevenue: maybe(row['high_risk_revenue']),
    meanProbability: maybe(row['mean_probability']),
    expectedSaving: maybe(row['expected_saving']),
    newestAt: row['newest_at'] === null ? null : String(row['newest_at']),
    valued: Number(row['valued']),
  };
}

/** Counts over `bins` equal parts of [0, 1]. */
export async function probabilityHistogram(
  db: Db,
  filter: PredictionFilter,
  bins: number,
): Promise<number[]> {
  const bin = db.raw('CASE WHEN probability >= 1 THEN ? ELSE CAST(probability * ? AS INTEGER) END AS bin', [
    bins - 1,
    bins,
  ]);
  const rows = await filtered(db('predictions'), filter)
    .select<{ bin: number; count: number }[]>(bin, db.raw('COUNT(*) AS count'))
    .groupBy('bin');
  const counts = new Array<number>(bins).fill(0);
  for (const row of rows) counts[row.bin] = row.count;
  return counts;
}

/** What figures by column need of a prediction. */
export interface FigureRow {
  readonly inputs: Readonly<Record<string, CellValue>>;
  readonly probability: number;
  readonly isHigh: boolean;
  readonly monthlyValue: number | null;
}

/** Every matching prediction, one at a time: memory does not grow with their number. */
export async function visitFigureRows(
  db: Db,
  filter: PredictionFilter,
  visit: (row: FigureRow) => void,
): Promise<void> {
  const query = filtered(db('predictions'), filter, true).select(
    ...['id', 'inputs', 'probability', 'risk_level', 'monthly_value'],
  );
  await visitRows(db, query, (row) => {
    visit({
      inputs: readJson(Inputs, String(row['inputs']), `inputs of prediction ${String(row['id'])}`),
      probability: Number(row['probability']),
      isHigh: row['risk_level'] === 'high',
      monthlyValue: row['monthly_value'] === null ? null : Number(row['monthly_value']),
    });
  });
}

/** How many latest scores would be low, medium and high with other thresholds. */
export async function countByThresholds(
  db: Db,
  mediumFrom: number,
  highFrom: number,
  population: PopulationFilter | null = null,
): Promise<{ low: number; medium: number; high: number }> {
  const row = (await filtered(db('predictions'), { ...noFilter, population })
    .select(
      db.raw('SUM(CASE WHEN probability < ? THEN 1 ELSE 0 END) AS low', [mediumFrom]),
      db.raw('SUM(CASE WHEN probability >= ? AND probability < ? THEN 1 ELSE 0 END) AS medium', [
        mediumFrom,
        highFrom,
      ]),
      db.raw('SUM(CASE WHEN probability >= ? THEN 1 ELSE 0 END) AS high', [highFrom]),
    )
    .first()) as PredictionRow;
  return { low: Number(row['low'] ?? 0), medium: Number(row['medium'] ?? 0), high: Number(row['high'] ?? 0) };
}

/** Gives the stored predictions with numbers in (after, until] the level that the thresholds say. */
export async function relabelRisk(
  trx: Db,
  thresholds: { readonly mediumFrom: number; readonly highFrom: number },
  after: number,
  until: number,
): Promise<void> {
  const level = "CASE WHEN probability >= ? THEN 'high' WHEN probability >= ? THEN 'medium' ELSE 'low' END";
  const bindings = [thresholds.highFrom, thresholds.mediumFrom];
  const changing = () =>
    trx('predictions')
      .where('id', '>', after)
      .where('id', '<=', until)
      .whereRaw(`risk_level <> ${level}`, bindings);
  const moved = await changing()
    .whereNotNull('batch_id')
    .select('batch_id as batchId', 'risk_level as from', trx.raw(`${level} AS "to"`, bindings));
  await moveTotals(trx, moved as Moved[]);
  await changing().update({ risk_level: trx.raw(level, bindings) });
}

interface Moved {
  readonly batchId: number;
  readonly from: RiskName;
  readonly to: RiskName;
}
type RiskName = 'low' | 'medium' | 'high';

/** The totals of a batch are those of its rows. */
async function moveTotals(trx: Db, moved: readonly Moved[]): Promise<void> {
  for (const batchId of new Set(moved.map((row) => row.batchId))) {
    const rows = moved.filter((row) => row.batchId === batchId);
    const change = (level: RiskName): number =>
      rows.filter(({ to }) => to === level).length - rows.filter(({ from }) => from === level).length;
    await addToBatch(trx, batchId, {
      scoredCount: 0,
      rejectedCount: 0,
      notedCount: 0,
      lowCount: change('low'),
      mediumCount: change('medium'),
      highCount: change('high'),
    });
  }
}

/** The highest number that a prediction has; 0 without any. */
export async function lastPredictionId(db: Db): Promise<number> {
  const row = (await db('predictions').max({ last: 'id' }).first()) as { last: number | null };
  return row.last ?? 0;
}

/** True when scores that are no sample came from this model. */
export async function isModelUsed(db: Db, modelId: number): Promise<boolean> {
  return (await db('predictions').where({ model_id: modelId, is_sample: 0 }).first('id')) !== undefined;
}

export async function countSamplePredictions(db: Db): Promise<number> {
  const row = (await db('predictions').whereRaw('is_sample = 1').count({ count: '*' }).first()) as {
    count: number;
  };
  return row.count;
}

function selected(db: Db) {
  return db('predictions')
    .leftJoin('batches', 'batches.id', 'predictions.batch_id')
    .leftJoin('models', 'models.id', 'predictions.model_id')
    .select('predictions.*', 'batches.original_name as batch_name', 'models.name as model_name');
}

type Query = ReturnType<Db['queryBuilder']>;

function filtered<Q>(query: Q, filter: PredictionFilter, readsRows = Boolean(filter.column)): Q {
  const wanted = query as Query;
  // What looks into every row, or wants them as they came, goes through the table; the sign keeps it from an index.
  if (filter.batch === null) wanted.whereRaw(`${readsRows ? '+' : ''}is_latest = 1`);
  else wanted.where('predictions.batch_id', filter.batch);
  if (filter.risk) wanted.where('risk_level', filter.risk);
  if (filter.population) {
    ofModels(wanted, filter.population.modelIds);
    if (!filter.population.includesSample) wanted.where('predictions.is_sample', 0);
  }
  if (filter.source) wanted.where('source', filter.source);
  if (filter.model !== null) ofModels(wanted, [filter.model]);
  if (filter.search)
    wanted.whereRaw("LOWER(customer_id) LIKE ? ESCAPE '\\'", [
      `%${escapeLike(filter.search.toLowerCase())}%`,
    ]);
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

/** Most models have most scores: the sign keeps SQLite at the indexes that lists, totals and samples are sorted by. */
export function ofModels(
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

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function maybe(value: string | number | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}

function toPrediction(row: PredictionRow): PredictionRecord {
  const text = (name: string): string => String(row[name]);
  const of = (name: string): string => `${name} of prediction ${text('id')}`;
  const orNull = (name: string): string | null => (row[name] == null ? null : String(row[name]));
  return {
    id: Number(row['id']),
    batchId: maybe(row['batch_id']),
    batchName: orNull('batch_name'),
    rowNumber: maybe(row['row_number']),
    customerId: orNull('customer_id'),
    source: text('source') as PredictionRecord['source'],
    modelId: maybe(row['model_id']),
    modelLabel:
      row['model_name'] == null ? 'a model that was removed' : `v${text('model_id')} ${text('model_name')}`,
    probability: Number(row['probability']),
    riskLevel: text('risk_level') as PredictionRecord['riskLevel'],
    reasons: readJson(Reasons, text('reasons'), of('reasons')),
    actions: readJson(Actions, text('actions'), of('actions')),
    recommendedAction: orNull('recommended_action'),
    expectedSaving: maybe(row['expected_saving']),
    monthlyValue: maybe(row['monthly_value']),
    inputs: readJson(Inputs, text('inputs'), of('inputs')),
    notes: readJson(Notes, text('notes'), of('notes')),
    isSample: Boolean(row['is_sample']),
    createdAt: text('created_at'),
  };
}
