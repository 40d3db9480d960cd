/**
 * What one machine does, by database and by number of processes. PostgreSQL, the program and those who ask share its
 * processors. Say which parts to measure; all unless told.
 *
 *   npm run build && npx tsx bench/sizing.ts [databases] [workers] [requests]
 *
 * databases: a file of 200,000 rows scored on SQLite and on PostgreSQL, in turn.
 * workers:   rows a second of one file of 1,000,000, by processes and threads.
 * requests:  requests a second, by processes that answer, of 16 people who ask without a pause.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { findPostgres } from '../scripts/find-postgres.js';
import type { Context } from '../src/context.ts';
import { getModel } from '../src/store/models.ts';
import { activateSmallModel, createTestApp, setUpOrganisation } from '../tests/helpers/app.ts';
import type { TestApp } from '../tests/helpers/app.ts';
import { startPostgres } from '../tests/helpers/postgres-server.ts';
import type { PostgresServer } from '../tests/helpers/postgres-server.ts';
import { storeBatch, storeScores } from '../tests/helpers/predictions.ts';
import { cpuSecondsOf, peakMegabytesOf, startWeb, startWorker } from '../tests/helpers/programs.ts';
import type { WebProcess } from '../tests/helpers/programs.ts';
import { activateSampleModel, queueSampleFile, waitUntilScored } from './large-files.ts';
import { openClient } from './reads-client.ts';
import type { Client } from './reads-client.ts';

type Database = 'SQLite' | 'PostgreSQL';

const repeats = 5;
const people = 16;
const secondsPerPage = 10;

/** An installation of its own on either database, with writes that survive a power cut. */
async function withInstallation(database: Database, work: (test: TestApp) => Promise<void>): Promise<void> {
  const server = database === 'PostgreSQL' ? await startDurable() : null;
  const test = await createTestApp(server === null ? {} : { DATABASE_URL: server.url });
  try {
    await setUpOrganisation(test);
    await work(test);
  } finally {
    await test.close();
    await server?.stop();
  }
}

const startDurable = (): Promise<PostgresServer> =>
  startPostgres(findPostgres()!, { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' });

async function end(processes: readonly ChildProcess[]): Promise<void> {
  for (const process of processes) {
    const exit = once(process, 'exit');
    process.kill('SIGKILL');
    await exit;
  }
}

async function compareDatabases(): Promise<void> {
  const rows = 200_000;
  await withInstallation('SQLite', (sqlite) =>
    withInstallation('PostgreSQL', async (postgres) => {
      const seconds: Record<Database, number[]> = { SQLite: [], PostgreSQL: [] };
      const installations = [
        ['SQLite', sqlite.context],
        ['PostgreSQL', postgres.context],
      ] as const;
      for (const [, context] of installations) await activateSampleModel(context, 'logistic');
      for (let i = 0; i < repeats; i++)
        for (const [name, context] of installations)
          seconds[name].push((await scoreWith(context, { rows, threads: [3] })).seconds);
      for (const [name] of installations)
        console.log(`${name}: ${rows} rows in ${seconds[name].map((s) => s.toFixed(2)).join(', ')} s`);
      const ratio = quantile(seconds.PostgreSQL, 0.5) / quantile(seconds.SQLite, 0.5);
      console.log(`PostgreSQL takes ${ratio.toFixed(2)} times as long (medians).`);
    }),
  );
}

/** A file scored by workers that start before it comes, each with as many threads as given. */
async function scoreWith(
  context: Context,
  { rows, threads }: { readonly rows: number; readonly threads: readonly number[] },
): Promise<{ seconds: number; cpu: number; megabytes: number[] }> {
  const workers = await Promise.all(threads.map((count) => startWorker(context.config, { threads: count })));
  const before = workers.map(cpuSecondsOf);
  const seconds = await waitUntilScored(context, await queueSampleFile(context, rows));
  const cpu = workers.reduce((sum, worker, i) => sum + cpuSecondsOf(worker) - before[i]!, 0);
  const megabytes = workers.map(peakMegabytesOf);
  await end(workers);
  return { seconds, cpu, megabytes };
}

async function measureWorkers(): Promise<void> {
  const rows = 1_000_000;
  for (const database of ['SQLite', 'PostgreSQL'] as const)
    await withInstallation(database, async ({ context }) => {
      await activateSampleModel(context, 'boosting');
      for (const threads of [[3], [3, 3]]) {
        const { seconds, cpu, megabytes } = await scoreWith(context, { rows, threads });
        const rate = Math.round(rows / seconds).toLocaleString('en');
        console.log(
          `${database}, ${threads.length} worker(s): ${rate} rows/s, ${cpu.toFixed(1)} s of CPU, ${megabytes.join(' + ')} MB`,
        );
      }
    });
}

async function measureRequests(): Promise<void> {
  for (const [database, count] of [
    ['SQLite', 1],
    ['PostgreSQL', 1],
    ['PostgreSQL', 2],
  ] as const)
    await withInstallation(database, async (test) => {
      const model = await getModel(test.context.db, await activateSmallModel(test));
      const batchId = await storeBatch(test, model.id, 100_000);
      for (let from = 0; from < 100_000; from += 20_000)
        await storeScores(test, model, 20_000, { batchId, from });
      const webs = await Promise.all(Array.from({ length: count }, () => startWeb(test.context.config)));
      console.log(`${database}, ${count} process(es) that answer`);
      await askForPages(webs, `/customers/${batchId * 2 ** 32 + 50_000}`);
      console.log(`  memory ${webs.map(({ child }) => peakMegabytesOf(child)).join(' + ')} MB`);
      await end(webs.map(({ child }) => child));
    });
}

async function askForPages(webs: readonly WebProcess[], customer: string): Promise<void> {
  const clients: Client[] = [];
  for (let i = 0; i < people; i++) clients.push(await openClient(webs[i % webs.length]!.url));
  for (const path of ['/health/live', '/', '/customers', customer])
    await ask(path, clients, (client) => client.time(path));
  await ask('one customer scored and stored', clients, (client, i) => client.scoreCustomer(`sizing-${i}`));
}

/** All ask at once, each again as soon as it was answered. */
async function ask(
  words: string,
  clients: readonly Client[],
  request: (client: Client, number: number) => Promise<number>,
): Promise<void> {
  await Promise.all(clients.map((client, i) => request(client, i)));
  const times: number[] = [];
  const until = performance.now() + secondsPerPage * 1_000;
  const askOn = async (client: Client): Promise<void> => {
    while (performance.now() < until) times.push(await request(client, times.length));
  };
  await Promise.all(clients.map(askOn));
  const rate = (times.length / secondsPerPage).toFixed(0);
  const [half, most] = [0.5, 0.99].map((share) => quantile(times, share).toFixed(0));
  console.log(`  ${words}: ${rate} requests/s, median ${half} ms, 99 % ${most} ms`);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

const parts = { databases: compareDatabases, workers: measureWorkers, requests: measureRequests };
for (const [name, measure] of Object.entries(parts))
  if (process.argv.length === 2 || process.argv.includes(name)) await measure();
