/** Scores of generated customers, stored without scoring them: quickly, and as many as a test wants. */
import { inTransaction } from '../../src/db.ts';
import { generateCustomers } from '../../src/domain/sample/generator.ts';
import type { Schema } from '../../src/ml/schema.ts';
import { insertPredictions } from '../../src/store/prediction-writes.ts';
import type { NewPrediction } from '../../src/store/prediction-writes.ts';
import type { TestApp } from './app.ts';

export interface StoredScore {
  readonly probability: number;
  readonly riskLevel: 'low' | 'medium' | 'high';
  readonly monthlyValue: number;
  readonly inputs: Readonly<Record<string, string | number | null>>;
}

/** Probabilities go round in steps that no power of two shares, so that every n-th customer is not typical. */
export async function storeScores(
  { context }: TestApp,
  { id: modelId, schema }: { readonly id: number; readonly schema: Schema },
  count: number,
): Promise<StoredScore[]> {
  const scores = [...generateCustomers(count, 3)].map((customer, i): StoredScore => {
    const more = customer.Contract === 'Month-to-month' ? 0.45 : customer.Contract === 'One year' ? 0.2 : 0;
    const probability = more + ((i * 617) % 1009) / 2018;
    const riskLevel = probability >= 0.6 ? 'high' : probability >= 0.3 ? 'medium' : 'low';
    const inputs = schema.features.map(({ name, type }) => {
      const text = i % 97 === 0 ? '' : customer[name as keyof typeof customer];
      return [name, text === '' ? null : type === 'number' ? Number(text) : text] as const;
    });
    return { probability, riskLevel, monthlyValue: 20 + (i % 90), inputs: Object.fromEntries(inputs) };
  });
  const rows = scores.map((score, i) => toRow(score, modelId, `C-${String(i).padStart(7, '0')}`));
  await inTransaction(context.db, (trx) => insertPredictions(trx, rows));
  return scores;
}

function toRow(score: StoredScore, modelId: number, customerId: string): NewPrediction {
  return {
    ...{ batchId: null, rowNumber: null, customerId, source: 'form', modelId },
    ...{ probability: score.probability, riskLevel: score.riskLevel, monthlyValue: score.monthlyValue },
    ...{ reasons: '{"base":0.3,"strongest":[]}', actions: '[]', notes: '[]' },
    ...{ recommendedAction: null, expectedSaving: null, isSample: false, createdBy: null },
    ...{ inputs: JSON.stringify(score.inputs), createdAt: '2026-11-20T12:00:00.000Z' },
  };
}
