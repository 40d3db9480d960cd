/** The real pool on a real database: frozen processes, stepped clocks, lost leases. */
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTransaction } from '../../src/db.ts';
import { handlers } from '../../src/jobs/handlers.ts';
import { runJob } from '../../src/jobs/run-job.ts';
import { startWorkerPool } from '../../src/jobs/worker-pool.ts';
import type { WorkerPool } from '../../src/jobs/worker-pool.ts';
import { addToBatch, getBatch } from '../../src/store/batches.ts';
import { claimJob, LeaseLost, renewLease } from '../../src/store/job-leases.ts';
import { countProgress, finishJob } from '../../src/store/job-progress.ts';
import { enqueueJob, findJob } from '../../src/store/jobs.ts';
import { activateSmallModel, createTestApp, manyCustomersCsv } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { refuseUpdates } from '../helpers/refused-writes.ts';
import { startWorker } from '../helpers/programs.ts';
import { queueScoring } from '../helpers/received-files.ts';
import { rowNumbersOf } from '../helpers/score-files.ts';

// On a machine that may be busy.
vi.setConfig({ testTimeout: 240_000 });

const rows = 300_000;
let test: TestApp;
let pools: WorkerPool[];
let child: ChildProcess | null;

beforeEach(async () => {
  test = await createTestApp();
  await activateSmallModel(test);
  pools = [];
  child = null;
});
afterEach(async () => {
  child?.kill('SIGKILL');
  for (const pool of pools) await pool.stop(5_000);
  await test.close();
});

const startPool = (): void => {
  pools.push(startWorkerPool(test.context));
};

const queueRows = (count = rows) => queueScoring(test.context, manyCustomersCsv(count));

const scoredRows = async (batchId: number): Promise<number> =>
  (await getBatch(test.context.db, batchId)).scoredCount;

async function expectScoredOnce(batchId: number): Promise<void> {
  const { db, config } = test.context;
  const batch = await getBatch(db, batchId);
  expect(batch).toMatchObject({ state: 'done', scoredCount: rows, rejectedCount: 0 });
  expect(batch.lowCount + batch.mediumCount + batch.highCount).toBe(rows);
  expect(rowNumbersOf(config.uploadsDir, batch)).toEqual(Array.from({ length: rows }, (_, i) => i + 2));
  const lines = readFileSync(join(config.uploadsDir, `${batch.file}.scored.csv`), 'utf8')
    .trim()
    .split('\n');
  expect(lines).toHaveLength(rows + 1);
  expect(lines.every((line) => line.split(',').length >= 20)).toBe(true);
}

/** As after a night's sleep or a step of the clock: the lease looks expired for long. */
const expireLease = (id: number, at = 0) =>
  test.context.db('jobs').where({ id }).update({ lease_expires_at: at });

describe('a process that is frozen while it scores', () => {
  it('writes nothing after another process has taken over its job, and every row is stored once', async () => {
    const { db } = test.context;
    const { batchId, jobId } = await queueRows();
    child = await startWorker(test.context.config, { threads: 3 });
    await expect.poll(() => scoredRows(batchId), { interval: 5, timeout: 90_000 }).toBeGreaterThan(0);
    await freezeOutsideTransaction(child);
    const frozenAt = await scoredRows(batchId);
    expect(frozenAt).toBeLessThan(rows);
    await expireLease(jobId);
    startPool();
    await expect.poll(() => scoredRows(batchId), { interval: 5, timeout: 90_000 }).toBeGreaterThan(frozenAt);
    child.kill('SIGCONT');
    await expect.poll(async () => (await findJob(db, jobId))?.state, { timeout: 90_000 }).toBe('done');
    await pause(1_000);
    await expectScoredOnce(batchId);
    expect(await findJob(db, jobId)).toMatchObject({ lease: 2, error: null });
  });

  /** A process that is stopped in the middle of writing keeps the database locked: try another moment. */
  async function freezeOutsideTransaction(process: ChildProcess): Promise<void> {
    for (;;) {
      process.kill('SIGSTOP');
      const free = inTransaction(test.context.db, () => Promise.resolve(true));
      if (await Promise.race([free, pause(300, false)])) return;
      process.kill('SIGCONT');
      await free;
    }
  }
});

describe('a clock that is set', () => {
  it('forward does not make a pool claim the job that it runs already', async () => {
    const { db } = test.context;
    const { batchId, jobId } = await queueRows();
    startPool();
    await expect.poll(() => scoredRows(batchId), { interval: 5, timeout: 90_000 }).toBeGreaterThan(0);
    const ticking = setInterval(() => void expireLease(jobId).catch(() => null), 50);
    await expect.poll(async () => (await findJob(db, jobId))?.state, { timeout: 90_000 }).toBe('done');
    clearInterval(ticking);
    expect(await findJob(db, jobId)).toMatchObject({ lease: 1 });
    await expectScoredOnce(batchId);
  });

  it('back does not keep the job of a dead process from being taken up', async () => {
    const { db } = test.context;
    const id = await enqueueJob(db, { kind: 'relabel-risk', payload: {}, subject: 'a', createdBy: null });
    expect(await claimJob(db, 'dead')).toMatchObject({ id, lease: 1 });
    expect(await claimJob(db, 'other')).toBeUndefined();
    await expireLease(id, Date.now() + 86_400_000);
    expect(await claimJob(db, 'other')).toMatchObject({ id, lease: 2 });
  });
});

