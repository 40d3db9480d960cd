/** Threads that work on the blocks of a file and die: the job says why, and nothing else suffers. */
import type * as Threads from '../../src/thread.ts';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runJob } from '../../src/jobs/run-job.ts';
import { getBatch } from '../../src/store/batches.ts';
import { claimJob } from '../../src/store/job-leases.ts';
import { findJob } from '../../src/store/jobs.ts';
import { activateSmallModel, createTestApp, manyCustomersCsv } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { queueScoring } from '../helpers/received-files.ts';

vi.setConfig({ testTimeout: 120_000 });

/** What the threads do in place of their work. */
const thread = vi.hoisted(() => ({ code: null as string | null }));

vi.mock('../../src/thread.ts', async (load) => {
  const real = await load<typeof Threads>();
  const openThread: typeof Threads.openThread = (name, data, memoryMb) =>
    thread.code === null
      ? real.openThread(name, data, memoryMb)
      : new Worker(thread.code, { eval: true, resourceLimits: { maxOldGenerationSizeMb: memoryMb } });
  return { ...real, openThread };
});

const onBlock = (code: string): string =>
  `require('node:worker_threads').parentPort.on('message', () => { ${code} });`;

/** So many that the file is shared between threads. */
const many = 80_000;
let test: TestApp;
beforeEach(async () => {
  thread.code = null;
  test = await createTestApp();
  await activateSmallModel(test);
});
afterEach(() => test.close());

const queueRows = (rows: number) => queueScoring(test.context, manyCustomersCsv(rows), `upload-${rows}`);

/** Tries the job once; gives the reason why it failed. */
async function tryOnce(threadMemoryMb = test.context.config.threadMemoryMb): Promise<string | null> {
  const { db, config } = test.context;
  const job = (await claimJob(db, 'test'))!;
  return (await runJob({ ...config, threadMemoryMb }, job, () => false)).message;
}

async function expectFailed({ batchId, jobId }: { batchId: number; jobId: number }, reason: string) {
  const { db } = test.context;
  expect(await findJob(db, jobId)).toMatchObject({ state: 'failed', error: reason });
  expect(await getBatch(db, batchId)).toMatchObject({ state: 'failed', error: reason, scoredCount: 0 });
}

describe('a thread that works on blocks', () => {
  it('and runs out of memory ends its job at the first try with the reason; the next file is scored', async () => {
    const { db } = test.context;
    const scoring = await queueRows(many);
    thread.code = onBlock('const kept = []; for (;;) kept.push(new Array(1_000).fill(Math.random()))');
    const reason = await tryOnce(32);
    expect(reason).toMatch(/^This needs more memory than Holdfast may use\./);
    await expectFailed(scoring, reason!);
    expect(await findJob(db, scoring.jobId)).toMatchObject({ attempts: 1 });
    thread.code = null;
    const { batchId } = await queueRows(many - 1);
    expect(await tryOnce()).toBeNull();
    expect(await getBatch(db, batchId)).toMatchObject({ state: 'done', scoredCount: many - 1 });
  });

  it('and ends by itself ends the try; the next one scores the file from where it was', async () => {
    const { db } = test.context;
    const { batchId, jobId } = await queueRows(many);
    thread.code = onBlock('process.exit(1)');
    expect(await tryOnce()).toBe('A thread that worked on the file ended.');
    expect(await findJob(db, jobId)).toMatchObject({ state: 'queued', error: null });
    thread.code = null;
    expect(await tryOnce()).toBeNull();
    expect(await getBatch(db, batchId)).toMatchObject({ state: 'done', scoredCount: many });
  });

  it('and ends every time fails its job at the third try with the reason', async () => {
    const scoring = await queueRows(many);
    thread.code = onBlock("throw new Error('a fault of the machine')");
    for (let i = 0; i < 3; i++) expect(await tryOnce()).toBe('a fault of the machine');
    await expectFailed(scoring, 'a fault of the machine');
  });
});
