/** Queries on a database of the company: their rows become a file or a dataset, and nothing is written there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextRunOf, startDueQueries } from '../../src/domain/warehouse/schedule.ts';
import { getBatch } from '../../src/store/batches.ts';
import type { BatchRecord } from '../../src/store/batches.ts';
import { getDataset } from '../../src/store/datasets.ts';
import { listJobs, listOpenJobs } from '../../src/store/jobs.ts';
import { getQuery } from '../../src/store/queries.ts';
import type { QueryRecord } from '../../src/store/queries.ts';
import { activateSmallModel, createTestApp, customersCsv } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { createTable, hasPostgres, startWarehouse, warehouseSettings } from '../helpers/warehouse.ts';
import type { TestWarehouse } from '../helpers/warehouse.ts';
import { runJobs } from '../helpers/work.ts';

const customers = customersCsv(300, 11);
const dayMs = 86_400_000;

describe.skipIf(!hasPostgres)('queries', () => {
  let warehouse: TestWarehouse;
  const test = openSite('admin', warehouseSettings);
  const { post, pageOf } = test;
  /** Numbers of the connections of the reader and of the writer. */
  let reader: string;
  let writer: string;
  beforeAll(async () => {
    warehouse = await startWarehouse();
    await createTable(warehouse, 'customers', customers);
    await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
    reader = await connect();
    writer = await connect({ name: 'Writer', username: 'writer', password: 'write it' });
  });
  afterAll(() => warehouse.stop());

  const numberIn = (address: unknown): string => /\d+/.exec(String(address))?.[0] ?? '';
  const connect = async (change: Record<string, string> = {}): Promise<string> => {
    const answer = await post('/settings/connections', warehouse.form(change)).expect(303);
    return numberIn(answer.headers['location']);
  };
  /** Starts the first run; `runJobs` does it. */
  const create = async (statement: string, change: Record<string, string> = {}): Promise<number> => {
    const form = { name: 'All customers', connection: reader, statement, ...change };
    const answer = await post('/queries', form).expect(303);
    return Number(numberIn(answer.headers['location']));
  };
  const ran = async (statement: string, change: Record<string, string> = {}): Promise<QueryRecord> => {
    const id = await create(statement, change);
    await runJobs(test.context);
    return getQuery(test.context.db, id);
  };
  const batchOf = ({ batchId }: QueryRecord): Promise<BatchRecord> => getBatch(test.context.db, batchId!);
  const fileOf = async (query: QueryRecord): Promise<string> =>
    readFileSync(join(test.context.config.uploadsDir, (await batchOf(query)).file), 'utf8');
  /** Lines in an order of their own: a table has none. */
  const scoresOf = async (id: number): Promise<string[]> =>
    (await test.agent.get(`/batches/${id}/files/scored.csv`).expect(200)).text.split('\r\n').sort();

  describe('whose rows are scored', () => {
    it('give the scores that a file with the same rows gets', async () => {
      const query = await ran('SELECT * FROM customers', { scoreAtOnce: 'yes' });
      const uploaded = await test.scoreAtOnce(customers);
      expect(await batchOf(query)).toMatchObject({ state: 'done', scoredCount: 300 });
      expect(await scoresOf(query.batchId!)).toEqual(await scoresOf(uploaded));
    });

    it('go the way of a file: the columns are matched next', async () => {
      const query = await ran('SELECT * FROM customers LIMIT 20;');
      expect(query).toMatchObject({ state: 'done', rowCount: 20 });
      const answer = await test.agent.get(`/queries/${query.id}?then=open`).expect(303);
      expect(answer.headers['location']).toBe(`/batches/${String(query.batchId)}`);
      expect((await batchOf(query)).state).toBe('uploaded');
    });

    it('say so where the columns of the model are missing, and wait for a person', async () => {
      const query = await ran('SELECT "customerID", tenure FROM customers', { scoreAtOnce: 'yes' });
      expect(query.state).toBe('failed');
      expect(await pageOf(`/queries/${query.id}`)).toContain(
        'Some columns of the active model are not among',
      );
      expect((await batchOf(query)).state).toBe('uploaded');
    });
  });

  it('writes every cell as it is', async () => {
    const query =
      await ran(`SELECT 'a "quoted", text' AS "quoted name", E'two\\nlines' AS lines, 'Zoë 東京 🙂' AS unicode,
      NULL AS empty, DATE '2024-02-29' AS day, TIMESTAMPTZ '2024-02-29 12:30:00.5+02' AS moment, 12345678901234567.890 AS exact,
      0.1::float8 + 0.2 AS float, 'NaN'::numeric AS none, true AS yes, '=1+1' AS formula, ARRAY[1, 2] AS list`);
    expect(await fileOf(query)).toBe(
      'quoted name,lines,unicode,empty,day,moment,exact,float,none,yes,formula,list\n' +
        '"a ""quoted"", text","two\nlines",Zoë 東京 🙂,,2024-02-29,2024-02-29T10:30:00.5Z,12345678901234567.890,' +
        '0.30000000000000004,,true,=1+1,"{1,2}"\n',
    );
  });

  it.each([
    ['no right', 'SELECT * FROM secret', 'The user of this connection lacks the right to do this.'],
    [
      'no such table',
      'SELECT *\nFROM nothing',
      'There is no such table, or the user of this connection cannot see it. (Line 2 of the query.)',
    ],
    ['no such column', 'SELECT name\nFROM customers', 'There is no such column. (Line 1 of the query.)'],
    [
      'wrong syntax',
      'SELEKT 1',
      'The syntax is wrong, or this is more than one statement. (Line 1 of the query.)',
    ],
    [
      'two statements',
      'SELECT 1; DROP TABLE customers',
      'The syntax is wrong, or this is more than one statement.',
    ],
    [
      'a statement that writes',
      'DELETE FROM customers',
      'The syntax is wrong, or this is more than one statement. (Line 1 of the query.)',
    ],
    [
      'a query that writes',
      'WITH gone AS (DELETE FROM customers RETURNING *) SELECT * FROM gone',
      'The server cannot do this in a query that only reads.',
    ],
    ['a function that writes', "SELECT nextval('numbers')", 'The query would write. Queries may only read.'],
    [
      'a long wait',
      'SELECT pg_sleep(30)',
      'The server ended it, because it took longer than WAREHOUSE_TIMEOUT_SECONDS allows.',
    ],
    [
      'the same name twice',
      'SELECT 1 AS a, 2 AS a',
      'These columns occur more than once in the header: a. Give each its own name.',
    ],
    ['no rows', 'SELECT * FROM customers WHERE false', 'The query gives no rows.'],
  ])('names %s, without the statement, and writes nothing', async (_what, statement, words) => {
    await warehouse.run('CREATE SEQUENCE IF NOT EXISTS numbers; GRANT ALL ON numbers, customers TO reader');
    const query = await ran(statement);
    expect(query).toMatchObject({ state: 'failed', error: words, batchId: null });
    const [job] = await listJobs(test.context.db, 1);
    expect(job).toMatchObject({ state: 'failed', error: words });
    const [row] = await warehouse.run(
      'SELECT count(*)::int AS count, nextval($1)::int AS next FROM customers',
      ['numbers'],
    );
    expect(row).toMatchObject({ count: 300 });
  });

  it('cannot leave the transaction that only reads', async () => {
    await warehouse.run(`CREATE OR REPLACE FUNCTION leave() RETURNS int LANGUAGE plpgsql AS $$
      BEGIN PERFORM set_config('transaction_read_only', 'off', true); DELETE FROM customers; RETURN 1; END $$`);
    const { state } = await ran('SELECT leave()');
    expect(state).toBe('failed');
    expect(await warehouse.run('SELECT count(*)::int AS count FROM customers')).toEqual([{ count: 300 }]);
  });

  it('begins again where the connection is lost in the middle, and gives every row once', async () => {
    const id = await create(`SELECT g AS id, pg_sleep(0.2)::text AS nothing FROM generate_series(1, 4) AS g`);
    const running = runJobs(test.context);
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'Holdfast' AND query LIKE 'FETCH%'`;
    while ((await warehouse.run(end)).length === 0) await pause(20);
    await running;
    const query = await getQuery(test.context.db, id);
    expect(query).toMatchObject({ state: 'done', rowCount: 4 });
    expect(await fileOf(query)).toBe('id,nothing\n1,\n2,\n3,\n4,\n');
  });

  it('can be cancelled, and leaves nothing behind', async () => {
    const before = readdirSync(test.context.config.uploadsDir);
    const id = await create(
      'WITH RECURSIVE n (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM n WHERE id < 100000000) SELECT id FROM n',
    );
    const running = runJobs(test.context);
    while (!(await listJobs(test.context.db, 1))[0]?.stage) await pause(20);
    expect(await pageOf(`/queries/${id}`)).toContain('rows so far');
    await post(`/queries/${id}/cancellation`).expect(303);
    await running;
    expect((await getQuery(test.context.db, id)).state).toBe('cancelled');
    expect(readdirSync(test.context.config.uploadsDir)).toEqual(before);
  });

  it('ends a query that gives more than an upload may have', async () => {
    const small = await createTestApp({
      ...warehouseSettings,
      DATABASE_URL: test.context.config.databaseUrl,
      MAX_UPLOAD_MB: '1',
    });
    const id = await create("SELECT repeat('x', 1000) AS text FROM generate_series(1, 2000)");
    await runJobs(small.context);
    const { state, error } = await getQuery(test.context.db, id);
    expect([state, error]).toEqual(['failed', expect.stringContaining('more than 1 MB')]);
    await small.context.db.destroy();
  });

  it('gives a dataset, and with each further run its next version', async () => {
    const change = { for: 'dataset', kind: 'customers', name: 'From the warehouse' };
    const first = await ran('SELECT * FROM customers', change);
    expect(await getDataset(test.context.db, first.datasetId!)).toMatchObject({
      state: 'ready',
      rowCount: 300,
      version: 1,
    });
    await post(`/queries/${first.id}/run`).expect(303);
    await runJobs(test.context);
    const second = await getQuery(test.context.db, first.id);
    expect(await getDataset(test.context.db, second.datasetId!)).toMatchObject({
      name: 'From the warehouse',
      version: 2,
    });
  });

  describe('with a schedule', () => {
    const daily = { repeats: 'daily', atTime: '06:00', writeConnection: '', writeTable: 'analytics.nightly' };
    /** As if it had been set up two days ago. */
    const age = (id: number) =>
      test.context
        .db('queries')
        .where({ id })
        .update({ scheduled_from: new Date(Date.now() - 2 * dayMs).toISOString() });

    it('run once for what was missed, are scored with the active model, and written to their table', async () => {
      const { id } = await ran('SELECT * FROM customers', { ...daily, writeConnection: writer });
      await startDueQueries(test.context.db);
      expect(await listOpenJobs(test.context.db)).toEqual([]);
      await age(id);
      await Promise.all([startDueQueries(test.context.db), startDueQueries(test.context.db)]);
      expect(await listOpenJobs(test.context.db)).toHaveLength(1);
      await runJobs(test.context);
      const query = await getQuery(test.context.db, id);
      expect(nextRunOf(query, 'UTC')).toBeGreaterThan(Date.now());
      expect(
        await warehouse.run('SELECT DISTINCT batch::int FROM analytics.nightly ORDER BY batch'),
      ).toHaveLength(2);
      expect(await pageOf('/queries')).toContain('300 scores written to analytics.nightly.');
      await post(`/queries/${id}/removal`).expect(303);
    });

    it('wait for their next time while a run is under way', async () => {
      const id = await create('SELECT * FROM customers', { ...daily, writeConnection: writer });
      await age(id);
      await startDueQueries(test.context.db);
      expect(await listOpenJobs(test.context.db)).toHaveLength(1);
      expect(nextRunOf(await getQuery(test.context.db, id), 'UTC')).toBeGreaterThan(Date.now());
      await post(`/queries/${id}/run`).expect(409);
      await runJobs(test.context);
      await post(`/queries/${id}/removal`).expect(303);
    });

    it('say why a run failed, and try again at their next time', async () => {
      const { id } = await ran('SELECT * FROM customers', { ...daily, writeConnection: reader });
      expect(await pageOf(`/queries/${id}`)).toContain(
        'Not written to analytics.nightly: The user of this connection lacks',
      );
      expect(nextRunOf(await getQuery(test.context.db, id), 'UTC')).toBeGreaterThan(Date.now());
      await post(`/queries/${id}`, { ...daily, name: 'Later', writeTable: '', repeats: 'never' }).expect(303);
      expect(nextRunOf(await getQuery(test.context.db, id), 'UTC')).toBeNull();
    });
  });

  it('names every field of the form that is wrong', async () => {
    const answer = await post('/queries', {
      ...{ name: '', connection: '', statement: ' ' },
      writeConnection: writer,
      writeTable: 'scores',
      repeats: 'daily',
      atTime: '25:00',
    });
    expect(answer.status).toBe(422);
    for (const words of [
      'Give the query a name.',
      'Choose a connection.',
      'Enter a SELECT statement.',
      'Enter schema and table',
      'Enter a time of day',
    ])
      expect(answer.text).toContain(words);
  });

  it('keep their connection from being removed', async () => {
    const answer = await post(`/settings/connections/${reader}/removal`).expect(409);
    expect(answer.text).toContain('These queries use this connection');
  });
});
