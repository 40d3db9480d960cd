/** The real pool and its threads: what a cancel and a lack of memory end. */
import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { User } from '../../src/domain/people/accounts.ts';
import { cancelJob } from '../../src/domain/jobs/failure.ts';
import { receiveDataset } from '../../src/domain/datasets/datasets.ts';
import { optionsFor } from '../../src/domain/training/options.ts';
import { cancelTraining, queueTraining } from '../../src/domain/training/queue.ts';
import { startWorkerPool } from '../../src/jobs/worker-pool.ts';
import type { WorkerPool } from '../../src/jobs/worker-pool.ts';
import { getDataset, listDatasets, updateDataset } from '../../src/store/datasets.ts';
import { findJob, listOpenJobs } from '../../src/store/jobs.ts';
import { getTraining } from '../../src/store/trainings.ts';
import { createTestApp, customersCsv, setUpOrganisation } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

const ada: User = { id: 1, email: 'ada@example.com', name: 'Ada', role: 'admin', theme: 'system' };

let test: TestApp;
let pool: WorkerPool | null;

beforeEach(async () => {
  test = await createTestApp();
  pool = null;
});
afterEach(async () => {
  await pool?.stop(5_000);
  await test.close();
});

/** So many rows that their profile takes much longer than a cancelled job is given to stop, in one step. */
const wideTable = (rows: number, columns: number, copies: number): string => {
  const names = Array.from({ length: columns }, (_, j) => `column ${j}`).join(',');
  const lines = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => `text ${i * 7 + j}`).join(','),
  );
  return `${names}\n${`${lines.join('\n')}\n`.repeat(copies)}`;
};

async function queueReading(csv: string, by: User | null = null): Promise<{ id: number; jobId: number }> {
  const { db, config } = test.context;
  const user = by ?? (await setUpOrganisation(test));
  const file = randomUUID();
  writeFileSync(join(config.uploadsDir, file), csv);
  const upload = { file, originalName: 'a.csv', name: '', kind: 'customers' as const, versionOf: null };
  const id = await receiveDataset(db, config, user, upload);
  return { id, jobId: (await listOpenJobs(db)).at(-1)!.id };
}

const stateOf = async (jobId: number) => (await findJob(test.context.db, jobId))?.state;

describe('cancelling', () => {
  it('ends a reading in the middle of a long step, and its dataset and what it had begun with it', async () => {
    const { db, config } = test.context;
    const { id, jobId } = await queueReading(wideTable(60_000, 60, 4));
    const path = join(config.dataDir, (await getDataset(db, id)).file);
    // As a conversion leaves it that is cut off.
    for (const part of ['.csv.utf8', '.csv.tabs']) writeFileSync(path + part, 'half');
    pool = startWorkerPool(test.context);
    await expect.poll(() => stateOf(jobId), { interval: 20, timeout: 20_000 }).toBe('running');
    await cancelJob(db, jobId);
    await expect.poll(() => stateOf(jobId), { interval: 50, timeout: 8_000 }).toBe('cancelled');
    const dataset = await getDataset(db, id);
    expect(dataset.state).toBe('failed');
    expect(dataset.error).toMatch(/was cancelled/);
    expect(readdirSync(dirname(path))).toEqual([basename(path)]);
  }, 60_000);

  it('ends a job that waits at once, with what it was to work on', async () => {
    const { db } = test.context;
    const { id, jobId } = await queueReading('a,b\n1,2\n');
    await cancelJob(db, jobId);
    expect(await stateOf(jobId)).toBe('cancelled');
    expect(await getDataset(db, id)).toMatchObject({ state: 'failed' });
  });
});

/** Processor time of each thread of this process but those known, in hundredths of a second. */
const processorTimes = (known: ReadonlyMap<string, number> = new Map()): Map<string, number> =>
  new Map(
    readdirSync('/proc/self/task')
      .filter((thread) => !known.has(thread))
      .map((thread) => {
        const fields = readFileSync(`/proc/self/task/${thread}/stat`, 'utf8').split(') ')[1]!.split(' ');
        return [thread, Number(fields[11]) + Number(fields[12])];
      }),
  );

