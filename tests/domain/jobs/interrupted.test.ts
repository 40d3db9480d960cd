import { afterEach, beforeEach, expect, it } from 'vitest';
import { healInterrupted } from '../../../src/domain/jobs/interrupted.ts';
import { getBatch, insertBatch, updateBatch } from '../../../src/store/batches.ts';
import { getDataset, insertDataset } from '../../../src/store/datasets.ts';
import { insertConnection } from '../../../src/store/connections.ts';
import { enqueueJob, listOpenJobs } from '../../../src/store/jobs.ts';
import { beginRun, getQuery, insertQuery } from '../../../src/store/queries.ts';
import { insertScoreWrite, listScoreWrites } from '../../../src/store/score-writes.ts';
import { getTraining, insertTraining } from '../../../src/store/trainings.ts';
import { createTestApp, setUpOrganisation } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { commaFormat } from '../../helpers/csv-format.ts';

let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
});
afterEach(() => test.close());

const addBatch = async (state: 'scoring' | 'removing' | 'done'): Promise<number> => {
  const { db } = test.context;
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

it('records without a job are marked as interrupted at the next start, and a removal continues', async () => {
  const { db } = test.context;
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

it('so are runs of queries and scores that were being written to a table', async () => {
  const { db } = test.context;
  const { id: userId } = await setUpOrganisation(test);
  const server = { host: 'db', port: 5432, database: 'a', username: 'a', password: '', tls: 'off' } as const;
  const connectionId = await insertConnection(db, { name: 'a', ...server }, userId);
  const terms = { name: 'a', connectionId, statement: 'SELECT 1', datasetKind: null, scoresAtOnce: false };
  const schedule = { repeats: 'never', weekday: 1, atTime: '06:00' } as const;
  const queryId = await insertQuery(db, { ...terms, writeTo: null, schedule }, { userId, datasetId: null });
  await beginRun(db, await getQuery(db, queryId));
  const batchId = await addBatch('done');
  await insertScoreWrite(db, { batchId, connectionId, table: 'a.b' }, userId);

  await healInterrupted(db);

  expect(await getQuery(db, queryId)).toMatchObject({
    state: 'failed',
    error: 'It was interrupted. Run it again.',
  });
  expect(await listScoreWrites(db, batchId)).toMatchObject([{ state: 'failed' }]);
});
