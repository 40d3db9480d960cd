/**
 * A large file scored by one worker and by two that share it, on one PostgreSQL server. Each worker has one thread and one
 * processor, as if it were a machine of its own. Time from the queue to the end, and CPU seconds of each worker; the
 * result files have to be the same to the byte.
 *
 *   npm run build && ROWS=2000000 FAMILY=logistic REPEATS=3 npx tsx bench/shared-blocks.ts
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { findPostgres } from '../scripts/find-postgres.js';
import { getBatch } from '../src/store/batches.ts';
import { createTestApp } from '../tests/helpers/app.ts';
import { startPostgres } from '../tests/helpers/postgres-server.ts';
import { cpuSecondsOf, startWorker } from '../tests/helpers/programs.ts';
import { activateSampleModel, queueSampleFile, waitUntilScored } from './large-files.ts';
import type { FamilyName } from '../src/ml/families.ts';

const rows = Number(process.env['ROWS'] ?? 2_000_000);
const family = (process.env['FAMILY'] ?? 'logistic') as FamilyName;
const repeats = Number(process.env['REPEATS'] ?? 3);

const server = await startPostgres(findPostgres()!, { fsync: 'on', synchronous_commit: 'on' });
const test = await createTestApp({ DATABASE_URL: server.url });
const { context } = test;

interface Figures {
  readonly seconds: number;
  readonly cpu: readonly number[];
  readonly digest: string;
}

async function measure(count: number): Promise<Figures> {
  const starting = Array.from({ length: count }, (_, i) =>
    startWorker(context.config, { threads: 1, processor: i }),
  );
  const workers = await Promise.all(starting);
  const before = workers.map(cpuSecondsOf);
  const id = await queueSampleFile(context, rows);
  const seconds = await waitUntilScored(context, id);
  const cpu = workers.map((worker, i) => cpuSecondsOf(worker) - before[i]!);
  for (const worker of workers) worker.kill('SIGKILL');
  return { seconds, cpu, digest: await digestOf(id) };
}

async function digestOf(id: number): Promise<string> {
  const { file } = await getBatch(context.db, id);
  const hash = createHash('sha256');
  for (const ending of ['scored.csv', 'scores'])
    await pipeline(createReadStream(join(context.config.uploadsDir, `${file}.${ending}`)), hash, {
      end: false,
    });
  return hash.digest('hex');
}

await activateSampleModel(context, family);
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
