/** A scoring that somebody ended, or that failed, while no thread worked on it: a job counts the scores that it left. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction } from '../../../src/db.ts';
import { cancelJob } from '../../../src/domain/jobs/failure.ts';
import { failAttempt, runJob } from '../../../src/jobs/run-job.ts';
import { getBatch, updateBatch } from '../../../src/store/batches.ts';
import { claimJob } from '../../../src/store/job-leases.ts';
import { listJobs, listOpenJobs } from '../../../src/store/jobs.ts';
import { activateSmallModel, createTestApp, manyCustomersCsv } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { queueScoring } from '../../helpers/received-files.ts';
import { runJobs } from '../../helpers/work.ts';

/** More than one block. */
const rows = 6_000;
let test: TestApp;

beforeEach(async () => {
  test = await createTestApp();
  await activateSmallModel(test);
});
afterEach(() => test.close());

/** A scoring that gave its job back after its first block; gives the batch and the job. */
async function begunScoring(): Promise<{ batchId: number; jobId: number }> {
  const { db, config } = test.context;
  const { batchId } = await queueScoring(test.context, manyCustomersCsv(rows));
  const job = (await claimJob(db, 'test'))!;
  await runJob(config, job, () => true);
  const { scoredCount } = await getBatch(db, batchId);
  expect(scoredCount).toBeGreaterThan(0);
  expect(scoredCount).toBeLessThan(rows);
  return { batchId, jobId: job.id };
}

const openKinds = async () => (await listOpenJobs(test.context.db)).map(({ kind }) => kind);

async function expectCounted(batchId: number, state: 'cancelled' | 'failed'): Promise<void> {
  const batch = await getBatch(test.context.db, batchId);
  expect(batch).toMatchObject({ state, latestCount: batch.scoredCount });
  expect(batch.scoresAt).not.toBeNull();
}

describe('the scores of a scoring that did not come to its end', () => {
  it('count when it was cancelled while it waited', async () => {
    const { batchId, jobId } = await begunScoring();
    await cancelJob(test.context.db, jobId);
    expect(await openKinds()).toContain('mark-latest');
    expect(await getBatch(test.context.db, batchId)).toMatchObject({ latestCount: 0, scoresAt: null });
    await runJobs(test.context);
    await expectCounted(batchId, 'cancelled');
  });

  it('count when it failed', async () => {
    const { db } = test.context;
    const { batchId } = await begunScoring();
    const job = (await claimJob(db, 'test'))!;
    await inTransaction(db, (trx) => failAttempt(trx, job, 'It cannot be scored.', true));
    await runJobs(test.context);
    await expectCounted(batchId, 'failed');
    const [latest] = await listJobs(db, 1);
    expect(latest).toMatchObject({ state: 'done', subject: 'Count the scores of a.csv' });
  });

  it('do not count yet when it goes on before they could be counted', async () => {
    const { db } = test.context;
    const { batchId, jobId } = await begunScoring();
    await cancelJob(db, jobId);
    await updateBatch(db, batchId, { state: 'scoring' });
    await runJobs(test.context);
    expect(await getBatch(db, batchId)).toMatchObject({ state: 'scoring', latestCount: 0, scoresAt: null });
  });

  it('are not looked for where there are none', async () => {
    const { db } = test.context;
    const { batchId, jobId } = await begunScoring();
    await updateBatch(db, batchId, { scoreRows: 0 });
    await cancelJob(db, jobId);
    expect(await openKinds()).not.toContain('mark-latest');
  });
});
