import { statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compactDatabase } from '../../../src/domain/jobs/compact-database.ts';
import { createTestApp } from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { isOnPostgres } from '../../helpers/database.ts';

let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
  if (isOnPostgres) return;
  const { db } = test.context;
  await db.raw('CREATE TABLE filler (bytes BLOB)');
  for (let i = 0; i < 4; i++) await db('filler').insert({ bytes: Buffer.alloc(2 ** 20, i) });
  await db.raw('PRAGMA wal_checkpoint(TRUNCATE)');
});
afterEach(() => test.close());

const size = (): number => statSync(test.context.config.databaseUrl.slice('sqlite:'.length)).size;

// PostgreSQL uses free room again by itself.
describe.skipIf(isOnPostgres)('the database', () => {
  it('gives back the room of what was deleted, and keeps the rest', async () => {
    const before = size();
    await test.context.db('filler').where({ rowid: 1 }).orWhere('rowid', '>', 1).delete();
    await compactDatabase(test.context, 2 ** 20);
    expect(size()).toBeLessThan(before - 3 * 2 ** 20);
    expect(await test.context.db('filler')).toEqual([]);
    expect(await test.context.db('knex_migrations')).not.toEqual([]);
  });

  it('is left alone while little of it is free', async () => {
    const before = size();
    await test.context.db('filler').where('rowid', '<', 2).delete();
    await compactDatabase(test.context, 2 ** 19);
    await test.context.db('filler').delete();
    await compactDatabase(test.context);
    expect(size()).toBe(before);
  });
});