describe('a lease that was taken over', () => {
  it('cannot be renewed, finished, or written under', async () => {
    const { db, config } = test.context;
    const { batchId, jobId } = await queueRows(10);
    const mine = (await claimJob(db, 'mine'))!;
    await expireLease(jobId);
    const theirs = (await claimJob(db, 'theirs'))!;
    expect(await renewLease(db, mine)).toBe(false);
    expect(await renewLease(db, theirs)).toBe(true);
    await expect(finishJob(db, mine, 'done')).rejects.toThrow(LeaseLost);
    expect(await runJob(config, mine, () => false)).toEqual({ message: null });
    expect(await getBatch(db, batchId)).toMatchObject({ state: 'scoring', scoredCount: 0 });
    expect(await findJob(db, jobId)).toMatchObject({ state: 'running', lease: 2 });
    await runJob(config, theirs, () => false);
    expect(await getBatch(db, batchId)).toMatchObject({ state: 'done', scoredCount: 10 });
  });
});

describe('a job', () => {
  it('whose end cannot be stored leaves what it worked on as it was, and ends as it should the next time', async () => {
    const { db, config } = test.context;
    const { batchId, jobId } = await queueRows(10);
    const job = (await claimJob(db, 'test'))!;
    // The end of the job is refused after the batch was changed in the same transaction.
    const accept = await refuseUpdates(db, 'jobs', "NEW.state = 'done'");
    await expect(runJob(config, job, () => false)).rejects.toThrow('crash');
    expect(await getBatch(db, batchId)).toMatchObject({ state: 'scoring', finishedAt: null });
    await accept();
    await expireLease(jobId);
    await runJob(config, (await claimJob(db, 'test'))!, () => false);
    expect(await getBatch(db, batchId)).toMatchObject({ state: 'done', scoredCount: 10 });
    expect(await findJob(db, jobId)).toMatchObject({ state: 'done' });
  });

  it('pauses on a full disk, reports it, and continues without counting an attempt', async () => {
    const { db, config } = test.context;
    const { batchId, jobId } = await queueRows(10);
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const job = (await claimJob(db, 'test'))!;
    const score = handlers['score-batch'];
    Object.assign(handlers, { 'score-batch': () => Promise.reject(full) });
    try {
      await runJob(config, job, () => false);
    } finally {
      Object.assign(handlers, { 'score-batch': score });
    }
    expect(await findJob(db, jobId)).toMatchObject({ state: 'queued', attempts: 0, error: null });
    expect((await findJob(db, jobId))!.waitsFor).toMatch(/disk is full.*by itself/);
    expect(await claimJob(db, 'too-soon')).toBeUndefined();
    startPool();
    await expect.poll(async () => (await getBatch(db, batchId)).state, { timeout: 90_000 }).toBe('done');
    expect((await findJob(db, jobId))!.waitsFor).toBeNull();
  });

  it('that made progress before each of its crashes is tried on; one that made none fails the third time', async () => {
    const { db, config } = test.context;
    const { batchId, jobId } = await queueRows(10);
    for (let crash = 1; crash <= 5; crash++) {
      const job = (await claimJob(db, 'crashing'))!;
      expect(job.attempts).toBe(1);
      await countProgress(db, job);
      await expireLease(jobId);
    }
    await db('batches').where({ id: batchId }).update({ model_id: null, rules: null });
    for (let attempt = 1; attempt <= 3; attempt++) {
      const job = await claimJob(db, 'test');
      if (job) await runJob(config, job, () => false);
    }
    expect((await findJob(db, jobId))!.state).toBe('failed');
    expect((await getBatch(db, batchId)).state).toBe('failed');
  });
});

describe('the queue', () => {
  it('keeps a thread for uploads however many trainings wait', async () => {
    const { db } = test.context;
    for (let i = 0; i < 3; i++)
      await enqueueJob(db, {
        kind: 'train-model',
        payload: { trainingId: 0 },
        subject: 'Train',
        createdBy: null,
      });
    const upload = await enqueueJob(db, {
      kind: 'relabel-risk',
      payload: {},
      subject: 'Other',
      createdBy: null,
    });
    const claimed = await claimJob(db, 'reserved', { kinds: ['train-model', 'first-start'] });
    expect(claimed?.id).toBe(upload);
  });
});

describe('the totals of a batch', () => {
  it('add up what several write', async () => {
    const { db } = test.context;
    const { batchId } = await queueRows(10);
    const one = {
      scoredCount: 1,
      rejectedCount: 0,
      notedCount: 0,
      lowCount: 1,
      mediumCount: 0,
      highCount: 0,
    };
    await Promise.all([1, 2, 3].map(() => addToBatch(db, batchId, one)));
    expect(await getBatch(db, batchId)).toMatchObject({ scoredCount: 3, lowCount: 3 });
  });
});
