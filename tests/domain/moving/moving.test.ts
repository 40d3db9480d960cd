/** An installation on SQLite is moved to PostgreSQL: nothing is lost, and it goes on where it was. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type request from 'supertest';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../../src/app.ts';
import { openDatabase } from '../../../src/db.ts';
import type { Db } from '../../../src/db.ts';
import { moveInstallation } from '../../../src/domain/moving/moving.ts';
import { tables } from '../../../src/store/copy.ts';
import { isCopyUnderWay } from '../../../src/store/copy-mark.ts';
import { claimJob, releaseJob } from '../../../src/store/job-leases.ts';
import { enqueueJob } from '../../../src/store/jobs.ts';
import {
  activateSmallModel,
  createTestApp,
  customersCsv,
  setUpOrganisation,
  signIn,
} from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { createTestDatabase, isOnPostgres } from '../../helpers/database.ts';
import type { TestDatabase } from '../../helpers/database.ts';
import { scoreFile } from '../../helpers/models.ts';
import { runTasksHere } from '../../helpers/tasks.ts';

describe.skipIf(!isOnPostgres)('moving to PostgreSQL', { timeout: 180_000 }, () => {
  let test: TestApp;
  let folder: string;
  let target: TestDatabase;
  let db: Db;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-moving-'));
    test = await createTestApp({ DATABASE_URL: `sqlite:${join(folder, 'holdfast.db')}` });
    target = await createTestDatabase(folder);
    db = openDatabase(target.url);
  });
  afterEach(async () => {
    await db.destroy();
    await test.close();
    await target.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const move = (copied: (table: { table: string; rows: number }) => void = () => undefined): Promise<void> =>
    moveInstallation(test.context.config, target.url, copied);
  const moveUntil = (last: string): Promise<void> =>
    move(({ table }) => {
      if (table === last) throw new Error('cut off');
    });

  it('copies every table that there is', async () => {
    const stored = await test.context
      .db<{ name: string; type: string }>('sqlite_master')
      .where({ type: 'table' })
      .whereNot('name', 'like', 'sqlite_%')
      .whereNot('name', 'like', 'knex_%')
      // Made by the migrations, as it is.
      .whereNot('name', 'schema_needs')
      .pluck('name');
    expect(tables.map(({ name }) => name).sort()).toEqual(stored.sort());
  });

  it('leaves an installation in use whose pages say the same, and whose next record has a number of its own', async () => {
    await setUpOrganisation(test);
    await activateSmallModel(test);
    const agent = await signIn(test, 'admin');
    await scoreFile(test, agent, customersCsv(40, 3));
    await test.context.db('audit_events').insert({ at: 'x', action: 'a.b', subject: 'nul \0 here' });
    await test.context.db('audit_events').where({ at: 'x' }).delete();
    const counts = new Map<string, number>();
    await move(({ table, rows }) => counts.set(table, rows));
    for (const { name } of tables) {
      const { count } = await test.context.db(name).count({ count: '*' }).first<{ count: number }>();
      expect([name, counts.get(name)]).toEqual([name, count]);
    }

    const config = { ...test.context.config, databaseUrl: target.url };
    const tasks = runTasksHere(config);
    const moved = { ...test, app: createApp({ ...test.context, config, db, tasks }) };
    const again = await signIn(moved, 'admin');
    for (const path of ['/customers', '/analytics', '/models', '/customers.csv', '/batches/1/results']) {
      const [before, after] = [await agent.get(path), await again.get(path)];
      const text = (page: request.Response): string => page.text.replace(/name="_csrf" value="[^"]+"/g, '');
      expect([path, after.status, text(after)]).toEqual([path, 200, text(before)]);
    }
    const newest = async (on: Db): Promise<number> =>
      (await on('audit_events').max({ id: 'id' }).first<{ id: number }>()).id;
    // The number of the event that was deleted is not used again.
    expect(await newest(db)).toBeGreaterThan((await newest(test.context.db)) + 1);
    await tasks.stop();
  });

  it('goes on after it was cut off, and no process starts on half of it', async () => {
    await setUpOrganisation(test);
    await activateSmallModel(test);
    await expect(moveUntil('models')).rejects.toThrow('cut off');
    expect(await isCopyUnderWay(db)).toBe(true);
    expect(await db('models').pluck('id')).toEqual([1]);
    expect(await db('retention_rules').pluck('id')).toEqual([]);
    await move();
    expect(await isCopyUnderWay(db)).toBe(false);
    expect(await db('retention_rules').pluck('id')).not.toEqual([]);
  });

  it('finds what is not the same', async () => {
    await setUpOrganisation(test);
    await expect(moveUntil('users')).rejects.toThrow('cut off');
    await db('users').update({ name: 'Somebody else' });
    await expect(move()).rejects.toThrow('users, id 1: name');
    await db('users').update({ name: 'Ada Admin' });
    await db('audit_events').insert({ id: 99, at: 'x', action: 'a.b', subject: 'not from there' });
    await expect(move()).rejects.toThrow('audit_events has more rows than it should');
    await db('audit_events').where({ id: 99 }).delete();
    await move();
  });

  it('is refused while a job runs, and to a database that is in use', async () => {
    await setUpOrganisation(test);
    await enqueueJob(test.context.db, { kind: 'relabel-risk', payload: {}, subject: 'a', createdBy: null });
    const job = (await claimJob(test.context.db, 'test'))!;
    await expect(move()).rejects.toThrow('A job is running');
    await releaseJob(test.context.db, job, true);
    await db('settings').insert({ key: 'organisation', value: '"Other"', updated_at: '' });
    await expect(move()).rejects.toThrow('in use already');
  });
});
