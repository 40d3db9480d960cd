/**
 * A large file scored by one worker and by two that share it, on one PostgreSQL server. Each worker has one thread and one
 * processor, as if it were a machine of its own. Time from the queue to the end, and CPU seconds of each worker; the
 * result files have to be the same to the byte.
 *
 *   npm run build && ROWS=2000000 FAMILY=logistic REPEATS=3 npx tsx bench/shared-blocks.ts
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { findPostgres } from '../scripts/find-postgres.js';
import { inTransaction } from '../src/db.ts';
import { startScoring } from '../src/domain/batches/batches.ts';
import { guessMapping } from '../src/domain/batches/mapping.ts';
import { takeInCsv } from '../src/domain/csv/intake.ts';
import { exampleRules } from '../src/domain/retention/example-rules.ts';
import { sampleHistory, sampleLines } from '../src/domain/sample/files.ts';
import { sampleColumns } from '../src/domain/sample/generator.ts';
import { storeModel, trainOnTable } from '../src/domain/training/fit.ts';
import { readTrainingTable } from '../src/domain/training/table.ts';
import type { FamilyName } from '../src/ml/families.ts';
import { getBatch, insertBatch } from '../src/store/batches.ts';
import type { NewBatch } from '../src/store/batches.ts';
import { activateModel, findActiveModel } from '../src/store/models.ts';
import { insertRule } from '../src/store/retention-rules.ts';
import { createTestApp } from '../tests/helpers/app.ts';
import { planOf } from '../tests/helpers/plan.ts';
import { startPostgres } from '../tests/helpers/postgres-server.ts';

const rows = Number(process.env['ROWS'] ?? 2_000_000);
const family = (process.env['FAMILY'] ?? 'logistic') as FamilyName;
const repeats = Number(process.env['REPEATS'] ?? 3);
const ticksPerSecond = 100;

const server = await startPostgres(findPostgres()!, { fsync: 'on', synchronous_commit: 'on' });
const test = await createTestApp({ DATABASE_URL: server.url });
const { db, config } = test.context;
let files = 0;

async function prepare(): Promise<void> {
  const model = trainOnTable(readTrainingTable(sampleHistory()), planOf([family], 1), () => undefined);
  const names = { name: 'Bench', datasetId: null, isSample: false };
  await activateModel(db, await storeModel(db, config.modelsDir, model, names));
  for (const [position, rule] of exampleRules.entries())
    await insertRule(db, { ...rule, position, enabled: true, isExample: false });
}

async function takeIn(): Promise<NewBatch> {
  const file = `bench-${++files}`;
  const path = join(config.uploadsDir, file);
  const columns = sampleColumns.filter((column) => column !== 'Churn');
  await pipeline(Readable.from(sampleLines(columns, rows, 5)), createWriteStream(path));
  const intake = await takeInCsv(path);
  return { ...intake, userId: null, originalName: file, file, isSample: false };
}

async function queue(upload: NewBatch): Promise<number> {
  const model = (await findActiveModel(db))!;
  const id = await insertBatch(db, upload);
  const mapping = guessMapping(model.schema, upload.header);
  await inTransaction(db, (trx) => startScoring(trx, null, id, { model, mapping }));
  return id;
}

/** Resolves once it looks for work. */
async function startWorker(processor: number): Promise<ChildProcess> {
  const env = {
    PATH: process.env['PATH'],
    DATABASE_URL: config.databaseUrl,
    DATA_DIR: config.dataDir,
    MODELS_DIR: config.modelsDir,
    UPLOADS_DIR: config.uploadsDir,
    SAMPLE_DATA: 'off',
    LOG_LEVEL: 'warn',
  };
  const command = ['-c', String(processor), process.execPath, 'dist/src/cli.js', 'worker', '--threads', '1'];
  const worker = spawn('taskset', command, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await once(worker.stdout, 'data');
  return worker;
}

/** CPU seconds of all threads of the process so far. */
function cpuOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

interface Figures {
  readonly seconds: number;
  readonly cpu: readonly number[];
  readonly digest: string;
}

async function measure(count: number): Promise<Figures> {
  const upload = await takeIn();
  const workers = await Promise.all(Array.from({ length: count }, (_, i) => startWorker(i)));
  const before = workers.map(cpuOf);
  const id = await queue(upload);
  const begin = performance.now();
  while ((await getBatch(db, id)).state === 'scoring') await pause(20);
  const seconds = (performance.now() - begin) / 1_000;
  const cpu = workers.map((worker, i) => cpuOf(worker) - before[i]!);
  const { file, state } = await getBatch(db, id);
  if (state !== 'done') throw new Error(`The file is ${state}.`);
  for (const worker of workers) worker.kill('SIGKILL');
  const hash = createHash('sha256');
  for (const ending of ['scored.csv', 'scores'])
    await pipeline(createReadStream(join(config.uploadsDir, `${file}.${ending}`)), hash, { end: false });
  return { seconds, cpu, digest: hash.digest('hex') };
}

await prepare();
const digests = new Set<string>();
for (let repeat = 0; repeat < repeats; repeat++)
  for (const count of [1, 2]) {
    const { seconds, cpu, digest } = await measure(count);
    digests.add(digest);
    const words = cpu.map((one) => one.toFixed(2)).join(' + ');
    console.log(
      `${count} worker(s): ${seconds.toFixed(2)} s, ${Math.round(rows / seconds)} rows/s, CPU ${words} s`,
    );
  }
console.log(digests.size === 1 ? 'All results are the same.' : 'THE RESULTS DIFFER.');
await test.close();
await server.stop();
process.exitCode = digests.size === 1 ? 0 : 1;
