/** Versions of the program that share a database while an installation is upgraded. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { neededMigration } from '../../migrations/index.ts';
import { migrate } from '../../src/db.ts';
import { claimJob } from '../../src/store/job-leases.ts';
import { enqueueJob } from '../../src/store/jobs.ts';
import { createTestApp } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

let test: TestApp;
beforeEach(async () => {
  test = await createTestApp();
});
afterEach(() => test.close());

/** A migration that this version does not know. `needed`: which one a program has to know since. */
async function migrateLater(needed: string): Promise<void> {
  const { db } = test.context;
  await db.schema.alterTable('jobs', (table) => {
    table.integer('later').notNullable().defaultTo(0);
  });
  await db('knex_migrations').insert({ name: '2030-01-01-later', batch: 99 });
  await db('schema_needs').update({ migration: needed });
}

describe('a process of the version before', () => {
  it('starts on a database that the next version has migrated, and takes jobs from it', async () => {
    const { db } = test.context;
    await migrateLater(neededMigration);
    expect(await migrate(db)).toEqual(['2030-01-01-later']);
    const id = await enqueueJob(db, { kind: 'relabel-risk', payload: {}, subject: 'a', createdBy: null });
    expect(await claimJob(db, 'before')).toMatchObject({ id });
  });

  it('leaves jobs alone of kinds that only the next version knows', async () => {
    const { db } = test.context;
    const id = await enqueueJob(db, { kind: 'relabel-risk', payload: {}, subject: 'a', createdBy: null });
    await db('jobs').where({ id }).update({ kind: 'of-a-later-version' });
    expect(await claimJob(db, 'before')).toBeUndefined();
  });

  it('does not start where the next version has removed what it needs, and says which to start', async () => {
    await migrateLater('2030-01-01-later');
    await expect(migrate(test.context.db)).rejects.toThrow(
      'changed by a later version of Holdfast (2030-01-01-later), and this version cannot work with it',
    );
  });
});

it('a database says which migration a program has to know', async () => {
  const { db } = test.context;
  expect(await db('schema_needs').pluck('migration')).toEqual([neededMigration]);
  expect(await migrate(db)).toEqual([]);
});
