/** Stored predictions, read one by one or by their numbers. */
import type { Db } from '../db.ts';
import { NotFound } from '../errors.ts';
import type { CellValue } from '../ml/data/values.ts';
import { readJson } from './json.ts';
import { Actions, Inputs, Notes, Reasons } from './prediction-documents.ts';
import type { PredictionSource } from './prediction-documents.ts';
import { modelLabel } from './model-label.ts';
import type { RiskLevel } from './risk-levels.ts';

/** What a list and the page of a customer both show of a score. */
export interface PredictionSummary {
  readonly id: number;
  readonly batchId: number | null;
  readonly batchName: string | null;
  readonly rowNumber: number | null;
  readonly customerId: string | null;
  readonly source: PredictionSource;
  readonly modelId: number | null;
  readonly modelLabel: string;
  readonly probability: number;
  readonly riskLevel: RiskLevel;
  readonly recommendedAction: string | null;
  readonly expectedSaving: number | null;
  readonly monthlyValue: number | null;
  readonly isSample: boolean;
  readonly createdAt: string;
}

export interface PredictionRecord extends PredictionSummary {
  readonly reasons: Reasons;
  readonly actions: Actions;
  /** Of the rules that the actions are of; null: not known. */
  readonly rulesVersion: number | null;
  readonly inputs: Readonly<Record<string, CellValue>>;
  readonly notes: readonly string[];
}

export type PredictionRow = Record<string, string | number | null>;

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

/** In the order of `ids`; those that are gone are left out. */
export async function getPredictions(db: Db, ids: readonly number[]): Promise<PredictionRecord[]> {
  const rows = (await selected(db).whereIn('predictions.id', ids)) as PredictionRow[];
  const byId = new Map(rows.map((row) => [Number(row['id']), row]));
  return ids.flatMap((id) => (byId.has(id) ? [toPrediction(byId.get(id)!)] : []));
}

function selected(db: Db) {
  return db('predictions')
    .leftJoin('batches', 'batches.id', 'predictions.batch_id')
    .leftJoin('models', 'models.id', 'predictions.model_id')
    .select('predictions.*', 'batches.original_name as batch_name', 'models.name as model_name');
}

function toPrediction(row: PredictionRow): PredictionRecord {
  const text = (name: string): string => String(row[name]);
  const of = (name: string): string => `${name} of prediction ${text('id')}`;
  const orNull = (name: string): string | null => (row[name] == null ? null : String(row[name]));
  return {
    id: Number(row['id']),
    batchId: numberOrNull(row['batch_id']),
    batchName: orNull('batch_name'),
    rowNumber: numberOrNull(row['row_number']),
    customerId: orNull('customer_id'),
    source: text('source') as PredictionRecord['source'],
    modelId: numberOrNull(row['model_id']),
    modelLabel: modelLabel(numberOrNull(row['model_id']), orNull('model_name')),
    probability: Number(row['probability']),
    riskLevel: text('risk_level') as PredictionRecord['riskLevel'],
    reasons: readJson(Reasons, text('reasons'), of('reasons')),
    actions: readJson(Actions, text('actions'), of('actions')),
    rulesVersion: numberOrNull(row['rules_version']),
    recommendedAction: orNull('recommended_action'),
    expectedSaving: numberOrNull(row['expected_saving']),
    monthlyValue: numberOrNull(row['monthly_value']),
    inputs: readJson(Inputs, text('inputs'), of('inputs')),
    notes: readJson(Notes, text('notes'), of('notes')),
    isSample: Boolean(row['is_sample']),
    createdAt: text('created_at'),
  };
}

export function numberOrNull(value: string | number | null | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
