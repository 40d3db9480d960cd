import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import type { IncomingMessage } from 'node:http';
import request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, openDatabase } from '../src/db.ts';
import { password } from './helpers/app.ts';
import { createServerFolder } from './helpers/server.ts';
import type { RunningServer, ServerFolder } from './helpers/server.ts';

let folder: ServerFolder;
beforeEach(() => {
  folder = createServerFolder();
});
afterEach(() => {
  folder.remove();
});

const rightsOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('the files of a running server', { timeout: 120_000 }, () => {
  it('are for its user alone: 0600 and 0700, the log of the database included', async () => {
    const server = await folder.start({ SAMPLE_DATA: 'off' });
    try {
      const names = ['data', 'models', 'uploads'];
      expect(names.map((name) => rightsOf(join(folder.path, name)))).toEqual(['700', '700', '700']);
      const files = readdirSync(join(folder.path, 'data'));
      expect(files).toContain('holdfast.db-wal');
      for (const name of files)
        expect([name, rightsOf(join(folder.path, 'data', name))]).toEqual([name, '600']);
    } finally {
      await server.stop();
    }
  });

  it('that others could read before are closed to them', async () => {
    const data = join(folder.path, 'data');
    mkdirSync(data);
    writeFileSync(join(data, 'holdfast.db'), '');
    chmodSync(data, 0o755);
    chmodSync(join(data, 'holdfast.db'), 0o644);
    const server = await folder.start({ SAMPLE_DATA: 'off' });
    try {
      expect([rightsOf(data), rightsOf(join(data, 'holdfast.db'))]).toEqual(['750', '640']);
    } finally {
      await server.stop();
    }
  });
});

/** Sets the organisation up; gives the cookie of its administrator. */
async function setUpBy({ url, setupLink }: RunningServer): Promise<string> {
  const agent = request.agent(url);
  const path = new URL(setupLink!).pathname;
  const [, _csrf] = /name="_csrf" value="([^"]+)"/.exec((await agent.get(path)).text)!;
  const person = { name: 'Ada Admin', email: 'ada@example.com', password };
  const form = { ...person, organisation: 'Northwind', currency: 'EUR', timeZone: 'UTC', _csrf };
  const answer = await agent.post(path).type('form').send(form).expect(303);
  const cookies = answer.headers['set-cookie'] as unknown as readonly string[];
  return cookies.map((cookie) => cookie.split(';')[0]).join('; ');
}

describe('SIGTERM', { timeout: 120_000 }, () => {
  it('answers pending requests, completes a slow download and refuses new connections', async () => {
    const server = await folder.start({ SAMPLE_DATA: 'off' });
    const Cookie = await setUpBy(server);
    const large = Buffer.alloc(40_000_000, 'a,b\n');
    writeFileSync(join(folder.path, 'data/sample-customers.csv'), large);
    const agent = new Agent({ keepAlive: true });
    const open = (path: string) =>
      new Promise<IncomingMessage>((done, fail) => {
        get(`${server.url}${path}`, { agent, headers: { Cookie, Accept: 'text/html' } }, done).on(
          'error',
          fail,
        );
      });
    const status = async (path: string): Promise<string> => {
      const answer = await open(path);
      await once(answer.resume(), 'end');
      return `${answer.statusCode} ${String(answer.headers.connection)}`;
    };
    const download = await open('/batches/sample.csv');
    download.pause();
    // Connections that stay open, some of them idle.
    await Promise.all(Array.from({ length: 20 }, () => status('/account')));
    const asked = Array.from({ length: 150 }, () => status('/account'));
    await Promise.race(asked);
    const begin = performance.now();
    const ended = server.stop();
    const answers = await Promise.all(asked);
    expect(new Set(answers.map((answer) => answer.slice(0, 3)))).toEqual(new Set(['200']));
    expect(answers.filter((answer) => answer.endsWith('close')).length).toBeGreaterThan(0);
    await new Promise((resume) => setTimeout(resume, 3_000));
    await expect(open('/account')).rejects.toThrow('ECONNREFUSED');
    let bytes = 0;
    for await (const chunk of download) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(large.length);
    expect(await ended).toBe(0);
    expect(performance.now() - begin).toBeLessThan(12_000);
  });

  it('waits no longer than twelve seconds for a client that reads nothing', async () => {
    const server = await folder.start({ SAMPLE_DATA: 'off' });
    const Cookie = await setUpBy(server);
    writeFileSync(join(folder.path, 'data/sample-customers.csv'), Buffer.alloc(40_000_000, 'a,b\n'));
    const stuck = await new Promise<IncomingMessage>((done) =>
      get(`${server.url}/batches/sample.csv`, { headers: { Cookie } }, done),
    );
    stuck.pause().on('error', () => undefined);
    const begin = performance.now();
    expect(await server.stop()).toBe(0);
    expect(performance.now() - begin).toBeLessThan(13_000);
  });
});

