/** Two connections write: nobody is refused in the middle, and nobody blocks the thread while waiting. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTransaction, migrate, openDatabase } from '../src/db.ts';
import type { Db } from '../src/db.ts';

let folder: string;
let db: Db;
let other: Db;
let locker: Db;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-db-'));
  const path = join(folder, 'holdfast.db');
  db = openDatabase(`sqlite:${path}`);
  await migrate(db);
  other = openDatabase(`sqlite:${path}`);
  locker = openDatabase(`sqlite:${path}`);
});
afterEach(async () => {
  await locker.destroy();
  await db.destroy();
  await other.destroy();
  rmSync(folder, { recursive: true, force: true });
});

const valueOf = async (key: string): Promise<number> =>
  Number((await db<{ key: string; value: string }>('settings').where({ key }).first())?.value);
const insert = (key: string) => db('settings').insert({ key, value: '0', updated_at: '' });

/** Holds the write lock for a while, as another process would. */
const holdLock = (ms: number): Promise<void> => inTransaction(locker, () => pause(ms));

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
  it('makes writes wait, single statements as well as transactions, while reads go on at once', async () => {
    await insert('seen');
    const lock = holdLock(400);
    await pause(20);
    const started = performance.now();
    const writes = Promise.all([
      insert('one'),
      inTransaction(db, (trx) => trx('settings').insert({ key: 'two', value: '2', updated_at: '' })),
    ]);
    expect(await valueOf('seen')).toBe(0);
    expect(performance.now() - started).toBeLessThan(200);
    await writes;
    await lock;
    expect(performance.now() - started).toBeGreaterThan(350);
    expect(await valueOf('two')).toBe(2);
  });

  it('never blocks the thread that waits', async () => {
    let longest = 0;
    let last = performance.now();
    const beat = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const lock = holdLock(1_000);
    await pause(20);
    await Promise.all(Array.from({ length: 200 }, (_, i) => insert(`key-${i}`)));
    await lock;
    clearInterval(beat);
    expect(longest).toBeLessThan(300);
    expect(await valueOf('key-199')).toBe(0);
  });

  it('refuses a write after ten seconds with the code that becomes a 503', async () => {
    const lock = holdLock(11_000);
    await pause(20);
    const started = performance.now();
    const both = [insert('late'), insert('later')];
    for (const outcome of await Promise.allSettled(both))
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'SQLITE_BUSY' } });
    expect(performance.now() - started).toBeLessThan(10_900);
    await lock;
    await insert('late');
  });
});
