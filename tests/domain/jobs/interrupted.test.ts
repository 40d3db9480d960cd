import { afterEach, beforeEach, expect, it } from 'vitest';
import { healInterrupted } from '../../../src/domain/jobs/interrupted.ts';
import { getBatch, insertBatch, updateBatch } from '../../../src/store/batches.ts';
import { getDataset, insertDataset } from '../../../src/store/datasets.ts';
import { enqueueJob, listOpenJobs } from '../../../src/store/jobs.ts';
import { getTraining, insertTraining } from '../../../src/store/trainings.ts';
import { createTestApp } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { commaFormat } from '../../helpers/csv-format.ts';

let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
});
afterEach(() => test.close());

it('records without a job are marked as interrupted at the next start, and a removal continues', async () => {
  const { db } = test.context;
  const addBatch = async (state: 'scoring' | 'removing' | 'done'): Promise<number> => {
    const id = await insertBatch(db, {
      userId: null,
      originalName: 'a.csv',
      file: state,
      byteSize: 1,
      sha256: '',
      format: commaFormat,
      header: [],
      rowCount: 0,
      isSample: false,
    });
    await updateBatch(db, id, { state });
    return id;
  };
  const [lost, worked, removing, finished] = [
    await addBatch('scoring'),
    await addBatch('scoring'),
    await addBatch('removing'),
    await addBatch('done'),
  ];
  await enqueueJob(db, { kind: 'score-batch', payload: { batchId: worked }, subject: '', createdBy: null });
  const dataset = { name: 'a', file: 'a', sha256: '', rowCount: 0, columns: [], isSample: false };
  const datasetId = await insertDataset(db, { ...dataset, state: 'reading' });
  const trainingId = await insertTraining(db, { datasetId, name: 'a', plan: {}, createdBy: null });

  for (let start = 0; start < 2; start++) await healInterrupted(db);

  const { state, error } = await getBatch(db, lost);
  expect([state, error]).toEqual(['failed', 'It was interrupted. Try it again.']);
  expect((await getBatch(db, worked)).state).toBe('scoring');
  expect((await getBatch(db, finished)).state).toBe('done');
  expect((await listOpenJobs(db)).map(({ payload }) => payload)).toEqual([
    { batchId: worked },
    { removedBatchId: removing },
  ]);
  expect((await getDataset(db, datasetId)).state).toBe('failed');
  expect((await getTraining(db, trainingId)).state).toBe('failed');
});
