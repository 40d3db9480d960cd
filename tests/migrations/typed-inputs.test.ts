import { afterAll, beforeAll, expect, it } from 'vitest';
import { down, up } from '../../migrations/2026-11-22-typed-inputs.ts';
import { getPredictions } from '../../src/store/prediction-records.ts';
import { listPromotionTests } from '../../src/store/promotion-tests.ts';
import type { NewPrediction } from '../../src/store/prediction-writes.ts';
import { activateSmallModel, createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { insertRows } from '../helpers/predictions.ts';

let test: TestApp;
let modelId: number;
let batchId: number;
beforeAll(async () => {
  test = await createTestApp();
  modelId = await activateSmallModel(test, ['tenure', 'MonthlyCharges', 'Contract', 'SeniorCitizen']);
  [batchId] = (await test.context
    .db('batches')
    .insert({
      original_name: 'komma.csv',
      file: 'f',
      byte_size: 1,
      sha256: 's',
      state: 'done',
      created_at: 'then',
      header: '[]',
      format: JSON.stringify({ delimiter: ';', decimal: ',' }),
    })
    .returning('id')
    .then((rows: { id: number }[]) => rows.map(({ id }) => id))) as [number];
});
afterAll(() => test.close());

const stored = (
  inputs: Record<string, string>,
  batch: number | null,
  model: number | null,
): NewPrediction => ({
  batchId: batch,
  rowNumber: 2,
  customerId: null,
  source: 'batch',
  modelId: model!,
  probability: 0.5,
  riskLevel: 'medium',
  actions: '[]',
  recommendedAction: null,
  expectedSaving: null,
  reasons: JSON.stringify({
    base: 0.2,
    strongest: Object.entries(inputs).map(([feature, value]) => ({ feature, value, points: 0.1 })),
  }),
  monthlyValue: null,
  inputs: JSON.stringify(inputs),
  notes: '[]',
  isSample: false,
  createdBy: null,
  createdAt: 'then',
});

const read = async () => {
  const ids = (await test.context.db('predictions').orderBy('id').pluck('id')) as number[];
  const predictions = await getPredictions(test.context.db, ids);
  return predictions.map(({ inputs, reasons }) => ({
    inputs,
    reasons: reasons.strongest.map(({ value }) => value),
  }));
};

it('gives stored predictions the values that their models read', async () => {
  const { db } = test.context;
  const text = { tenure: '1,234', MonthlyCharges: '70,35', Contract: 'one year', SeniorCitizen: '' };
  const unknown = { tenure: '5', Code: '00123', Amount: '1,234', Rate: '2.50', Plan: 'n/a' };
  await insertRows(db, [
    stored(text, batchId, modelId),
    stored({ ...text, MonthlyCharges: 'n/a' }, null, modelId),
    stored(unknown, null, null),
    ...Array.from({ length: 450 }, () => stored({ tenure: '7' }, null, modelId)),
  ]);
  await db('promotion_tests').insert({
    name: 'Known',
    enabled: 1,
    created_at: 'then',
    definition: JSON.stringify({
      kind: 'golden',
      inputs: { tenure: '3', Contract: 'One year' },
      low: 0,
      high: 1,
    }),
  });
  await up(db);

  const rows = await read();
  const comma = { tenure: 1.234, MonthlyCharges: 70.35, Contract: 'One year', SeniorCitizen: null };
  expect(rows[0]!.inputs).toEqual(comma);
  expect(rows[0]!.reasons).toEqual(Object.values(comma));
  expect(rows[1]!.inputs).toEqual({ ...comma, tenure: 1234, MonthlyCharges: null });
  expect(rows[2]!.inputs).toEqual({ tenure: 5, Code: '00123', Amount: '1,234', Rate: 2.5, Plan: null });
  expect(rows).toHaveLength(453);
  expect(rows.slice(3).every(({ inputs }) => inputs['tenure'] === 7)).toBe(true);
  const [known] = await listPromotionTests(db);
  expect(known!.definition).toMatchObject({ inputs: { tenure: 3, Contract: 'One year' } });
});

it('changes nothing a second time, and can be taken back', async () => {
  const before = await read();
  await up(test.context.db);
  expect(await read()).toEqual(before);
  await down(test.context.db);
  expect((await read())[0]!.inputs).toEqual({
    tenure: '1.234',
    MonthlyCharges: '70.35',
    Contract: 'One year',
    SeniorCitizen: '',
  });
});
