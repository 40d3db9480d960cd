/** Scores of generated customers, stored without scoring them: quickly, and as many as a test wants. */
import { inTransaction } from '../../src/db.ts';
import { generateCustomers } from '../../src/domain/sample/generator.ts';
import type { Schema } from '../../src/ml/data/schema.ts';
import { insertPredictions } from '../../src/store/prediction-writes.ts';
import type { NewPrediction } from '../../src/store/prediction-writes.ts';
import type { TestApp } from './app.ts';

export interface StoredScore {
  readonly probability: number;
  readonly riskLevel: 'low' | 'medium' | 'high';
  readonly monthlyValue: number;
  readonly inputs: Readonly<Record<string, string | number | null>>;
}

/** Where scores come from, and the number of the first customer. */
interface Origin {
  readonly batchId?: number | null;
  readonly from?: number;
}

/** Probabilities go round in steps that no power of two shares, so that every n-th customer is not typical. */
export async function storeScores(
  { context }: Pick<TestApp, 'context'>,
  { id: modelId, schema }: { readonly id: number; readonly schema: Schema },
  count: number,
  { batchId = null, from = 0 }: Origin = {},
): Promise<StoredScore[]> {
  const scores = [...generateCustomers(count, 3 + from)].map((customer, i): StoredScore => {
    const more = customer.Contract === 'Month-to-month' ? 0.45 : customer.Contract === 'One year' ? 0.2 : 0;
    const probability = more + ((i * 617) % 1009) / 2018;
    const riskLevel = probability >= 0.6 ? 'high' : probability >= 0.3 ? 'medium' : 'low';
    const inputs = schema.features.map(({ name, type }) => {
      const text = i % 97 === 0 ? '' : customer[name as keyof typeof customer];
      return [name, text === '' ? null : type === 'number' ? Number(text) : text] as const;
    });
    return { probability, riskLevel, monthlyValue: 20 + (i % 90), inputs: Object.fromEntries(inputs) };
  });
  const rows = scores.map((score, i) => toRow(score, { modelId, batchId, number: from + i }));
  await inTransaction(context.db, (trx) => insertPredictions(trx, rows));
  return scores;
}

/** An upload that is done, without its files. */
export async function storeBatch(
  { context }: Pick<TestApp, 'context'>,
  modelId: number,
  count: number,
): Promise<number> {
  const [row] = await context
    .db('batches')
    .insert({
      user_id: 1,
      model_id: modelId,
      original_name: 'customers.csv',
      file: 'customers',
      byte_size: 1,
      sha256: '',
      format: '{}',
      header: '[]',
      state: 'done',
      row_count: count,
      scored_count: count,
      created_at: '2026-11-20T12:00:00.000Z',
    })
    .returning<{ id: number }[]>('id');
  return row!.id;
}

function toRow(
  score: StoredScore,
  { modelId, batchId, number }: { modelId: number; batchId: number | null; number: number },
): NewPrediction {
  const reasons = Object.entries(score.inputs).map(([feature, value]) => ({ feature, value, points: 0.031 }));
  return {
    batchId,
    rowNumber: batchId === null ? null : number + 2,
    modelId,
    customerId: `C-${String(number).padStart(7, '0')}`,
    source: batchId === null ? 'form' : 'batch',
    probability: score.probability,
    riskLevel: score.riskLevel,
    monthlyValue: score.monthlyValue,
    reasons: JSON.stringify({ base: 0.3, strongest: reasons.slice(0, 8) }),
    actions: '[]',
    notes: '[]',
    recommendedAction: null,
    expectedSaving: null,
    isSample: false,
    createdBy: null,
    inputs: JSON.stringify(score.inputs),
    createdAt: '2026-11-20T12:00:00.000Z',
  };
}
