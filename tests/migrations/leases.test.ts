import { afterAll, beforeAll, expect, it } from 'vitest';
import { down, up } from '../../migrations/2026-11-22-leases.ts';
import { getBatch, insertBatch, updateBatch } from '../../src/store/batches.ts';
import type { NewPrediction } from '../../src/store/prediction-writes.ts';
import { activateSmallModel, createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { insertRows } from '../helpers/predictions.ts';
import { commaFormat } from '../helpers/csv-format.ts';

let test: TestApp;
let modelId: number;
beforeAll(async () => {
  test = await createTestApp();
  modelId = await activateSmallModel(test, ['tenure']);
});
afterAll(() => test.close());

const row = (batchId: number | null, rowNumber: number | null, riskLevel = 'low'): NewPrediction => ({
  batchId,
  rowNumber,
  customerId: rowNumber === null ? null : `c-${rowNumber}`,
  source: 'batch',
  modelId,
  probability: 0.5,
  riskLevel,
  reasons: '{}',
  actions: '[]',
  recommendedAction: null,
  expectedSaving: null,
  monthlyValue: null,
  inputs: '{}',
  notes: '[]',
  isSample: false,
  createdBy: null,
  createdAt: 'then',
});

it('keeps of doubled rows the score that counts, sets the totals right, and refuses a double from then on', async () => {
  const { db } = test.context;
  const addBatch = async (rowCount: number): Promise<number> =>
    insertBatch(db, {
      userId: null,
      originalName: 'a.csv',
      file: `f${rowCount}`,
      byteSize: 1,
      sha256: '',
      format: commaFormat,
      header: [],
      rowCount,
      isSample: false,
    });
  const [doubled, sound] = [await addBatch(4), await addBatch(2)];
  await down(db);
  // Rows 1 to 3 of the first batch were scored by two processes; row 4 was rejected.
  await insertRows(db, [row(doubled, 1), row(doubled, 2), row(doubled, 3)]);
  await insertRows(db, [row(doubled, 1, 'high'), row(doubled, 2, 'high')]);
  await insertRows(db, [row(doubled, 3, 'medium')]);
  await insertRows(db, [row(sound, 1), row(sound, 2), row(null, null), row(null, null)]);
  await updateBatch(db, doubled, {
    state: 'done',
    scoredCount: 6,
    lowCount: 3,
    highCount: 2,
    mediumCount: 1,
  });
  await updateBatch(db, sound, { state: 'done', scoredCount: 2, lowCount: 2 });
  await up(db);

  const kept = await db('predictions')
    .where({ batch_id: doubled })
    .orderBy('row_number')
    .select('row_number', 'risk_level');
  expect(kept).toEqual([
    { row_number: 1, risk_level: 'high' },
    { row_number: 2, risk_level: 'high' },
    { row_number: 3, risk_level: 'medium' },
  ]);
  expect(await getBatch(db, doubled)).toMatchObject({
    scoredCount: 3,
    lowCount: 0,
    mediumCount: 1,
    highCount: 2,
    rejectedCount: 1,
  });
  expect(await getBatch(db, sound)).toMatchObject({ scoredCount: 2, lowCount: 2 });
  expect(await db('predictions').where({ batch_id: null })).toHaveLength(2);
  await expect(insertRows(db, [row(doubled, 3)])).rejects.toThrow(/unique/i);
});
