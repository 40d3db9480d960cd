/**
 * A process that is killed while it scores, at moments that nobody chose: another one continues, and what it leaves is
 * what a process leaves that nobody killed.
 *
 * Of more rows, with figures on what is done once more:
 *
 *   KILLS=20 KILL_ROWS=1000000 npx vitest run tests/jobs/kills.test.ts
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { inTransaction } from '../../src/db.ts';
import { startScoring } from '../../src/domain/batches/batches.ts';
import type { BatchPlan } from '../../src/domain/batches/batches.ts';
import { checkBatch } from '../../src/domain/batches/check.ts';
import { getBatch, updateBatch } from '../../src/store/batches.ts';
import type { BatchRecord } from '../../src/store/batches.ts';
import { findJob, listOpenJobs } from '../../src/store/jobs.ts';
import { activateSmallModel, createTestApp, manyCustomersCsv } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { startWorker } from '../helpers/programs.ts';
import { receiveFile } from '../helpers/received-files.ts';
import { rowNumbersOf } from '../helpers/score-files.ts';

const rows = Number(process.env['KILL_ROWS'] ?? 600_000);
const kills = Number(process.env['KILLS'] ?? 3);
// On a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 + kills * 60_000 });

let test: TestApp;
let child: ChildProcess | null;

beforeEach(async () => {
  test = await createTestApp();
  await activateSmallModel(test);
  child = null;
});
afterEach(async () => {
  child?.kill('SIGKILL');
  await test.close();
});

/** Customers one after the other, and every thousandth row one that cannot be scored. */
function customersAndOthers(): string {
  const lines = manyCustomersCsv(rows).split('\n');
  for (let i = 500; i < rows; i += 1_000) lines[i] = `short-${i},row`;
  return lines.join('\n');
}

/** Leaves the columns that it read beside the upload. */
async function check(batchId: number, { model, mapping }: BatchPlan): Promise<void> {
  const { db, config } = test.context;
  await updateBatch(db, batchId, { modelId: model.id, modelLabel: model.label, mapping });
  const batch = await getBatch(db, batchId);
  const outcome = await checkBatch(db, config, batch, { step: () => Promise.resolve('go on') });
  if (outcome === 'stopped') throw new Error('Nothing stopped it.');
  await inTransaction(db, outcome.write);
  expect(existsSync(join(config.uploadsDir, `${batch.file}.columns`))).toBe(true);
}

/** A file whose scoring is queued; `isChecked`: as after a check, or to be checked with its scoring. */
async function queueScoring(file: string, text: string, isChecked: boolean) {
  const { db } = test.context;
  const { batchId, plan } = await receiveFile(test.context, text, file);
  if (isChecked) await check(batchId, plan);
  await inTransaction(db, (trx) => startScoring(trx, null, batchId, plan));
  return { batchId, jobId: (await listOpenJobs(db)).at(-1)!.id };
}
type Queued = Awaited<ReturnType<typeof queueScoring>>;

const finished = async ({ jobId }: Queued): Promise<void> => {
  child = await startWorker(test.context.config, { threads: 3 });
  await expect
    .poll(async () => (await findJob(test.context.db, jobId))!.state, { timeout: 300_000 })
    .toBe('done');
};

interface Kill {
  /** Of the rows, when it came. */
  readonly part: number;
  /** From the last checkpoint of the killed process, or from its first look at the job, until it was killed. */
  readonly lostMs: number;
  /** Rows in the file of results that do not count. */
  readonly lostRows: number;
}

/**
 * Starts a process and kills it up to 0.15 s after it took the job, or, with `rowsMore`, after it stored so many rows. A job
 * that is killed three times before it stores anything fails.
 */
