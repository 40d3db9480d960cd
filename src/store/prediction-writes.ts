/** Writing the scores of single customers, always with the newest score of a customer marked as such. */
import type { Db } from '../db.ts';
import type { PredictionSource } from './prediction-documents.ts';
import { supersedePrevious } from './score-files/previous-score.ts';
import type { PreviousScore } from './score-files/previous-score.ts';
import type { ScoreStore } from './score-files/store.ts';

export interface NewPrediction {
  readonly batchId: number | null;
  readonly rowNumber: number | null;
  readonly customerId: string | null;
  /** A what-if is never a customer's latest score: its inputs were made up. */
  readonly source: PredictionSource;
  readonly modelId: number;
  readonly probability: number;
  readonly riskLevel: string;
  /** JSON text: `{ base, strongest: [{ feature, value, points }] }`. */
  readonly reasons: string;
  /** JSON text: [{ ruleId, action, why, channel, message, cost, expectedSaving }]. */
  readonly actions: string;
  /** Of the rules that the actions are of; missing: not known. */
  readonly rulesVersion?: number | null;
  readonly recommendedAction: string | null;
  readonly expectedSaving: number | null;
  readonly monthlyValue: number | null;
  /** JSON text: feature → number, level, ISO date, or null where it is not known. */
  readonly inputs: string;
  /** JSON text: string[]. */
  readonly notes: string;
  readonly isSample: boolean;
  readonly createdBy: number | null;
  readonly createdAt: string;
}

const columns = [
  'batch_id',
  'row_number',
  'customer_id',
  'source',
  'model_id',
  'probability',
  'risk_level',
  'reasons',
  'actions',
  'rules_version',
  'recommended_action',
  'expected_saving',
  'monthly_value',
  'inputs',
  'notes',
  'is_latest',
  'is_sample',
  'created_by',
  'created_at',
] as const;

/**
 * Inserts one and gives its number; the customer's score before it is the latest no more. `previous`: as a task found it;
 * null for a what-if, and without an identifier. Call inside a transaction.
 */
export async function insertPrediction(
  store: ScoreStore,
  prediction: NewPrediction,
  previous: PreviousScore | null,
): Promise<number> {
  const values = valuesOf(prediction, prediction.source !== 'what-if');
  const row = Object.fromEntries(columns.map((column, i) => [column, values[i]]));
  const [inserted] = await store.db<{ id: number }>('predictions').insert(row).returning('id');
  if (previous) await supersedePrevious(store, previous, inserted!.id);
  return inserted!.id;
}

/** All scores of a customer, what-ifs too. Gives how many there were. */
export async function deletePredictionsOf(trx: Db, customerId: string): Promise<number> {
  return trx('predictions').where({ customer_id: customerId }).delete();
}

function valuesOf(row: NewPrediction, isLatest: boolean): (string | number | boolean | null)[] {
  return [
    row.batchId,
    row.rowNumber,
    row.customerId,
    row.source,
    row.modelId,
    row.probability,
    row.riskLevel,
    row.reasons,
    row.actions,
    row.rulesVersion ?? null,
    row.recommendedAction,
    row.expectedSaving,
    row.monthlyValue,
    row.inputs,
    row.notes,
    isLatest,
    row.isSample,
    row.createdBy,
    row.createdAt,
  ];
}