describe.runIf(existsSync('/proc/self/task'))('a training on several threads', () => {
  it('ends with all of them at once when it is cancelled', async () => {
    const { db } = test.context;
    const { jobId } = await queueReading(customersCsv(20_000, 5, true));
    pool = startWorkerPool({ ...test.context, config: { ...test.context.config, trainingThreads: 2 } });
    await expect.poll(() => stateOf(jobId), { interval: 50, timeout: 30_000 }).toBe('done');
    const [dataset] = await listDatasets(db);
    const known = processorTimes();
    const options = {
      ...optionsFor('thorough'),
      families: ['forest' as const],
      params: { forest: { trees: 5_000 } },
    };
    const id = await queueTraining(db, ada, { datasetId: dataset!.id, name: 'Long', options });
    // Two fit, for longer than any thread takes to start.
    const fitting = () => [...processorTimes(known)].flatMap(([thread, time]) => (time > 200 ? thread : []));
    await expect.poll(() => fitting().length, { interval: 50, timeout: 60_000 }).toBe(2);
    const threads = fitting();
    await cancelTraining(db, ada, id);
    const cancelledAt = performance.now();
    const left = () => threads.filter((thread) => existsSync(`/proc/self/task/${thread}`));
    await expect.poll(left, { interval: 20, timeout: 10_000 }).toEqual([]);
    expect(performance.now() - cancelledAt).toBeLessThan(3_000);
    await expect
      .poll(async () => (await getTraining(db, id)).state, { interval: 20, timeout: 10_000 })
      .toBe('cancelled');
  }, 120_000);
});

it('a training that reads the rows of a large dataset ends at once when it is cancelled', async () => {
  const { db, config } = test.context;
  const header = `${Array.from({ length: 40 }, (_, j) => `c${j}`).join(',')},Churn\n`;
  const few = Array.from({ length: 60 }, (_, i) => `${`${i % 3}x,`.repeat(40)}${i % 2 ? 'Yes' : 'No'}\n`);
  const { id, jobId } = await queueReading(header + few.join(''));
  pool = startWorkerPool(test.context);
  await expect.poll(() => stateOf(jobId), { interval: 50, timeout: 30_000 }).toBe('done');
  // So many different texts take half a minute to read.
  const many = Array.from({ length: 60_000 }, (_, i) => `${`${i}x,`.repeat(40)}${i % 2 ? 'Yes' : 'No'}\n`);
  writeFileSync(join(config.dataDir, (await getDataset(db, id)).file), header + many.join(''));
  await updateDataset(db, id, { rowCount: 600_000 });
  const training = await queueTraining(db, ada, {
    datasetId: id,
    name: 'Long',
    options: optionsFor('quick'),
  });
  const progressOf = async () => (await getTraining(db, training)).progress;
  await expect.poll(async () => (await progressOf()).done, { timeout: 60_000 }).toBeGreaterThan(0);
  expect((await progressOf()).stage).toBe('Reading the data');
  const cancelledAt = performance.now();
  await cancelTraining(db, ada, training);
  await expect
    .poll(async () => (await getTraining(db, training)).state, { interval: 20, timeout: 10_000 })
    .toBe('cancelled');
  expect(performance.now() - cancelledAt).toBeLessThan(3_000);
}, 120_000);

describe('an upload', () => {
  it('is read while trainings run on every thread that trains and more of them wait', async () => {
    const { db } = test.context;
    const { jobId: first } = await queueReading(customersCsv(20_000, 5, true));
    pool = startWorkerPool({ ...test.context, config: { ...test.context.config, workers: 4 } });
    await expect.poll(() => stateOf(first), { interval: 50, timeout: 30_000 }).toBe('done');
    const [dataset] = await listDatasets(db);
    // Each takes minutes: they are never finished here.
    const options = optionsFor('thorough');
    const trainings: number[] = [];
    for (let i = 0; i < 4; i++)
      trainings.push(await queueTraining(db, ada, { datasetId: dataset!.id, name: `T${i}`, options }));
    const states = () => Promise.all(trainings.map(async (id) => (await getTraining(db, id)).state));
    await expect
      .poll(states, { interval: 50, timeout: 30_000 })
      .toEqual(['running', 'running', 'queued', 'queued']);
    const { jobId } = await queueReading('a,b\n1,2\n3,4\n', ada);
    await expect.poll(() => stateOf(jobId), { interval: 20, timeout: 20_000 }).toBe('done');
    expect(await states()).toEqual(['running', 'running', 'queued', 'queued']);
    for (const id of trainings) await cancelTraining(db, ada, id);
    await expect.poll(states, { interval: 50, timeout: 20_000 }).toEqual(trainings.map(() => 'cancelled'));
  }, 120_000);
});

describe('a job that needs more memory than it may use', () => {
  it('fails at its first attempt with the reason, while the pool continues', async () => {
    const { db } = test.context;
    const { id, jobId } = await queueReading(wideTable(60_000, 60, 4));
    const config = { ...test.context.config, threadMemoryMb: 100 };
    pool = startWorkerPool({ ...test.context, config });
    await expect.poll(() => stateOf(jobId), { interval: 50, timeout: 50_000 }).toBe('failed');
    const job = await findJob(db, jobId);
    expect(job!.attempts).toBe(1);
    expect(job!.error).toMatch(/needs more memory/);
    expect((await getDataset(db, id)).error).toMatch(/needs more memory than Holdfast may use/);
  }, 90_000);
});
