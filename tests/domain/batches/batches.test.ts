import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../../src/db.ts';
import { startScoring } from '../../../src/domain/batches/batches.ts';
import { takeInCsv } from '../../../src/domain/csv/intake.ts';
import { relabelPredictions } from '../../../src/domain/risk/relabelling.ts';
import { guessMapping } from '../../../src/domain/batches/mapping.ts';
import { getBatch, insertBatch } from '../../../src/store/batches.ts';
import type { BatchRecord } from '../../../src/store/batches.ts';
import { findActiveModel, saveModelThreshold } from '../../../src/store/models.ts';
import { saveSettings } from '../../../src/store/settings.ts';
import { activateSmallModel, createTestApp, customersCsv } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { listScores, scoreStore } from '../../helpers/scores.ts';
import { runJobs } from '../../helpers/work.ts';

let test: TestApp;
let modelId: number;
beforeAll(async () => {
  test = await createTestApp();
  modelId = await activateSmallModel(test);
});
afterAll(() => test.close());

let uploads = 0;
async function queueScoring(): Promise<number> {
  const { db, config } = test.context;
  const file = `upload-${++uploads}`;
  writeFileSync(join(config.uploadsDir, file), customersCsv(200, 5));
  const intake = await takeInCsv(join(config.uploadsDir, file));
  const model = (await findActiveModel(db))!;
  const upload = { ...intake, userId: null, originalName: 'a.csv', file, isSample: false };
  const id = await insertBatch(db, upload);
  await inTransaction(db, (trx) =>
    startScoring(trx, null, id, { model, mapping: guessMapping(model.schema, intake.header) }),
  );
  return id;
}

const resultOf = ({ file }: BatchRecord): string =>
  readFileSync(join(test.context.config.uploadsDir, `${file}.scored.csv`), 'utf8');
const levelsOf = async (id: number) => {
  const scores = await listScores(test, { batch: id });
  const count = (level: string): number => scores.filter(({ riskLevel }) => riskLevel === level).length;
  return { lowCount: count('low'), mediumCount: count('medium'), highCount: count('high') };
};

it('what is changed after a batch was queued leaves its result alone: threshold, rules, value of a customer', async () => {
  const { db } = test.context;
  const control = await queueScoring();
  await runJobs(test.context);
  const queued = await queueScoring();
  await saveModelThreshold(db, modelId, 0.999);
  await db('retention_rules').delete();
  await inTransaction(db, (trx) => saveSettings(trx, { valueMonths: 60 }));
  await runJobs(test.context);
  const [before, after] = [await getBatch(db, control), await getBatch(db, queued)];
  expect(resultOf(before)).toMatch(/,Churn,/);
  expect(resultOf(after)).toBe(resultOf(before));
  // Only what is queued from now on follows.
  const later = await queueScoring();
  await runJobs(test.context);
  expect(resultOf(await getBatch(db, later))).not.toBe(resultOf(before));
});

it('totals of a batch are those of its rows after relabelling, before, in and after its scoring', async () => {
  const { db } = test.context;
  const id = await queueScoring();
  await inTransaction(db, (trx) => saveSettings(trx, { mediumFrom: 0.05, highFrom: 0.1 }));
  await runJobs(test.context);
  const scored = await getBatch(db, id);
  expect(scored).toMatchObject(await levelsOf(id));
  expect(scored.highCount).toBeGreaterThan(0);
  for (const thresholds of [
    { mediumFrom: 0.6, highFrom: 0.9 },
    { mediumFrom: 0.001, highFrom: 0.002 },
  ]) {
    await inTransaction(db, (trx) => saveSettings(trx, thresholds));
    await relabelPredictions(scoreStore(test), { step: () => Promise.resolve('go on') });
    const batch = await getBatch(db, id);
    expect(batch).toMatchObject(await levelsOf(id));
    expect(batch.lowCount + batch.mediumCount + batch.highCount).toBe(200);
  }
});
