/** A large file that several workers score together: the result is that of one worker, whatever becomes of the others. */
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { partsFolder } from '../../src/domain/batches/files.ts';
import { getBatch } from '../../src/store/batches.ts';
import { requestCancel } from '../../src/store/job-cancellation.ts';
import { listOpenJobs } from '../../src/store/jobs.ts';
import { activateSmallModel, createTestApp, manyCustomersCsv, setUpOrganisation } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { startWorker } from '../helpers/programs.ts';
import { queueScoring } from '../helpers/received-files.ts';

/** 40 MB, shared from 32 on. */
const rows = 320_000;

let test: TestApp;
let children: ChildProcess[];
beforeEach(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test);
  children = [];
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await test.close();
});

const queueFile = async (name: string, csv: string) => (await queueScoring(test.context, csv, name)).batchId;

/** As on another machine. */
async function start(): Promise<ChildProcess> {
  const child = await startWorker(test.context.config);
  children.push(child);
  return child;
}

const stateOf = async (id: number): Promise<string> => (await getBatch(test.context.db, id)).state;
/** The worker that has the job. */
async function findOwner(): Promise<string> {
  const row = await test.context
    .db<{ lease_owner: string; state: string }>('jobs')
    .where({ state: 'running' })
    .first();
  return row!.lease_owner;
}

/** Other workers that have taken groups. */
async function listHelpers(): Promise<string[]> {
  return test.context.db<{ worker: string }>('batch_blocks').whereNotNull('worker').pluck('worker');
}

/** What the files of a batch hold. */
async function digestsOf(id: number): Promise<string[]> {
  const { db, config } = test.context;
  const { file } = await getBatch(db, id);
  return ['scored.csv', 'rejected.csv', 'scores'].map((ending) =>
    createHash('sha256')
      .update(readFileSync(join(config.uploadsDir, `${file}.${ending}`)))
      .digest('hex'),
  );
}

async function expectNothingLeft(id: number): Promise<void> {
  const { db, config } = test.context;
  expect(await db('batch_blocks').select()).toEqual([]);
  expect(existsSync(partsFolder(join(config.uploadsDir, (await getBatch(db, id)).file)))).toBe(false);
}

describe('a large file', { timeout: 300_000 }, () => {
  it('scored by several workers is the same to the byte, though one is killed and one suspended', async () => {
    const [header = '', ...lines] = manyCustomersCsv(rows).trim().split('\n');
    // Some rows are rejected.
    const csv = [
      header,
      ...lines.map((line, i) => (i % 1_000 === 7 ? line.replaceAll(',', ',?') : line)),
    ].join('\n');
    const alone = await queueFile('alone', csv);
    const first = await start();
    await expect.poll(() => stateOf(alone), { timeout: 200_000 }).toBe('done');
    const [second, third] = await Promise.all([start(), start()]);
    const together = await queueFile('together', csv);
    const countHelpers = async (): Promise<number> => (await listHelpers()).length;
    await expect.poll(countHelpers, { interval: 5, timeout: 60_000 }).toBeGreaterThan(0);
    const owner = await findOwner();
    // Those that do not have the job: one dies, one hangs.
    const others = [first, second, third].filter(({ pid }) => !owner.includes(`:${pid}:`));
    others[0]!.kill('SIGKILL');
    others[1]!.kill('SIGSTOP');
    await expect.poll(() => stateOf(together), { timeout: 200_000 }).toBe('done');
    expect(await digestsOf(together)).toEqual(await digestsOf(alone));
    const [one, both] = [await getBatch(test.context.db, alone), await getBatch(test.context.db, together)];
    expect([both.scoredCount, both.rejectedCount, both.highCount, both.report]).toEqual([
      one.scoredCount,
      one.rejectedCount,
      one.highCount,
      one.report,
    ]);
    await expectNothingLeft(together);
    others[1]!.kill('SIGCONT');
  });

  it('whose worker is killed goes on with the others, each row once', async () => {
    const workers = await Promise.all([start(), start()]);
    const csv = manyCustomersCsv(rows);
    const id = await queueFile('killed', csv);
    const scored = async (): Promise<number> => (await getBatch(test.context.db, id)).scoredCount;
    await expect.poll(scored, { interval: 5, timeout: 60_000 }).toBeGreaterThan(0);
    const owner = await findOwner();
    workers.find(({ pid }) => owner.includes(`:${pid}:`))!.kill('SIGKILL');
    await expect.poll(() => stateOf(id), { timeout: 200_000 }).toBe('done');
    expect(await scored()).toBe(rows);
    const written = readFileSync(join(test.context.config.uploadsDir, 'killed.scored.csv'), 'utf8');
    expect(
      written
        .trim()
        .split('\n')
        .map((line) => line.split(',')[0])
        .slice(1),
    ).toEqual(
      csv
        .trim()
        .split('\n')
        .map((line) => line.split(',')[0])
        .slice(1),
    );
    await expectNothingLeft(id);
  });

  it('that is cancelled ends at once for all of them', async () => {
    await Promise.all([start(), start()]);
    const id = await queueFile('cancelled', manyCustomersCsv(rows));
    const countHelpers = async (): Promise<number> => (await listHelpers()).length;
    await expect.poll(countHelpers, { interval: 5, timeout: 60_000 }).toBeGreaterThan(0);
    const job = (await listOpenJobs(test.context.db))[0]!;
    await requestCancel(test.context.db, job.id);
    await expect.poll(() => stateOf(id), { timeout: 60_000 }).toBe('cancelled');
    await expectNothingLeft(id);
  });
});
