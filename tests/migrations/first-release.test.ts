/**
 * An installation of the first released schema, with the real files that the program of then wrote
 * (tests/fixtures/first-release/make.sh says how), is opened by the program of today: everything is there.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrationNames } from '../../migrations/index.ts';
import { openDatabase } from '../../src/db.ts';
import { convertEarlierScores } from '../../src/domain/batches/earlier-scores.ts';
import { examineInstallation } from '../../src/domain/doctor/doctor.ts';
import { healInterrupted } from '../../src/domain/jobs/interrupted.ts';
import { getSettings } from '../../src/store/settings.ts';
import { createTestApp, csrfToken, customersCsv, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { isOnPostgres } from '../helpers/database.ts';
import type { Agent } from '../helpers/datasets.ts';
import { runJobs } from '../helpers/work.ts';

type Row = Readonly<Record<string, string>>;

const folder = mkdtempSync(join(tmpdir(), 'holdfast-first-'));
const fixture = join(import.meta.dirname, '../fixtures/first-release/installation.tar.gz');

// The first releases had SQLite only.
describe.skipIf(isOnPostgres)('an installation of the first release', () => {
  let test: TestApp;
  let agent: Agent;
  let migrationsBefore: string[];
  beforeAll(async () => {
    expect(spawnSync('tar', ['-xzf', fixture, '-C', folder]).status).toBe(0);
    const url = `sqlite:${join(folder, 'holdfast.db')}`;
    const before = openDatabase(url);
    migrationsBefore = await before<{ name: string }>('knex_migrations').pluck('name');
    await before.destroy();
    test = await createTestApp({
      DATABASE_URL: url,
      MODELS_DIR: join(folder, 'models'),
      UPLOADS_DIR: join(folder, 'uploads'),
    });
    // What every start does with a database of an earlier version.
    await convertEarlierScores(test.context);
    await healInterrupted(test.context.db);
    agent = await signIn(test, 'admin');
  });
  afterAll(async () => {
    await test.close();
    rmSync(folder, { recursive: true });
  });

  const pageOf = async (path: string): Promise<string> => (await agent.get(path).expect(200)).text;
  const rowsOf = (text: string): Row[] => parse(text, { bom: true, columns: true });

  it('had one migration, and has them all', async () => {
    expect(migrationsBefore).toEqual(['2026-11-20-initial']);
    expect((await test.context.db('knex_migrations').pluck('name')).sort()).toEqual(
      [...migrationNames].sort(),
    );
  });

  it('has its people, settings and audit log', async () => {
    expect(await getSettings(test.context.db)).toMatchObject({
      organisation: 'Northwind',
      currency: 'EUR',
      mediumFrom: 0.25,
      highFrom: 0.55,
    });
    expect(await pageOf('/admin/users')).toContain('ada@example.com');
    expect(await pageOf('/admin/audit')).toContain('Ada Admin');
  });

  it('has its file with the probabilities of then, to look at and to download', async () => {
    const before = rowsOf(readFileSync(join(folder, 'scored.csv'), 'utf8'));
    const after = rowsOf(await pageOf('/batches/1/files/scored.csv'));
    const figures = (rows: readonly Row[]) =>
      rows.map((row) => [row['customerID'], Number(row['churn_probability'])]);
    expect(before).toHaveLength(40);
    expect(figures(after)).toEqual(figures(before));
    expect(await pageOf('/batches/1/results')).toContain('customers.csv');
  });

  it('lists every customer, those of the file and the one of the form, and explains each', async () => {
    const customers = rowsOf(await pageOf('/customers.csv'));
    expect(customers).toHaveLength(41);
    const page = await pageOf('/customers');
    const [, first] = /href="(\/customers\/\d[^"?]*)"/.exec(page)!;
    expect(await pageOf(first!)).toContain('Reasons');
  });

  it('scores a further file with its model', async () => {
    expect(await pageOf('/models/1')).toContain('Small');
    const _csrf = await csrfToken(agent, '/account');
    await agent
      .post('/batches')
      .field('_csrf', _csrf)
      .field('scoreAtOnce', 'yes')
      .attach('file', Buffer.from(customersCsv(10, 5)), 'more.csv')
      .expect(303);
    await runJobs(test.context);
    expect(rowsOf(await pageOf('/batches/2/files/scored.csv'))).toHaveLength(10);
  });

  it('is in order', async () => {
    const findings = await examineInstallation(test.context.config, () => undefined);
    expect(findings.filter(({ check, state }) => state === 'problem' && check !== 'disk')).toEqual([]);
  });
});
