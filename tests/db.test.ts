/** Two connections write: nobody is refused in the middle, and nobody blocks the thread while waiting. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction, migrate, openDatabase, openReadOnlyDatabase, visitRows } from '../src/db.ts';
import type { Db } from '../src/db.ts';
import { createTestDatabase, isOnPostgres } from './helpers/database.ts';
import type { TestDatabase } from './helpers/database.ts';

let folder: string;
let database: TestDatabase;
let db: Db;
let other: Db;
let locker: Db;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-db-'));
  database = await createTestDatabase(folder);
  db = openDatabase(database.url);
  await migrate(db);
  other = openDatabase(database.url);
  locker = openDatabase(database.url);
});
afterEach(async () => {
  await locker.destroy();
  await db.destroy();
  await other.destroy();
  await database.remove();
  rmSync(folder, { recursive: true, force: true });
});

const valueOf = async (key: string): Promise<number> =>
  Number((await db<{ key: string; value: string }>('settings').where({ key }).first())?.value);
const insert = (key: string, on = db) => on('settings').insert({ key, value: '0', updated_at: '' });
const insertInTransaction = (key: string) => inTransaction(db, (trx) => insert(key, trx));

/** Holds the write lock for a while, as another process would, and gives the end of that once it has begun. */
const holdLock = (ms: number): Promise<{ readonly end: Promise<void> }> =>
  new Promise((begun) => {
    const end = inTransaction(locker, async () => {
      setImmediate(() => {
        begun({ end });
      });
      await pause(ms);
    });
  });

describe('transactions', () => {
  it('that read before they write lose no change of each other', async () => {
    await insert('count');
    const raise = (on: Db) =>
      inTransaction(on, async (trx) => {
        const row = await trx<{ key: string; value: string }>('settings').where({ key: 'count' }).first();
        // The other one gets its chance between reading and writing.
        await pause(1);
        await trx('settings')
          .where({ key: 'count' })
          .update({ value: String(Number(row!.value) + 1) });
      });
    await Promise.all(Array.from({ length: 60 }, (_, i) => raise(i % 2 === 0 ? db : other)));
    expect(await valueOf('count')).toBe(60);
  });

  it('leave nothing behind when their work throws, and the connection is free again', async () => {
    const failing = inTransaction(db, async (trx) => {
      await trx('settings').insert({ key: 'half', value: '1', updated_at: '' });
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await valueOf('half')).toBeNaN();
    await insert('after');
  });
});

describe('a locked database', () => {
  it('makes transactions wait, while reads go on at once', async () => {
    await insert('seen');
    const lock = await holdLock(400);
    const started = performance.now();
    const writes = Promise.all(['one', 'two'].map(insertInTransaction));
    expect(await valueOf('seen')).toBe(0);
    expect(performance.now() - started).toBeLessThan(200);
    await writes;
    await lock.end;
    expect(performance.now() - started).toBeGreaterThan(350);
    expect(await valueOf('two')).toBe(0);
  });

  // PostgreSQL locks rows: a single statement does not wait for the transactions of others.
  it.skipIf(isOnPostgres)('makes single statements wait too', async () => {
    const lock = await holdLock(400);
    const started = performance.now();
    await insert('one');
    await lock.end;
    expect(performance.now() - started).toBeGreaterThan(350);
  });

  it('never blocks the thread that waits', async () => {
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const lock = await holdLock(1_000);
    await Promise.all(Array.from({ length: 200 }, (_, i) => insert(`key-${i}`)));
    await lock.end;
    clearInterval(beat);
    expect(longest).toBeLessThan(300);
    expect(await valueOf('key-199')).toBe(0);
  });

  it('refuses a write after ten seconds with the code that becomes a 503', async () => {
    const lock = await holdLock(11_000);
    const started = performance.now();
    const both = [insertInTransaction('late'), insertInTransaction('later')];
    for (const outcome of await Promise.allSettled(both))
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { code: isOnPostgres ? '55P03' : 'SQLITE_BUSY' },
      });
    expect(performance.now() - started).toBeLessThan(10_900);
    await lock.end;
    await insertInTransaction('late');
  });
});

describe('reading row by row', () => {
  it('gives every row that matches once, in order, inside a transaction and on a connection that only reads', async () => {
    const keys = Array.from({ length: 2_500 }, (_, i) => `key-${String(i).padStart(4, '0')}`);
    await db.batchInsert(
      'settings',
      keys.map((key) => ({ key, value: '0', updated_at: '' })),
      100,
    );
    const read = async (on: Db): Promise<string[]> => {
      const found: string[] = [];
      const query = on('settings').where('key', '<>', 'key-0007').orderBy('key').select('key');
      await visitRows(on, query, ({ key }) => found.push(String(key)));
      return found;
    };
    const expected = keys.filter((key) => key !== 'key-0007');
    expect(await inTransaction(db, read)).toEqual(expected);
    const reader = openReadOnlyDatabase(database.url);
    try {
      expect(await read(reader)).toEqual(expected);
      await expect(insert('no', reader)).rejects.toThrow(/read-?only/i);
    } finally {
      await reader.destroy();
    }
  });
});

describe.skipIf(isOnPostgres)('a SQLite database', () => {
  it('writes every transaction to the disk before it is acknowledged, and checks references', async () => {
    const pragma = async (name: string): Promise<unknown> =>
      Object.values((await db.raw<Record<string, unknown>[]>(`PRAGMA ${name}`))[0]!)[0];
    const full = 2;
    expect([await pragma('journal_mode'), await pragma('synchronous'), await pragma('foreign_keys')]).toEqual(
      ['wal', full, 1],
    );
  });

  it('is migrated once by two processes that start together', async () => {
    const url = `sqlite:${join(folder, 'fresh.db')}`;
    const both = [openDatabase(url), openDatabase(url)];
    try {
      await Promise.all(both.map(migrate));
      const names = await both[0]!<{ name: string }>('knex_migrations').pluck('name');
      expect(names.length).toBeGreaterThan(10);
      expect(new Set(names).size).toBe(names.length);
    } finally {
      await Promise.all(both.map((one) => one.destroy()));
    }
  });
});
