/**
 * Reading at a million scores: how long pages and the download take, and how long the thread that answers is held up.
 * Fills a temporary database, starts the application and asks it as a browser would.
 *
 *   npx tsx bench/reads.ts [ROWS]      generated scores; 1,000,000 unless told
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type request from 'supertest';
import { getModel } from '../src/store/models.ts';
import { startTaskPool } from '../src/tasks/task-pool.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../tests/helpers/app.ts';
import { storeBatch, storeScores } from '../tests/helpers/predictions.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const rowsPerTransaction = 20_000;

const test = await createTestApp({}, startTaskPool);
try {
  await setUpOrganisation(test);
  const model = await getModel(test.context.db, await activateSmallModel(test));
  const filled = performance.now();
  const batchId = await storeBatch(test, model.id, rows);
  for (let from = 0; from < rows; from += rowsPerTransaction)
    await storeScores(test, model, Math.min(rowsPerTransaction, rows - from), { batchId, from });
  console.log(`${rows.toLocaleString('en')} scores written in ${seconds(filled)}.`);
  const agent = await signIn(test, 'analyst');
  for (const path of [
    '/',
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
    '/customers.csv',
  ]) {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    const before = performance.now();
    delay.enable();
    const { status, bytes } = await ask(agent, path);
    delay.disable();
    const held = `${(delay.max / 1e6).toFixed(0)} ms at most, 99 % ${(delay.percentile(99) / 1e6).toFixed(0)} ms`;
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    console.log(
      `${path.padEnd(46)} ${status}  ${seconds(before).padStart(8)}  ${size.padStart(9)}  event loop ${held}`,
    );
  }
  console.log(`Peak memory of the process ${Math.round(process.resourceUsage().maxRSS / 1024)} MB.`);
} finally {
  await test.close();
}

function ask(
  agent: ReturnType<typeof request.agent>,
  path: string,
): Promise<{ status: number; bytes: number }> {
  let bytes = 0;
  return agent
    .get(path)
    .buffer(true)
    .maxResponseSize(10_000_000_000)
    .parse((res, done) => {
      res.on('data', (chunk: Buffer) => (bytes += chunk.length));
      res.on('end', () => {
        done(null, null);
      });
    })
    .then(({ status }) => ({ status, bytes }));
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(2)} s`;
}
