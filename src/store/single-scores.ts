/** Scores of customers one by one, with what the model was given. */
import type { Db } from '../db.ts';
import type { CellValue } from '../ml/data/values.ts';
import { readJson } from './json.ts';
import { Inputs } from './prediction-documents.ts';

export interface SingleScore {
  readonly createdAt: string;
  readonly probability: number;
  /** NaN: not known. */
  readonly monthlyValue: number;
  /** Feature → value as read; dates as `2026-11-20`. */
  readonly inputs: Readonly<Record<string, CellValue>>;
}

interface ScoreRow {
  id: number;
  created_at: string;
  probability: number;
  monthly_value: number | null;
  inputs: string;
}

/** By a model, newest first; what-ifs are none. */
export async function listSingleScores(db: Db, modelId: number, limit: number): Promise<SingleScore[]> {
  const rows: ScoreRow[] = await db('predictions')
    .where({ model_id: modelId })
    .whereNull('batch_id')
    .whereNot({ source: 'what-if' })
    .orderBy('id', 'desc')
    .limit(limit)
    .select('id', 'created_at', 'probability', 'monthly_value', 'inputs');
  return rows.map((row) => ({
    createdAt: row.created_at,
    probability: row.probability,
    monthlyValue: row.monthly_value ?? NaN,
    inputs: readJson(Inputs, row.inputs, `inputs of prediction ${row.id}`),
  }));
}
