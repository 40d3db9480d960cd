/**
 * How quick pages are while a model is trained on all processors: 50,000 scores, a training of minutes on 50,000 rows, and
 * the built program as a process of its own, asked as a browser would.
 *
 *   npm run build && npx tsx bench/pages-while-training.ts [TRAINING_THREADS …]   0 is without a training; 0 1 2 unless told
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { receiveDataset } from '../src/domain/datasets/datasets.ts';
import { optionsFor } from '../src/domain/training/options.ts';
import { cancelTraining, queueTraining } from '../src/domain/training/queue.ts';
import { getModel } from '../src/store/models.ts';
import { getTraining } from '../src/store/trainings.ts';
import { activateSmallModel, createTestApp, customersCsv, setUpOrganisation } from '../tests/helpers/app.ts';
import { storeBatch, storeScores } from '../tests/helpers/predictions.ts';
import { createServerFolder } from '../tests/helpers/server.ts';
import { runJobs } from '../tests/helpers/work.ts';
import { openClient } from './reads-client.ts';
import type { Client } from './reads-client.ts';

const rows = 50_000;
const requests = 100;
const paths = ['/', '/analytics', '/customers', '/trainings'];
const given = process.argv.slice(2).map(Number);

const folder = createServerFolder();
mkdirSync(join(folder.path, 'data'));
const test = await createTestApp({
  DATABASE_URL: `sqlite:${join(folder.path, 'data/holdfast.db')}`,
  DATA_DIR: join(folder.path, 'data'),
  MODELS_DIR: join(folder.path, 'models'),
  UPLOADS_DIR: join(folder.path, 'uploads'),
});
const { db, config } = test.context;
try {
  const user = await setUpOrganisation(test);
  const model = await getModel(db, await activateSmallModel(test));
  await storeScores(test, model, rows, { batchId: await storeBatch(test, model.id, rows), from: 0 });
  const file = randomUUID();
  writeFileSync(join(config.uploadsDir, file), customersCsv(rows, 5, true));
  const upload = { file, originalName: 'a.csv', name: '', kind: 'customers' as const, versionOf: null };
  const datasetId = await receiveDataset(db, config, user, upload);
  await runJobs(test.context);
  for (const threads of given.length > 0 ? given : [0, 1, 2]) {
    const server = await folder.start({ TRAINING_THREADS: String(Math.max(1, threads)), SAMPLE_DATA: 'off' });
    const client = await openClient(server.url);
    for (const path of paths) await client.time(path);
    const options = {
      ...optionsFor('thorough'),
      families: ['forest' as const],
      params: { forest: { trees: 5_000 } },
    };
    const id =
      threads === 0 ? null : await queueTraining(db, user, { datasetId, name: `T${threads}`, options });
    if (id !== null) {
      while ((await getTraining(db, id)).state !== 'running') await pause(100);
      await pause(5_000);
    }
    console.log(`${threads} training threads: ${await measure(client)}`);
    if (id !== null) await cancelTraining(db, user, id);
    await server.stop();
  }
} finally {
  await test.close();
  folder.remove();
}

/** Milliseconds. */
async function measure(client: Client): Promise<string> {
  const health = client.watchHealth();
  const figures = [];
  for (const path of paths) {
    const times = [];
    for (let i = 0; i < requests; i++) times.push(await client.time(path));
    figures.push(`${path} ${quantile(times, 0.5)} / ${quantile(times, 0.95)}`);
  }
  return `${figures.join(', ')}, /health/live p99 ${quantile(await health.stop(), 0.99)} (median / 95 % in ms)`;
}

function quantile(values: readonly number[], share: number): string {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[Math.ceil(share * sorted.length) - 1] ?? NaN).toFixed(0);
}
