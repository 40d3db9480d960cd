/** The real pool and its threads: what a cancel and a lack of memory end. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cancelJob } from '../../src/domain/job-failure.ts';
import { receiveDataset } from '../../src/domain/datasets.ts';
import { startWorkerPool } from '../../src/jobs/worker-pool.ts';
import type { WorkerPool } from '../../src/jobs/worker-pool.ts';
import { getDataset } from '../../src/store/datasets.ts';
import { findJob, listOpenJobs } from '../../src/store/jobs.ts';
import { createTestApp, setUpOrganisation } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

let test: TestApp;
let pool: WorkerPool | null;

beforeEach(async () => {
  test = await createTestApp();
  pool = null;
});
afterEach(async () => {
  await pool?.stop(5_000);
  await test.close();
});

/** So many rows that their profile takes seconds, in one step. */
const wideTable = (rows: number, columns: number): string => {
  const names = Array.from({ length: columns }, (_, j) => `column ${j}`).join(',');
  const lines = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => `text ${i * 7 + j}`).join(','),
  );
  return [names, ...lines].join('\n');
};

async function queueReading(csv: string): Promise<{ id: number; jobId: number }> {
  const { db, config } = test.context;
  const user = await setUpOrganisation(test);
  const file = randomUUID();
  writeFileSync(join(config.uploadsDir, file), csv);
  const upload = { file, originalName: 'a.csv', name: '', kind: 'customers' as const, versionOf: null };
  const id = await receiveDataset(db, config, user, upload);
  return { id, jobId: (await listOpenJobs(db))[0]!.id };
}

const stateOf = async (jobId: number) => (await findJob(test.context.db, jobId))?.state;

describe('cancelling', () => {
  it('ends a reading in the middle of a long step, and its dataset with it', async () => {
    const { db } = test.context;
    const { id, jobId } = await queueReading(wideTable(60_000, 60));
    pool = startWorkerPool(test.context);
    await expect.poll(() => stateOf(jobId), { interval: 20, timeout: 20_000 }).toBe('running');
    await cancelJob(db, jobId);
    await expect.poll(() => stateOf(jobId), { interval: 50, timeout: 8_000 }).toBe('cancelled');
    const dataset = await getDataset(db, id);
    expect(dataset.state).toBe('failed');
    expect(dataset.error).toMatch(/was cancelled/);
  }, 60_000);

  it('ends a job that waits at once, with what it was to work on', async () => {
    const { db } = test.context;
    const { id, jobId } = await queueReading('a,b\n1,2\n');
    await cancelJob(db, jobId);
    expect(await stateOf(jobId)).toBe('cancelled');
    expect(await getDataset(db, id)).toMatchObject({ state: 'failed' });
  });
});

describe('a job that needs more memory than it may use', () => {
  it('fails at its first attempt and says so, while the pool goes on', async () => {
    const { db } = test.context;
    const { id, jobId } = await queueReading(wideTable(60_000, 60));
    const config = { ...test.context.config, threadMemoryMb: 100 };
    pool = startWorkerPool({ ...test.context, config });
    await expect.poll(() => stateOf(jobId), { interval: 50, timeout: 50_000 }).toBe('failed');
    const job = await findJob(db, jobId);
    expect(job!.attempts).toBe(1);
    expect(job!.error).toMatch(/needs more memory/);
    expect((await getDataset(db, id)).error).toMatch(/needs more memory than Holdfast may use/);
  }, 90_000);
});
