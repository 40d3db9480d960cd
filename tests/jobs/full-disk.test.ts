/** A full disk in the middle of scoring, and many concurrent writers. */
import type * as FileSystem from 'node:fs';
import type * as FilePromises from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkBatchLater } from '../../src/domain/batches/batches.ts';
import { runJob } from '../../src/jobs/run-job.ts';
import { startWorkerPool } from '../../src/jobs/worker-pool.ts';
import { getBatch } from '../../src/store/batches.ts';
import { claimJob } from '../../src/store/job-leases.ts';
import { listOpenJobs } from '../../src/store/jobs.ts';
import { findUser } from '../../src/store/users.ts';
import { startTaskPool } from '../../src/tasks/task-pool.ts';
import {
  activateSmallModel,
  createTestApp,
  manyCustomersCsv,
  password,
  setUpOrganisation,
  signIn,
} from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { queueScoring, receiveFile } from '../helpers/received-files.ts';
import { rowNumbersOf } from '../helpers/score-files.ts';

vi.setConfig({ testTimeout: 180_000 });

/** How much the disk takes before it is full. */
const disk = vi.hoisted(() => ({ free: Infinity }));

vi.mock('node:fs', async (load) => {
  const fs = await load<typeof FileSystem>();
  const writeSync = (file: number, bytes: Buffer, offset: number, length: number, place: number): number => {
    if (disk.free === 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    // As the system does it: what fits is written.
    const written = fs.writeSync(file, bytes, offset, Math.min(length, disk.free), place);
    disk.free -= written;
    return written;
  };
  return { ...fs, writeSync };
});
vi.mock('node:fs/promises', async (load) => {
  const fs = await load<typeof FilePromises>();
  const statfs = async (folder: string) => {
    const stats = await fs.statfs(folder);
    return disk.free === 0 ? { bavail: 0, bsize: stats.bsize } : stats;
  };
  return { ...fs, statfs };
});

let test: TestApp;
beforeEach(async () => {
  disk.free = Infinity;
  test = await createTestApp({}, startTaskPool);
  await setUpOrganisation(test);
  await activateSmallModel(test);
});
afterEach(() => test.close());

const queueRows = async (rows: number) => (await queueScoring(test.context, manyCustomersCsv(rows))).batchId;

/** Each row once, in the score file and in the result file. */
async function expectScoredOnce(id: number, rows: number): Promise<void> {
  const { db, config } = test.context;
  const batch = await getBatch(db, id);
  expect(batch).toMatchObject({ state: 'done', scoredCount: rows, rejectedCount: 0 });
  expect(rowNumbersOf(config.uploadsDir, batch)).toEqual(Array.from({ length: rows }, (_, i) => i + 2));
  const lines = readFileSync(join(config.uploadsDir, `${batch.file}.scored.csv`), 'utf8')
    .trim()
    .split('\n');
  expect(lines).toHaveLength(rows + 1);
  expect(new Set(lines.map((line) => line.split(',')[0])).size).toBe(rows + 1);
}

it('a full disk pauses the scoring, which reports it and continues, with each row once', async () => {
  const { db, config } = test.context;
  const rows = 3_500;
  const id = await queueRows(rows);
  const admin = await signIn(test, 'admin');
  const descriptors = openFileCount();
  disk.free = 0;
  await runJob(config, (await claimJob(db, 'test'))!, () => false);
  expect(openFileCount(), 'files that a full disk refused are closed').toBe(descriptors);
  await db('jobs').where({ state: 'queued' }).update({ retry_at: null });
  disk.free = 500_000;
  for (let tries = 0; tries < 5; tries++) {
    await runJob(config, (await claimJob(db, 'test'))!, () => false);
    expect(await claimJob(db, 'too-soon')).toBeUndefined();
    await db('jobs').where({ state: 'queued' }).update({ retry_at: null });
  }
  const paused = await getBatch(db, id);
  expect(paused).toMatchObject({ state: 'scoring', error: null });
  expect(paused.scoredCount).toBeGreaterThan(0);
  expect(paused.scoredCount).toBeLessThan(rows);
  const words = 'The disk is full. It goes on by itself when there is space.';
  const progress = await admin.get(`/batches/${id}/progress`).accept('json').expect(200);
  expect(progress.body).toMatchObject({ state: 'scoring', waitsFor: words });
  // The job's own words may not fit on the disk: both pages look for themselves.
  await db('jobs').update({ waits_for: null });
  for (const page of [`/batches/${id}/progress`, '/admin/jobs'])
    expect((await admin.get(page)).text).toContain(words);

  disk.free = Infinity;
  const freed = performance.now();
  const pool = startWorkerPool(test.context);
  await expect.poll(async () => (await getBatch(db, id)).state, { timeout: 60_000 }).toBe('done');
  expect((performance.now() - freed) / 1000).toBeLessThan(30);
  await pool.stop(5_000);
  await expectScoredOnce(id, rows);
  const open = (await listOpenJobs(db)).filter(({ kind }) => kind === 'score-batch');
  expect(open).toEqual([]);
});

it('a full disk pauses a check that keeps what it read, and no half file is left', async () => {
  const { db, config } = test.context;
  const { batchId: id, plan } = await receiveFile(test.context, manyCustomersCsv(3_500));
  await checkBatchLater(db, (await findUser(db, 1))!, id, plan);
  const names = () => readdirSync(config.uploadsDir).filter((name) => name !== 'upload-of-a-test');
  const counts: number[] = [];
  // Not even the header fits, and then the rejected rows without the columns.
  for (const free of [0, 0, 20_000]) {
    disk.free = free;
    await runJob(config, (await claimJob(db, 'test'))!, () => false);
    await db('jobs').where({ state: 'queued' }).update({ retry_at: null });
    expect(await getBatch(db, id)).toMatchObject({ state: 'checking', error: null });
    expect(names()).toEqual([]);
    counts.push(openFileCount());
  }
  expect(new Set(counts).size, 'files that a full disk refused are closed').toBe(1);
  disk.free = Infinity;
  await runJob(config, (await claimJob(db, 'test'))!, () => false);
  expect(await getBatch(db, id)).toMatchObject({ state: 'checked' });
  expect(names().sort()).toEqual(['upload-of-a-test.columns', 'upload-of-a-test.rejected.csv']);
});

describe('while a file is scored', () => {
  it('350 concurrent writes wait their turn, and none is refused', async () => {
    const { db } = test.context;
    const rows = 300_000;
    const id = await queueRows(rows);
    const agent = await signIn(test, 'admin');
    const form = readForm((await agent.get('/predict').expect(200)).text);
    const server = createServer(test.app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { cookie, _csrf } = await signInTo(address);
    const post = async (path: string, fields: Record<string, string>): Promise<number> => {
      const body = new URLSearchParams({ ...fields, _csrf });
      const answer = await fetch(address + path, {
        method: 'POST',
        headers: { cookie },
        body,
        redirect: 'manual',
      });
      await answer.text();
      return answer.status;
    };
    const pool = startWorkerPool(test.context);
    await expect
      .poll(async () => (await getBatch(db, id)).scoredCount, { interval: 10, timeout: 60_000 })
      .toBeGreaterThan(0);
    expect((await getBatch(db, id)).scoredCount).toBeLessThan(rows / 2);
    const northwind = { currency: 'EUR', timeZone: 'UTC', valueMonths: '12', valueMargin: '100' };
    const answers = await Promise.all(
      Array.from({ length: 350 }, (_, i) =>
        i % 2 === 0
          ? post('/predict', { ...form, customer: `writer-${i}` })
          : post('/settings/organisation', { ...northwind, organisation: `Northwind ${i}` }),
      ),
    );
    expect(answers.filter((status) => status !== 303)).toEqual([]);
    expect(await db('predictions').whereLike('customer_id', 'writer-%')).toHaveLength(175);
    await expect.poll(async () => (await getBatch(db, id)).state, { timeout: 90_000 }).toBe('done');
    await pool.stop(5_000);
    server.close();
    await expectScoredOnce(id, rows);
  });
});

/** Of uploads and their results. Only Linux tells. */
function openFileCount(): number {
  if (process.platform !== 'linux') return 0;
  const targets = readdirSync('/proc/self/fd').map((name) => {
    const path = `/proc/self/fd/${name}`;
    // The folder itself is open while it is read.
    return existsSync(path) ? readlinkSync(path) : 'closed';
  });
  return targets.filter((target) => target.startsWith(test.context.config.uploadsDir)).length;
}

async function signInTo(address: string): Promise<{ cookie: string; _csrf: string }> {
  let cookie = '';
  const token = async (path: string): Promise<string> => {
    const answer = await fetch(address + path, { headers: { cookie } });
    cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return /name="_csrf" value="([^"]+)"/.exec(await answer.text())![1]!;
  };
  const body = new URLSearchParams({ _csrf: await token('/sign-in'), email: 'ada@example.com', password });
  const answer = await fetch(`${address}/sign-in`, {
    method: 'POST',
    headers: { cookie },
    body,
    redirect: 'manual',
  });
  cookie = answer.headers.getSetCookie()[0]!.split(';')[0]!;
  return { cookie, _csrf: await token('/account') };
}

/** The form as it stands, with the last level wherever there is a choice and 20 wherever there is a number. */
function readForm(page: string): Record<string, string> {
  const fields = page.matchAll(
    /<(?:input|select)[^>]*name="(f\d+|model)"[^>]*>([\s\S]*?)(?=<(?:input|select|\/form))/g,
  );
  return Object.fromEntries(
    [...fields].map(([field, name, options]) => {
      const level = [...options!.matchAll(/<option value="([^"]+)"/g)].at(-1)?.[1];
      const value = /value="([^"]+)"/.exec(field)?.[1];
      return [name!, level ?? value ?? '20'];
    }),
  );
}