describe('a damaged database', { timeout: 120_000 }, () => {
  const path = () => join(folder.path, 'data/holdfast.db');
  const refusal = () => folder.start({ SAMPLE_DATA: 'off' }).then(String, String);

  it('is named at start when it is no database', async () => {
    mkdirSync(join(folder.path, 'data'));
    writeFileSync(path(), 'This is a letter, not a database. '.repeat(100));
    const words = await refusal();
    expect(words).toContain(`the database ${path()} is damaged`);
    expect(words).toContain('docs/operations.md');
    expect(words).not.toContain('    at ');
  });

  it('is named at start when pages in the middle are overwritten', async () => {
    const db = openDatabase(`sqlite:${path()}`);
    await migrate(db);
    await db.destroy();
    const file = openSync(path(), 'r+');
    const noise = Buffer.alloc(4096, 0xa5);
    for (let page = 3; page < statSync(path()).size / 4096; page += 3)
      writeSync(file, noise, 0, noise.length, page * 4096);
    closeSync(file);
    expect(await refusal()).toContain(`the database ${path()} is damaged`);
  });
});

describe('200 concurrent sign-ins', { timeout: 120_000 }, () => {
  it('are answered soon, and other requests at once', async () => {
    const server = await folder.start({ SAMPLE_DATA: 'off', TRUST_PROXY: '1' });
    try {
      await setUpBy(server);
      const page = await request(server.url).get('/sign-in');
      const [, _csrf] = /name="_csrf" value="([^"]+)"/.exec(page.text)!;
      const [cookie] = page.headers['set-cookie'] as unknown as readonly string[];
      const begin = performance.now();
      const answers = Array.from({ length: 200 }, (_, i) =>
        fetch(`${server.url}/sign-in`, {
          method: 'POST',
          redirect: 'manual',
          headers: { Cookie: cookie!.split(';')[0]!, 'X-Forwarded-For': '192.0.2.1' },
          body: new URLSearchParams({
            _csrf: _csrf!,
            email: `a${i}@example.com`,
            password: 'wrong password',
          }),
        }),
      );
      const progress = { isOver: false };
      const all = Promise.all(answers).finally(() => (progress.isOver = true));
      const waits: number[] = [];
      while (!progress.isOver) {
        const asked = performance.now();
        expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
        waits.push(performance.now() - asked);
        await new Promise((resume) => setTimeout(resume, 20));
      }
      const statuses = (await all).map(({ status }) => status);
      expect(statuses.filter((status) => ![422, 429, 503].includes(status))).toEqual([]);
      expect(statuses.filter((status) => status !== 422).length).toBe(190);
      for (const { status, headers } of await all)
        if (status !== 422) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(performance.now() - begin).toBeLessThan(20_000);
      expect(Math.max(...waits)).toBeLessThan(3_000);
    } finally {
      await server.stop();
    }
  });
});
