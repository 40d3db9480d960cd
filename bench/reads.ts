/**
 * Reading at a million scores: how long pages and the download take, also while a file is being scored. Fills a
 * temporary installation, starts the program on it as a process of its own, and asks it as a browser would.
 *
 *   npx tsc -p bench/tsconfig.json && node dist/bench/reads.js [ROWS] [--while-scoring]   generated scores; 1,000,000 unless told
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { getModel } from '../src/store/models.ts';
import type { ModelRecord } from '../src/store/models.ts';
import {
  activateSmallModel,
  createTestApp,
  manyCustomersCsv,
  setUpOrganisation,
} from '../tests/helpers/app.ts';
import type { TestApp } from '../tests/helpers/app.ts';
import { storeBatch, storeScores } from '../tests/helpers/predictions.ts';
import { openClient } from './reads-client.ts';
import type { Client } from './reads-client.ts';

const whileScoring = process.argv.includes('--while-scoring');
const rows = Number(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? 1_000_000);
const rowsPerGroup = 20_000;
const requests = 25;
/** So that one is always at work while pages are asked for. */
const scoredFiles = 4;

/** `MALLOC_…` are the settings of the C library's memory, as the Docker image has them. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => name === 'PATH' || name.startsWith('MALLOC_')),
);

const test = await createTestApp();
try {
  await setUpOrganisation(test);
  const model = await getModel(test.context.db, await activateSmallModel(test));
  const batchId = await fill(model);
  const server = startServer(test);
  try {
    const client = await openClient(await addressOf(server));
    const customer = `/customers/${batchId * 2 ** 32 + Math.floor(rows / 2)}`;
    // Threads start when they are first needed.
    await Promise.all(['/customers', '/customers', customer, customer].map((path) => client.time(path)));
    if (whileScoring) await startScoring(client);
    await measurePages({ client, server, customer, batchId });
    await measureDownload(client, server);
    if (whileScoring)
      console.log(`${await client.unscoredFiles()} of ${scoredFiles} files are still being scored.`);
    console.log(`Peak memory of the server ${peakMegabytes(server)} MB.`);
  } finally {
    await end(server);
  }
} finally {
  await test.close();
}

async function fill(model: ModelRecord): Promise<number> {
  const started = performance.now();
  const batchId = await storeBatch(test, model.id, rows);
  for (let from = 0; from < rows; from += rowsPerGroup)
    await storeScores(test, model, Math.min(rowsPerGroup, rows - from), { batchId, from });
  console.log(`${rows.toLocaleString('en')} scores written in ${seconds(started)} s.`);
  return batchId;
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
    const cpu = cpuMs(server);
    const first = await client.time(path);
    const times: number[] = [];
    for (let i = 1; i < requests; i++) times.push(await client.time(path));
    const busy = (cpuMs(server) - cpu) / requests;
    const figures = [first, ...[0.5, 0.95, 0.99].map((share) => quantile([first, ...times], share)), busy];
    const texts = [...figures, quantile(await health.stop(), 0.99)].map((ms) => ms.toFixed(0).padStart(6));
    console.log(`${path.padEnd(43)}${texts.join('')}`);
  }
}

async function measureDownload(client: Client, server: ChildProcess): Promise<void> {
  const health = client.watchHealth();
  const cpu = cpuMs(server);
  const { firstByteMs, ms, bytes } = await client.download('/customers.csv');
  const rate = bytes / 1e6 / (ms / 1000);
  console.log(
    `/customers.csv: ${(bytes / 1e6).toFixed(0)} MB, first byte after ${firstByteMs.toFixed(0)} ms, ${rate.toFixed(0)} MB/s, ${((cpuMs(server) - cpu) / 1000).toFixed(1)} s of CPU; health/live p99 ${quantile(await health.stop(), 0.99).toFixed(0)} ms`,
  );
}

function startServer({ context: { config } }: TestApp): ChildProcess {
  const entry = resolve(import.meta.dirname, '../src/server.js');
  return spawn(process.execPath, [entry], {
    env: {
      ...environment,
      NODE_ENV: 'production',
      HOST: '127.0.0.1',
      PORT: '0',
      DATABASE_URL: config.databaseUrl,
      DATA_DIR: config.dataDir,
      MODELS_DIR: config.modelsDir,
      UPLOADS_DIR: config.uploadsDir,
      SAMPLE_DATA: 'off',
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

function addressOf(server: ChildProcess): Promise<string> {
  let output = '';
  return new Promise((found, fail) => {
    server.stdout!.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const address = /listening on (http:\/\/\S+)/i.exec(output)?.[1];
      if (address) found(address);
    });
    server.once('exit', () => {
      fail(new Error(`The server ended: ${output}`));
    });
  });
}

function end(server: ChildProcess): Promise<void> {
  return new Promise((done) => {
    if (server.exitCode !== null) {
      done();
      return;
    }
    server.once('exit', () => {
      done();
    });
    server.kill('SIGKILL');
  });
}

function peakMegabytes({ pid }: ChildProcess): string {
  const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return (Number(kilobytes) / 1024).toFixed(0);
}

/** Of all its threads, so far; what other processes take of the cores does not count. */
function cpuMs({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1);
}
