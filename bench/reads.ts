/**
 * Reading at a million scores: how long pages and the download take, also while a file is being scored. Fills a
 * temporary installation, starts the program on it as a process of its own, and asks it as a browser would.
 *
 *   npm run build && npx tsx bench/reads.ts [ROWS] [--while-scoring] [--postgres] [--files=N] [--requests=N]
 *
 * ROWS: generated scores of a file, 1,000,000 unless told. `--files`: so many files of the same scores, as links of one, each
 * of whose rows counts as the latest score of a customer. `--requests`: of each page, 25 unless told.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findPostgres } from '../scripts/find-postgres.js';
import { inTransaction } from '../src/db.ts';
import { getBatch, updateBatch } from '../src/store/batches.ts';
import { getModel } from '../src/store/models.ts';
import type { ModelRecord } from '../src/store/models.ts';
import { LatestBits } from '../src/store/score-files/latest-bits.ts';
import { scoreFile } from '../src/store/score-files/names.ts';
import {
  activateSmallModel,
  createTestApp,
  manyCustomersCsv,
  setUpOrganisation,
} from '../tests/helpers/app.ts';
import { startPostgres } from '../tests/helpers/postgres-server.ts';
import { cpuSecondsOf, peakMegabytesOf, startAll } from '../tests/helpers/programs.ts';
import { storeBatch, storeScores } from '../tests/helpers/predictions.ts';
import { numberOf, quantile } from './measuring.ts';
import { openClient } from './reads-client.ts';
import type { Client } from './reads-client.ts';

const whileScoring = process.argv.includes('--while-scoring');
const rows = Number(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? 1_000_000);
const fileCount = numberOf('--files', 1);
const rowsPerGroup = 20_000;
const requests = numberOf('--requests', 25);
/** So that one is always at work while pages are asked for. */
const scoredFiles = 4;

const postgres = process.argv.includes('--postgres') ? await startPostgres(findPostgres()!) : null;
const test = await createTestApp(postgres === null ? {} : { DATABASE_URL: postgres.url });
try {
  await setUpOrganisation(test);
  const model = await getModel(test.context.db, await activateSmallModel(test));
  const batchId = await fill(model);
  const { child: server, url } = await startAll(test.context.config);
  try {
    const client = await openClient(url);
    const customer = `/customers/${batchId * 2 ** 32 + Math.floor(rows / 2)}`;
    // Threads start when they are first needed.
    await Promise.all(['/customers', '/customers', customer, customer].map((path) => client.time(path)));
    if (whileScoring) await startScoring(client);
    await measurePages({ client, server, customer, batchId });
    await measureDownload(client, server);
    if (whileScoring)
      console.log(`${await client.unscoredFiles()} of ${scoredFiles} files are still being scored.`);
    console.log(`Peak memory of the server ${peakMegabytesOf(server)} MB.`);
  } finally {
    const exit = once(server, 'exit');
    server.kill('SIGKILL');
    await exit;
  }
} finally {
  await test.close();
  await postgres?.stop();
}

async function fill(model: ModelRecord): Promise<number> {
  const started = performance.now();
  const batchId = await storeBatch(test, model.id, rows);
  for (let from = 0; from < rows; from += rowsPerGroup)
    await storeScores(test, model, Math.min(rowsPerGroup, rows - from), { batchId, from });
  console.log(`${rows.toLocaleString('en')} scores written in ${seconds(started)} s.`);
  for (let i = 1; i < fileCount; i++) await repeatFile(model, batchId);
  return batchId;
}

/** A batch of the same score file, all of whose rows are latest scores. */
async function repeatFile(model: ModelRecord, batchId: number): Promise<void> {
  const { db, config } = test.context;
  const { file, scoreBytes, lowCount, mediumCount, highCount } = await getBatch(db, batchId);
  const id = await storeBatch(test, model.id, rows);
  const path = join(config.uploadsDir, scoreFile((await getBatch(db, id)).file));
  rmSync(path);
  linkSync(join(config.uploadsDir, scoreFile(file)), path);
  const counts = { scoredCount: rows, lowCount, mediumCount, highCount, scoreRows: rows, scoreBytes };
  await updateBatch(db, id, { ...counts, latestCount: rows });
  const latest = new LatestBits(id, rows);
  latest.setFirst(rows);
  await inTransaction(db, (trx) => latest.save(trx));
}

/** Uploads files of as many rows as there are scores, and has them scored one after the other. */
async function startScoring(client: Client): Promise<void> {
  const file = new Blob([manyCustomersCsv(rows)], { type: 'text/csv' });
  for (let i = 0; i < scoredFiles; i++) await client.score(file, `file-${i}.csv`);
}

interface Measured {
  readonly client: Client;
  readonly server: ChildProcess;
  /** The page of a customer. */
  readonly customer: string;
  readonly batchId: number;
}

async function measurePages({ client, server, customer, batchId }: Measured): Promise<void> {
  console.log(`${''.padEnd(44)}first   p50   p95   p99   CPU ms of ${requests} requests; health/live p99`);
  for (const path of [
    '/',
    '/analytics',
    '/analytics?risk=high',
    '/customers',
    '/customers?page=1000',
    '/customers?sort=value&order=asc',
    '/customers?search=c-0012',
    '/customers?column=Contract&level=Two+year',
    '/customers?column=tenure&from=10&to=20',
    `/customers?batch=${batchId}`,
    `/analytics?batch=${batchId}`,
    customer,
    '/settings/risk-levels?mediumFrom=20&highFrom=50',
  ]) {
    const health = client.watchHealth();
    const cpu = cpuSecondsOf(server);
    const first = await client.time(path);
    const times: number[] = [];
    for (let i = 1; i < requests; i++) times.push(await client.time(path));
    const busyMs = ((cpuSecondsOf(server) - cpu) * 1_000) / requests;
    const figures = [first, ...[0.5, 0.95, 0.99].map((share) => quantile([first, ...times], share)), busyMs];
    const texts = [...figures, quantile(await health.stop(), 0.99)].map((ms) => ms.toFixed(0).padStart(6));
    console.log(`${path.padEnd(43)}${texts.join('')}`);
  }
}

async function measureDownload(client: Client, server: ChildProcess): Promise<void> {
  const health = client.watchHealth();
  const cpu = cpuSecondsOf(server);
  const { firstByteMs, ms, bytes } = await client.download('/customers.csv');
  const rate = bytes / 1e6 / (ms / 1000);
  console.log(
    `/customers.csv: ${(bytes / 1e6).toFixed(0)} MB, first byte after ${firstByteMs.toFixed(0)} ms, ${rate.toFixed(0)} MB/s, ${(cpuSecondsOf(server) - cpu).toFixed(1)} s of CPU; health/live p99 ${quantile(await health.stop(), 0.99).toFixed(0)} ms`,
  );
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
