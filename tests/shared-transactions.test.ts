/** Writes of many requests share transactions, and know nothing of each other. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { migrate, openDatabase } from '../src/db.ts';
import type { Db } from '../src/db.ts';
import { inSharedTransaction } from '../src/shared-transactions.ts';
import { createTestDatabase, isOnPostgres } from './helpers/database.ts';
import type { TestDatabase } from './helpers/database.ts';

let folder: string;
let database: TestDatabase;
let db: Db;
let other: Db;
let commits: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-shared-'));
  database = await createTestDatabase(folder);
  db = openDatabase(database.url);
  other = openDatabase(database.url);
  await migrate(db);
  commits = 0;
  db.on('query', ({ sql }: { sql: string }) => {
    if (sql.startsWith('COMMIT')) commits++;
  });
});
afterEach(async () => {
  await db.destroy();
  await other.destroy();
  await database.remove();
  rmSync(folder, { recursive: true, force: true });
});

const insert = (key: string, on: Db) => on('settings').insert({ key, value: '0', updated_at: '' });
const write = (key: string): Promise<string> =>
  inSharedTransaction(db, async (trx) => {
    await insert(key, trx);
    return key;
  });
const keys = async (on = other): Promise<string[]> =>
  on('settings').whereLike('key', 'key-%').orderBy('key').pluck('key');
const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `key-${100 + i}`);

describe('writes of many at once', () => {
  it('are committed together, each answered with its own result', async () => {
    expect(await Promise.all(numbered(60).map(write))).toEqual(numbered(60));
    expect(await keys()).toEqual(numbered(60));
    expect(commits).toBeLessThan(5);
  });

  it('are answered only when others can read them', async () => {
    const readBack = async (key: string): Promise<boolean> => {
      await write(key);
      return (await keys()).includes(key);
    };
    expect(await Promise.all(numbered(20).map(readBack))).toEqual(numbered(20).map(() => true));
  });

  it('go on for as many as come', async () => {
    const rounds = numbered(450);
    await Promise.all(rounds.map(write));
    expect(await keys()).toHaveLength(rounds.length);
  });
});

interface QueryingClient {
  _query: (this: unknown, connection: unknown, query: { sql: string }) => Promise<unknown>;
}

// PostgreSQL's commits never find the database locked.
describe.skipIf(isOnPostgres)('a commit that finds the database locked', () => {
  it('is tried again with everything that was in it', async () => {
    // Transactions have clients of their own, which share its methods.
    const client = Object.getPrototypeOf(db.client) as QueryingClient;
    const query = client._query;
    let refused = 0;
    client._query = function (connection, asked) {
      if (!asked.sql.startsWith('COMMIT') || refused === 2) return query.call(this, connection, asked);
      refused++;
      return Promise.reject(Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' }));
    };
    try {
      expect(await Promise.all(numbered(20).map(write))).toEqual(numbered(20));
    } finally {
      client._query = query;
    }
    expect(refused).toBe(2);
    expect(await keys()).toEqual(numbered(20));
  });
});

describe('work that fails', () => {
  it('takes back what it wrote, and nothing of others', async () => {
    const half = inSharedTransaction(db, async (trx) => {
      await insert('key-half', trx);
      throw new Error('no');
    });
    const results = await Promise.allSettled([write('key-a'), half, write('key-b'), write('key-a')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    expect(await keys()).toEqual(['key-a', 'key-b']);
  });

  it('is told so where nothing of the transaction could be stored, and the next one can', async () => {
    const end = (): Promise<unknown> => inSharedTransaction(db, (trx) => trx.raw('ROLLBACK'));
    const results = await Promise.allSettled([write('key-a'), end()]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await keys()).toEqual([]);
    await write('key-b');
    expect(await keys()).toEqual(['key-b']);
  });
});
