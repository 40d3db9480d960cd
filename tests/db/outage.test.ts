/** A PostgreSQL server that stops or restarts while Holdfast runs: nothing is lost, and everything goes on by itself. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { findPostgres } from '../../scripts/find-postgres.js';
import { inTransaction, openDatabase } from '../../src/db.ts';
import type { Db } from '../../src/db.ts';
import { onWakeUp, wakeWorkers } from '../../src/db/wake-up.ts';
import { startWorkerPool } from '../../src/jobs/worker-pool.ts';
import { getBatch } from '../../src/store/batches.ts';
import { claimJob, renewLease, requireLease } from '../../src/store/job-leases.ts';
import { enqueueJob, listOpenJobs } from '../../src/store/jobs.ts';
import {
  activateSmallModel,
  createTestApp,
  csrfToken,
  manyCustomersCsv,
  setUpOrganisation,
  signIn,
} from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { startPostgres } from '../helpers/postgres-server.ts';
import type { PostgresServer } from '../helpers/postgres-server.ts';
import { queueScoring } from '../helpers/received-files.ts';
import { rowNumbersOf } from '../helpers/score-files.ts';

vi.setConfig({ testTimeout: 180_000 });

let server: PostgresServer;
let test: TestApp;
beforeAll(async () => {
  server = await startPostgres(findPostgres()!);
});
afterAll(() => server.stop());

let databases = 0;
beforeEach(async () => {
  const name = `outage_${++databases}`;
  const db = openDatabase(server.url);
  await db.raw(`CREATE DATABASE ${name}`);
  await db.destroy();
  test = await createTestApp({ DATABASE_URL: server.urlOf(name) });
  await setUpOrganisation(test);
});
afterEach(() => test.close());

const another = (): Db => openDatabase(test.context.config.databaseUrl);

describe('while the server is away', () => {
  it('pages say 503 and when to try again, and work as soon as it is back', async () => {
    const agent = await signIn(test, 'admin');
    const _csrf = await csrfToken(agent, '/account');
    await server.away(async () => {
      for (const path of ['/', '/customers', '/admin/jobs']) {
        const answer = await agent.get(path);
        expect([path, answer.status, answer.headers['retry-after']]).toEqual([path, 503, '10']);
        expect(answer.text).toContain('The database cannot be reached');
      }
      const change = agent.post('/account').type('form').send({ _csrf, name: 'Ada', theme: 'dark' });
      expect((await change).status).toBe(503);
      await agent.get('/health/live').expect(200);
      await agent.get('/health/ready').expect(503);
    });
    await agent.get('/').expect(200);
    await agent.get('/health/ready').expect(200);
  });

  it('a scoring waits, and then goes on with each row once', async () => {
    const { db, config } = test.context;
    await activateSmallModel(test);
    const rows = 400_000;
    const { batchId: id } = await queueScoring(test.context, manyCustomersCsv(rows));
    const pool = startWorkerPool(test.context);
    const scored = async (): Promise<number> => (await getBatch(db, id)).scoredCount;
    await expect.poll(scored, { interval: 10, timeout: 60_000 }).toBeGreaterThan(0);
    await server.away(() => Promise.resolve());
    expect(await scored()).toBeLessThan(rows);
    await expect.poll(async () => (await getBatch(db, id)).state, { timeout: 120_000 }).toBe('done');
    await pool.stop(5_000);
    expect(await scored()).toBe(rows);
    const expected = Array.from({ length: rows }, (_, i) => i + 2);
    expect(rowNumbersOf(config.uploadsDir, await getBatch(db, id))).toEqual(expected);
    expect(await listOpenJobs(db)).toEqual([]);
  });

  it('nobody is woken, but everybody afterwards', async () => {
    const [waiting, waking] = [another(), another()];
    let wakeUps = 0;
    const listener = onWakeUp(waiting, () => wakeUps++);
    await expect.poll(() => wakeUps).toBe(1);
    await wakeWorkers(waking);
    await expect.poll(() => wakeUps).toBe(2);
    await server.away(() => Promise.resolve());
    // For what it may have missed.
    await expect.poll(() => wakeUps, { timeout: 10_000 }).toBe(3);
    await inTransaction(waking, wakeWorkers);
    await expect.poll(() => wakeUps).toBe(4);
    await listener.stop();
    await Promise.all([waiting.destroy(), waking.destroy()]);
  });
});

it('200 pages asked for at once are all answered, over a few connections', async () => {
  const agent = await signIn(test, 'admin');
  const listener = test.app.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  const cookie = String((await agent.get('/account')).headers['set-cookie']).split(';')[0]!;
  const ask = async (): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/account`, { headers: { cookie } });
    await answer.text();
    return answer.status;
  };
  const statuses = await Promise.all(Array.from({ length: 200 }, ask));
  expect(statuses).toEqual(statuses.map(() => 200));
  const { rows } = await test.context.db.raw<{ rows: { count: number }[] }>(
    'SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()',
  );
  expect(rows[0]!.count).toBeLessThanOrEqual(10);
  listener.close();
});

describe('of many workers that ask at once', () => {
  it('each gets another job, and none waits for another', async () => {
    const { db } = test.context;
    const ids: number[] = [];
    for (let i = 0; i < 40; i++)
      ids.push(await enqueueJob(db, { kind: 'relabel-risk', payload: {}, subject: `${i}`, createdBy: null }));
    const workers = Array.from({ length: 8 }, another);
    const taken = await Promise.all(
      workers.flatMap((worker) => Array.from({ length: 6 }, () => claimJob(worker, 'test'))),
    );
    const got = taken.flatMap((job) => (job ? [job.id] : []));
    expect(got.sort((a, b) => a - b)).toEqual(ids);
    await Promise.all(workers.map((worker) => worker.destroy()));
  });

  it('a job is not taken while a transaction writes for it, though its lease has expired', async () => {
    const { db } = test.context;
    const id = await enqueueJob(db, { kind: 'relabel-risk', payload: {}, subject: 'a', createdBy: null });
    const job = (await claimJob(db, 'mine'))!;
    const other = another();
    await inTransaction(db, async (trx) => {
      await requireLease(trx, job);
      await other('jobs').where({ id }).update({ lease_expires_at: 1 });
      expect(await claimJob(other, 'theirs')).toBeUndefined();
      expect(await renewLease(other, job)).toBe(true);
      await other('jobs').where({ id }).update({ lease_expires_at: 1 });
    });
    expect(await claimJob(other, 'theirs')).toMatchObject({ id, lease: 2 });
    await other.destroy();
  });
});
