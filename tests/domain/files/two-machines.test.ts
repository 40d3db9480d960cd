/** What one machine stores, another one reads; what is erased is gone from all. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { batchFile, originalFile } from '../../../src/domain/batches/files.ts';
import { eraseEverywhere } from '../../../src/domain/erasure/erasure.ts';
import { keepUp } from '../../../src/domain/files/upkeep.ts';
import { scoreBatch } from '../../../src/domain/batches/scoring.ts';
import { getBatch } from '../../../src/store/batches.ts';
import type { BatchRecord } from '../../../src/store/batches.ts';
import { openFiles, openSharedFiles } from '../../../src/store/files/open-files.ts';
import { listStored } from '../../../src/store/files/records.ts';
import { noFilter } from '../../../src/store/prediction-filters.ts';
import { scoreFile as scoresOf } from '../../../src/store/score-files/names.ts';
import { runDespiteDamage } from '../../../src/tasks/despite-damage.ts';
import { customersCsv } from '../../helpers/app.ts';
import { postForm } from '../../helpers/datasets.ts';
import { createObjectFolder, filesWith, foldersOf, startMachines } from '../../helpers/machines.ts';
import type { Machine, Machines } from '../../helpers/machines.ts';
import { s3Credentials, startS3Server } from '../../helpers/s3-server.ts';
import type { S3TestServer } from '../../helpers/s3-server.ts';
import { runJobs } from '../../helpers/work.ts';

const customer = 'erase-me-4711';
const csv = (() => {
  const [header, ...lines] = customersCsv(40, 21).trimEnd().split('\n');
  return [header, ...lines.map((line, i) => (i === 4 ? line.replace(/^[^,]*/, customer) : line))].join('\n');
})();

let machines: Machines;
let here: Machine;
let there: Machine;

async function begin(files: Record<string, string>): Promise<void> {
  machines = await startMachines(files);
  ({ here, there } = machines);
}

/** Matched and checked on one machine, scored on the other. */
async function scoreBetween(first: Machine, second: Machine): Promise<BatchRecord> {
  const id = await send(first);
  await runJobs(second.test.context);
  await postForm(first.agent, `/batches/${id}/scoring`);
  await runJobs(second.test.context);
  return getBatch(first.test.context.db, id);
}

async function send({ agent }: Machine): Promise<number> {
  const { text } = await agent.get('/account');
  const token = /name="_csrf" value="([^"]+)"/.exec(text)![1]!;
  const answer = await agent
    .post('/batches')
    .field('_csrf', token)
    .attach('file', Buffer.from(csv), 'customers.csv');
  return Number(/\/batches\/(\d+)/.exec(answer.headers['location'] ?? '')?.[1]);
}

const download = async ({ agent }: Machine, id: number) =>
  (await agent.get(`/batches/${id}/files/scored.csv`).expect(200)).text;
/** Links to the customers on the page of results. */
const shownOn = async ({ agent }: Machine, id: number) => {
  const { text } = await agent.get(`/batches/${id}/results`).expect(200);
  const links = text.match(/<th scope="row"><a href="[^"]+"/g) ?? [];
  expect(links.length).toBeGreaterThan(5);
  return links;
};
const pathOf = ({ test }: Machine, name: string): string => join(test.context.config.uploadsDir, name);
const ready = async ({ agent }: Machine) => (await agent.get('/health/ready')).body as unknown;
const totalsOf = ({ test: { context } }: Machine) =>
  runDespiteDamage(context).run('sumPredictions', { filter: noFilter });

interface Store {
  readonly settings: Record<string, string>;
  /** Where the objects are in the end. */
  readonly objects: string;
  readonly close: () => Promise<void>;
}

const kinds: Readonly<Record<string, () => Promise<Store>>> = {
  folder: () => {
    const folder = createObjectFolder();
    const close = (): Promise<void> => {
      folder.remove();
      return Promise.resolve();
    };
    return Promise.resolve({ settings: { FILES: folder.path }, objects: folder.path, close });
  },
  s3: async () => {
    const server = await startS3Server();
    const settings = { FILES: `s3://${server.bucket}/files`, S3_ENDPOINT: server.endpoint };
    return { settings, objects: server.folder, close: () => server.close() };
  },
};