async function killOnce({ batchId, jobId }: Queued, rowsMore: number): Promise<Kill> {
  const { db, config } = test.context;
  const before = await getBatch(db, batchId);
  const { lease } = (await findJob(db, jobId))!;
  child = await startWorker(test.context.config, { threads: 3 });
  const exit = once(child, 'exit');
  let batch = before;
  let since = 0;
  let killAt = Infinity;
  while (performance.now() < killAt && batch.state === 'scoring') {
    const next = await getBatch(db, batchId);
    const hasBegun = since > 0 || (await findJob(db, jobId))!.lease > lease;
    const isFurther = next.scoredCount > batch.scoredCount;
    if (isFurther || (since === 0 && hasBegun)) since = performance.now();
    batch = next;
    if (hasBegun && batch.scoredCount - before.scoredCount >= rowsMore && killAt === Infinity)
      killAt = performance.now() + 150 * Math.random();
    await pause(2);
  }
  child.kill('SIGKILL');
  const lostMs = performance.now() - since;
  await exit;
  // Its lease would expire in a few seconds.
  await db('jobs').where({ id: jobId, state: 'running' }).update({ lease_expires_at: 0 });
  batch = await getBatch(db, batchId);
  const bytes =
    statSync(join(config.uploadsDir, `${batch.file}.scored.csv.part`), { throwIfNoEntry: false })?.size ?? 0;
  const kept = batch.checkpoint?.scoredBytes ?? 0;
  const done = batch.scoredCount + batch.rejectedCount;
  return {
    part: done / rows,
    lostMs,
    lostRows: kept === 0 ? 0 : Math.round(((bytes - kept) / kept) * done),
  };
}

async function killAgainAndAgain(queued: Queued): Promise<Kill[]> {
  const moments: Kill[] = [];
  for (let i = 0; i < kills; i++)
    moments.push(await killOnce(queued, i % 2 === 0 ? 0 : 1 + (Math.random() * rows) / kills));
  return moments;
}

const figures = (moments: readonly Kill[]): string =>
  moments
    .map(({ part, lostMs, lostRows }, i) => {
      const place = `Kill ${i + 1} at ${(100 * part).toFixed(1)}% of the rows`;
      return `${place}: ${Math.round(lostMs)} ms and ${lostRows} written rows are done once more\n`;
    })
    .join('');

const contents = ({ file }: BatchRecord, ending: string): Buffer =>
  readFileSync(join(test.context.config.uploadsDir, file + ending));

const totalsOf = ({ report, ...batch }: BatchRecord) => ({
  report,
  counts: [
    batch.scoredCount,
    batch.rejectedCount,
    batch.notedCount,
    batch.lowCount,
    batch.mediumCount,
    batch.highCount,
  ],
  scores: [batch.scoreRows, batch.scoreBytes, batch.checkpoint],
});

describe.each([
  ['that was checked before', true],
  ['that is checked with its scoring', false],
])('a file %s', (_, isChecked) => {
  it('is scored as if nobody had killed anything: the same results, rejects, scores and totals', async () => {
    const { db, config } = test.context;
    const text = customersAndOthers();
    const calm = await queueScoring('calm', text, isChecked);
    await finished(calm);
    child!.kill('SIGKILL');
    await once(child!, 'exit');
    const expected = await getBatch(db, calm.batchId);
    expect(expected).toMatchObject({ state: 'done', rejectedCount: rows / 1_000 });

    const killed = await queueScoring('killed', text, isChecked);
    const moments = await killAgainAndAgain(killed);
    if (process.env['KILLS'] !== undefined) process.stdout.write(figures(moments));
    expect(
      moments.some(({ part }) => part > 0 && part < 1),
      'it was killed in between',
    ).toBe(true);
    await finished(killed);

    const batch = await getBatch(db, killed.batchId);
    expect(totalsOf(batch)).toEqual(totalsOf(expected));
    for (const ending of ['.scored.csv', '.rejected.csv', '.scores'])
      expect(contents(batch, ending).equals(contents(expected, ending)), ending).toBe(true);
    const scored = rowNumbersOf(config.uploadsDir, batch);
    expect(scored).toHaveLength(batch.scoredCount);
    expect(new Set(scored).size, 'rows that are there once').toBe(scored.length);
    expect(batch.latestCount).toBe(batch.scoredCount);
    expect((await getBatch(db, calm.batchId)).latestCount).toBe(0);
  });
});
