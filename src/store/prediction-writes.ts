/** Writing the scores of single customers, always with the newest score of a customer marked as such. */
import type { Db } from '../db.ts';
import { addToBatch } from './batches.ts';
import { supersedePrevious } from './score-files/previous-score.ts';
import type { PreviousScore } from './score-files/previous-score.ts';
import type { ScoreStore } from './score-files/store.ts';

export type PredictionSource = 'form' | 'what-if' | 'batch' | 'api';

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
  /** JSON text: [{ ruleId, action, why, cost, expectedSaving }]. */
  readonly actions: string;
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

/** How many rows one statement takes. */
const rowsPerStatement = 100;

/** Inserts in order; of several rows of one customer the last is the latest. Call inside a transaction. */
export async function insertPredictions(trx: Db, predictions: readonly NewPrediction[]): Promise<void> {
  const identified = [
    ...new Set(predictions.flatMap(({ customerId }) => (customerId === null ? [] : [customerId]))),
  ];
  await retireScores(trx, identified);
  const lastOf = new Map(predictions.map(({ customerId }, i) => [customerId, i]));
  for (let from = 0; from < predictions.length; from += rowsPerStatement) {
    const rows = predictions.slice(from, from + rowsPerStatement);
    const values = rows.flatMap((row, i) =>
      valuesOf(row, row.customerId === null || lastOf.get(row.customerId) === from + i),
    );
    const placeholders = `(${columns.map(() => '?').join(',')})`;
    await trx.raw(
      `INSERT INTO predictions (${columns.join(',')}) VALUES ${rows.map(() => placeholders).join(',')}`,
      values as string[],
    );
  }
}

/**
 * Removes a batch's predictions, at most `limit` of them, takes them off its totals, and makes the score before each of
 * them the latest again. Gives how many went. Call inside a transaction.
 */
export async function deletePredictionsOf(trx: Db, batchId: number, limit?: number): Promise<number> {
  const removed = trx('predictions').select('id').where({ batch_id: batchId }).orderBy('row_number');
  if (limit !== undefined) void removed.limit(limit);
  const losing = trx('predictions')
    .select('customer_id')
    .whereIn('id', removed)
    .where({ is_latest: 1 })
    .whereNotNull('customer_id');
  const newestOfOthers = trx('predictions')
    .max('id')
    .whereIn('customer_id', losing)
    .whereNot({ source: 'what-if' })
    .where((others) => void others.whereNot({ batch_id: batchId }).orWhereNull('batch_id'))
    .groupBy('customer_id');
  await trx('predictions').whereIn('id', newestOfOthers).update({ is_latest: 1 });
  const gone = await trx('predictions')
    .whereIn('id', removed)
    .select<{ readonly risk_level: string; readonly notes: string }[]>('risk_level', 'notes');
  const minus = (level: string): number => -gone.filter(({ risk_level }) => risk_level === level).length;
  await addToBatch(trx, batchId, {
    scoredCount: -gone.length,
    rejectedCount: 0,
    notedCount: -gone.filter(({ notes }) => notes !== '[]').length,
    lowCount: minus('low'),
    mediumCount: minus('medium'),
    highCount: minus('high'),
  });
  return trx('predictions').whereIn('id', removed).delete();
}

async function retireScores(trx: Db, customerIds: readonly string[]): Promise<void> {
  for (let from = 0; from < customerIds.length; from += 500) {
    await trx('predictions')
      .whereIn('customer_id', customerIds.slice(from, from + 500))
      .where({ is_latest: 1 })
      .update({ is_latest: 0 });
  }
}

function valuesOf(row: NewPrediction, isLatest: boolean): (string | number | null)[] {
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
    row.recommendedAction,
    row.expectedSaving,
    row.monthlyValue,
    row.inputs,
    row.notes,
    Number(isLatest),
    Number(row.isSample),
    row.createdBy,
    row.createdAt,
  ];
}