beforeEach(() => {
  for (const [name, value] of Object.entries(s3Credentials)) vi.stubEnv(name, value);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe.each(Object.entries(kinds))('machines that share files: %s', (_kind, open) => {
  let store: Store;
  beforeEach(async () => {
    store = await open();
    await begin(store.settings);
  });
  afterEach(async () => {
    await machines.close();
    await store.close();
  });

  it('scores on one what was uploaded to the other, and shows and sends the results from both', async () => {
    const { id, state, scoredCount, file } = await scoreBetween(here, there);
    expect({ state, scoredCount }).toEqual({ state: 'done', scoredCount: 40 });
    expect(existsSync(pathOf(here, scoresOf(file)))).toBe(false);
    expect(await shownOn(here, id)).toEqual(await shownOn(there, id));
    expect(await download(here, id)).toBe(await download(there, id));
    expect(await totalsOf(here)).toEqual(await totalsOf(there));
    expect(await ready(here)).toEqual({ status: 'ready' });
  });

  it('erases a customer from the store at once, and from the other machine with its next look', async () => {
    const { id } = await scoreBetween(here, there);
    await download(here, id);
    await here.agent.get('/').expect(200);
    const found = await eraseEverywhere(there.test.context, customer);
    expect(found).toMatchObject({ fileScores: 1, csvRows: 2 });
    expect(filesWith(customer, [store.objects, ...foldersOf(there)])).toEqual([]);
    await keepUp(here.test.context);
    expect(filesWith(customer, foldersOf(here))).toEqual([]);
    expect(await download(here, id)).not.toContain(customer);
    expect(await totalsOf(here)).toMatchObject({ count: 40 });
  });

  it('deletes the objects of a file that is deleted, and the copies', async () => {
    const { id } = await scoreBetween(here, there);
    await download(here, id);
    await postForm(there.agent, `/batches/${id}/removal`);
    for (const { test } of [there, here]) await keepUp(test.context);
    const stored = await listStored(here.test.context.db);
    expect(stored.map(({ name }) => name)).toEqual([expect.stringMatching(/^models\//)]);
    expect(filesWith(customer, [store.objects, ...foldersOf(here), ...foldersOf(there)])).toEqual([]);
  });
});

describe('files that are shared', () => {
  let folder: ReturnType<typeof createObjectFolder>;
  beforeEach(async () => {
    folder = createObjectFolder();
    await begin({ FILES: folder.path });
  });
  afterEach(async () => {
    await machines.close();
    folder.remove();
  });

  it('gives the same bytes where another machine takes a scoring up, which begins anew there', async () => {
    const whole = await scoreBetween(here, here);
    const id = await send(here);
    await runJobs(here.test.context);
    await postForm(here.agent, `/batches/${id}/scoring`);
    const { db, config } = here.test.context;
    const stop = () => Promise.resolve('stop' as const);
    expect(await scoreBatch(db, { ...config, files: openFiles(config) }, id, { step: stop })).toBe('stopped');
    expect((await getBatch(db, id)).checkpoint?.machine).toMatch(/^[0-9a-f-]{36}$/);
    await runJobs(there.test.context);
    expect(await getBatch(db, id)).toMatchObject({ state: 'done', scoredCount: 40 });
    expect(await download(there, id)).toBe(await download(here, whole.id));
    await keepUp(here.test.context);
    expect(readdirSync(config.uploadsDir).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('counts the scores of a scoring that was cancelled, on every machine', async () => {
    const id = await send(here);
    await runJobs(here.test.context);
    await postForm(here.agent, `/batches/${id}/scoring`);
    const { db, config } = here.test.context;
    const step = () => Promise.resolve('cancel' as const);
    const outcome = await scoreBatch(db, { ...config, files: openFiles(config) }, id, { step });
    if (outcome === 'stopped') throw new Error('It was to be cancelled.');
    await db.transaction((trx) => outcome.write(trx));
    expect((await totalsOf(there)).count).toBe((await totalsOf(here)).count);
    expect((await getBatch(db, id)).checkpoint?.machine).toBe('');
  });

  it('fetches a copy again that was deleted or changed', async () => {
    const { id, file } = await scoreBetween(here, here);
    const before = await totalsOf(there);
    truncateSync(pathOf(there, scoresOf(file)), 100);
    expect(await shownOn(there, id)).toEqual(await shownOn(here, id));
    rmSync(pathOf(there, scoresOf(file)));
    await there.agent.get(`/batches/${id}/results`).expect(200);
    expect(await totalsOf(there)).toEqual(before);
    expect((await getBatch(here.test.context.db, id)).scoresProblem).toBeNull();
  });

  it('never uses an object that was changed: the page and the health check say so', async () => {
    const { id, file } = await scoreBetween(here, here);
    const stored = await listStored(here.test.context.db);
    const { key } = stored.find(({ name }) => name === `uploads/${scoresOf(file)}`)!;
    const object = join(folder.path, key.slice(0, 2), key);
    writeFileSync(object, readFileSync(object).fill(7, 20, 40));
    const { text } = await there.agent.get(`/batches/${id}/results`);
    expect(text).toContain('in the file store, it holds other bytes than were stored');
    expect(await ready(there)).toEqual({
      status: 'degraded',
      problem: expect.stringContaining('file missing or changed in the file store') as string,
    });
  });

  it('says of a download whose object is missing what to restore', async () => {
    const { id, file } = await scoreBetween(here, here);
    const stored = await listStored(here.test.context.db);
    const { key } = stored.find(({ name }) => name === `uploads/${batchFile({ file }, 'scored')}`)!;
    rmSync(join(folder.path, key.slice(0, 2), key));
    const answer = await there.agent.get(`/batches/${id}/files/scored.csv`).expect(409);
    expect(answer.text).toContain(`it is missing there. Restore the object ${key}`);
  });

  it('sweeps objects that are old and that nothing refers to, and no others', async () => {
    await scoreBetween(here, there);
    const { config, db } = here.test.context;
    const objects = () => readdirSync(folder.path, { recursive: true }).map(String);
    const before = objects();
    const orphan = `${'a'.repeat(64)}-${'0'.repeat(16)}`;
    const young = `${'a'.repeat(64)}-${'1'.repeat(16)}`;
    mkdirSync(join(folder.path, 'aa'), { recursive: true });
    for (const key of [orphan, young]) writeFileSync(join(folder.path, 'aa', key), '');
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    for (const name of [...before.filter((one) => one.includes('-')), join('aa', orphan)])
      utimesSync(join(folder.path, name), yesterday, yesterday);
    expect(await openSharedFiles(config)!.sweepOrphans(db)).toBe(1);
    expect(objects()).toEqual(expect.arrayContaining([...before, join('aa', young)]));
    expect(objects()).not.toContain(join('aa', orphan));
  });

  it('removes the copies that were not used for longest where they take too much space, never scores or models', async () => {
    const { id, file } = await scoreBetween(here, there);
    await download(here, id);
    const { config, db } = here.test.context;
    const long = new Date(Date.now() - 2 * 3_600_000);
    for (const name of readdirSync(pathOf(here, '.stored')))
      utimesSync(pathOf(here, `.stored/${name}`), long, long);
    await openSharedFiles(config)!.limitCopies(db, 1);
    const left = readdirSync(config.uploadsDir).filter((name) => name.startsWith(file));
    expect(left).toEqual([scoresOf(file)]);
    expect(left).not.toContain(originalFile(file));
    expect(await download(here, id)).toContain(customer);
  });

  it('starts only with the store of its own installation', async () => {
    const other = startMachines({ FILES: folder.path });
    await expect(other).rejects.toThrow('has the files of another installation');
  });
});

describe('a store that fails', () => {
  let server: S3TestServer;
  beforeEach(async () => {
    server = await startS3Server();
    await begin({ FILES: `s3://${server.bucket}`, S3_ENDPOINT: server.endpoint });
  });
  afterEach(async () => {
    await machines.close();
    await server.close();
  });

  it('is asked again: two answers of 503 change nothing', async () => {
    let refusals = 2;
    server.setFault((req, res) => {
      if (refusals-- <= 0) return false;
      req.resume();
      res.writeHead(503).end();
      return true;
    });
    expect(await scoreBetween(here, there)).toMatchObject({ state: 'done', scoredCount: 40 });
  });

  it('refuses uploads while it answers nothing but 503, and loses no job', async () => {
    const id = await send(here);
    await runJobs(here.test.context);
    await postForm(here.agent, `/batches/${id}/scoring`);
    server.setFault((req, res) => {
      req.resume();
      res.writeHead(503).end();
      return true;
    });
    expect(await send(here)).toBeNaN();
    const { text } = await here.agent.get('/').expect(200);
    expect(text).toContain('Home');
    await runJobs(here.test.context);
    expect(await getBatch(here.test.context.db, id)).toMatchObject({ state: 'scoring' });
    expect(await ready(there)).toEqual({
      status: 'degraded',
      problem: expect.stringContaining('file store not reachable') as string,
    });
    server.setFault(null);
    await vi.waitFor(async () => {
      await runJobs(here.test.context);
      expect(await getBatch(here.test.context.db, id)).toMatchObject({ state: 'done' });
    }, 15_000);
    expect(await download(there, id)).toContain(customer);
  });

  it('goes on after downloads that were cut off', async () => {
    const { id } = await scoreBetween(here, here);
    let cuts = 2;
    server.setFault((req, res) => {
      if (req.method !== 'GET' || !req.url!.includes('-') || cuts-- <= 0) return false;
      res.writeHead(200, { 'content-length': '100000' });
      res.write('half of it');
      setTimeout(() => res.destroy(), 20);
      return true;
    });
    expect(await download(there, id)).toContain(customer);
    expect(cuts).toBeLessThanOrEqual(0);
  });

  it.each([
    ['there is no such bucket', { FILES: 's3://nowhere' }, {}],
    ['it refuses these credentials', {}, { AWS_ACCESS_KEY_ID: 'wrong' }],
    ['no connection', { S3_ENDPOINT: 'http://127.0.0.1:1' }, {}],
  ])('is named at the start, and what is wrong with it: %s', async (words, settings, credentials) => {
    for (const [name, value] of Object.entries(credentials)) vi.stubEnv(name, value);
    const files = { FILES: `s3://${server.bucket}/other`, S3_ENDPOINT: server.endpoint, ...settings };
    await expect(startMachines(files)).rejects.toThrow(words);
  });
});
