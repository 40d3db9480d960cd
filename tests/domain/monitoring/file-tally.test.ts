import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inTransaction } from '../../../src/db.ts';
import { deleteScoresOf, getBatch, insertBatch } from '../../../src/store/batches.ts';
import { startScoring } from '../../../src/domain/batches/batches.ts';
import { guessMapping } from '../../../src/domain/batches/mapping.ts';
import { scoreBatch } from '../../../src/domain/batches/scoring.ts';
import { takeInCsv } from '../../../src/domain/csv/intake.ts';
import type { StepAnswer } from '../../../src/domain/jobs/steps.ts';
import { findBatchCounts } from '../../../src/store/batch-counts.ts';
import type { BatchCounts } from '../../../src/store/batch-count-documents.ts';
import { findActiveModel } from '../../../src/store/models.ts';
import { defaultSettings } from '../../../src/store/settings.ts';
import { activateSmallModel, createTestApp, customersCsv } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';

const rowCount = 3_000;
let test: TestApp;
beforeAll(async () => {
  test = await createTestApp();
  await activateSmallModel(test);
});
afterAll(() => test.close());

let uploads = 0;
async function receive(): Promise<number> {
  const { db, config } = test.context;
  const file = `upload-${++uploads}`;
  writeFileSync(join(config.uploadsDir, file), customersCsv(rowCount, 5));
  const intake = await takeInCsv(join(config.uploadsDir, file));
  const upload = { ...intake, userId: null, originalName: 'a.csv', file, isSample: false };
  const id = await insertBatch(db, upload);
  const model = (await findActiveModel(db))!;
  const mapping = guessMapping(model.schema, intake.header);
  await inTransaction(db, (trx) => startScoring(trx, null, id, { model, mapping }));
  return id;
}

/** `stopAt`: the step at which the process is to end; the scoring is then continued. */
async function scoreAll(id: number, stopAt = 0): Promise<BatchCounts> {
  const { db, config } = test.context;
  let steps = 0;
  const step = (): Promise<StepAnswer> => Promise.resolve(++steps === stopAt ? 'stop' : 'go on');
  const outcome = await scoreBatch(db, config, id, { step });
  if (outcome === 'stopped') return scoreAll(id);
  await inTransaction(db, outcome.write);
  return (await findBatchCounts(db, id))!;
}

it('the rows of a file are counted while it is scored', async () => {
  const id = await receive();
  const { reference, file } = await scoreAll(id);
  expect(reference.rowCount).toBe(480);
  expect(file.rowCount).toBe(rowCount);
  file.features.forEach(({ counts, missing, fresh }) => {
    expect(counts.reduce((sum, count) => sum + count, missing + fresh)).toBe(rowCount);
  });
  const { highCount } = await getBatch(test.context.db, id);
  const { highFrom } = defaultSettings;
  expect(file.scores.slice(highFrom * 1_000).reduce((sum, count) => sum + count, 0)).toBe(highCount);
  const explained = file.meanReasons!.reduce((sum, points, j) => sum + points - reference.meanReasons[j]!, 0);
  expect(Math.abs(explained)).toBeLessThan(0.2);
});

it('a scoring that was continued counts the same, from what it had stored', async () => {
  const [whole, continued] = [await scoreAll(await receive()), await scoreAll(await receive(), 2)];
  const { meanReasons, ...file } = continued.file;
  expect(meanReasons).toBeNull();
  expect(whole.file.meanReasons).not.toBeNull();
  expect(file.features).toEqual(whole.file.features);
  expect(file.scores).toEqual(whole.file.scores);
  for (const name of ['probability', 'value', 'squaredValue'] as const)
    file[name].forEach((sum, step) => {
      expect(sum).toBeCloseTo(whole.file[name][step]!, 3);
    });
});

it('counts go with the scores', async () => {
  const { db } = test.context;
  const id = await receive();
  await scoreAll(id);
  await inTransaction(db, (trx) => deleteScoresOf(trx, id));
  expect(await findBatchCounts(db, id)).toBeNull();
  expect((await getBatch(db, id)).scoreRows).toBe(0);
});
