/** The scores of a file, written to a table of the company: each row once, whatever happens on the way. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eraseEverywhere } from '../../src/domain/erasure/erasure.ts';
import { writeBatch } from '../../src/domain/warehouse/score-writes.ts';
import { listScoreWrites } from '../../src/store/score-writes.ts';
import type { ScoreWrite } from '../../src/store/score-writes.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';
import { hasPostgres, startWarehouse, warehouseSettings } from '../helpers/warehouse.ts';
import type { TestWarehouse } from '../helpers/warehouse.ts';
import { runJobs } from '../helpers/work.ts';

/** A customer ID with everything that has a meaning in COPY. */
const oddId = 'a\\b"c\'d, Zoë 東京';
const [header = '', first = '', ...others] = customersCsv(50, 3).trim().split('\n');
const customers = [
  header,
  `"${oddId.replaceAll('"', '""')}",${first.split(',').slice(1).join(',')}`,
  ...others,
].join('\n');

describe.skipIf(!hasPostgres)('scores', () => {
  let warehouse: TestWarehouse;
  const test = openSite('admin', warehouseSettings);
  const { post } = test;
  let connections: { reader: string; writer: string };
  beforeAll(async () => {
    warehouse = await startWarehouse();
    await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
    connections = {
      reader: await connect({}),
      writer: await connect({ username: 'writer', password: 'write it' }),
    };
  });
  afterAll(() => warehouse.stop());
  beforeEach(() => warehouse.run('DROP TABLE IF EXISTS analytics.scores'));

  const connect = async (change: Record<string, string>): Promise<string> => {
    const answer = await post('/settings/connections', warehouse.form(change)).expect(303);
    return /\d+$/.exec(String(answer.headers['location']))?.[0] ?? '';
  };
  const score = (csv = customers): Promise<number> => test.scoreAtOnce(csv);
  const ask = (batch: number, change: Record<string, string> = {}) =>
    post(`/batches/${batch}/table`, { connection: connections.writer, table: 'analytics.scores', ...change });
  const write = async (batch: number, change: Record<string, string> = {}): Promise<ScoreWrite> => {
    await ask(batch, change).expect(303);
    await runJobs(test.context);
    return (await listScoreWrites(test.context.db, batch))[0]!;
  };
  const rows = () => warehouse.run('SELECT *, batch::int AS batch FROM analytics.scores');

  it('stand in the table with reasons, action, model and time', async () => {
    const batch = await score();
    expect(await write(batch)).toMatchObject({ state: 'done', rowCount: 50 });
    const written = await rows();
    expect(written).toHaveLength(50);
    const odd = written.find(({ customer }) => customer === oddId);
    expect(odd).toMatchObject({ model: 'v1 Small', batch, scored_at: expect.any(Date) as Date });
    expect(['low', 'medium', 'high']).toContain(odd?.['risk_level']);
    expect(odd?.['reasons']).toMatch(/risk by .*; .*risk by/);
    const { text } = await test.agent.get(`/batches/${batch}/files/scored.csv`).expect(200);
    for (const { churn_probability: probability } of written)
      expect(text).toContain(`,${String(probability)},`);
    expect((await test.agent.get(`/batches/${batch}/table`)).text).toContain(
      '50 scores written to analytics.scores.',
    );
  });

  it('take the place of what was written of the same file, and leave those of others', async () => {
    const [one, other] = [await score(), await score()];
    for (const batch of [one, other, one]) await write(batch);
    const written = await rows();
    for (const batch of [one, other])
      expect(written.filter((row) => row['batch'] === batch)).toHaveLength(50);
  });

  it('are written wholly or not at all: what is cut off leaves the table as it was, and goes on to the end', async () => {
    const batch = await score();
    await write(batch);
    const before = await rows();
    await ask(batch).expect(303);
    const [asked] = await listScoreWrites(test.context.db, batch);
    const killWriter = async (done: number): Promise<void> => {
      if (done === 0) return;
      const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'Holdfast'`;
      await warehouse.run(end);
    };
    await expect(writeBatch(test.context, asked!.id, killWriter)).rejects.toThrow('lost');
    expect(await rows()).toEqual(before);
    await runJobs(test.context);
    expect(await rows()).toHaveLength(50);
    expect((await listScoreWrites(test.context.db, batch))[0]).toMatchObject({ state: 'done', rowCount: 50 });
  });

  it('are written once by two workers at once', async () => {
    const batch = await score();
    const { id } = await write(batch);
    const now = (): Promise<void> => Promise.resolve();
    await Promise.all([writeBatch(test.context, id, now), writeBatch(test.context, id, now)]);
    expect(await rows()).toHaveLength(50);
  });

  it('do not hold customers who were erased', async () => {
    const batch = await score();
    await eraseEverywhere(test.context, oddId);
    expect(await write(batch)).toMatchObject({ state: 'done', rowCount: 49 });
  });

  it.each([
    ['the user may not write', { connection: 'reader' }, 'The table does not exist and cannot be created.'],
    ['there is no such schema', { table: 'nowhere.scores' }, 'There is no such schema.'],
    ['the table has other columns', { table: 'analytics.other' }, 'There is no such column.'],
    [
      'a column has another type',
      { table: 'analytics.typed' },
      'A value does not fit the type of its column.',
    ],
  ])('say why they are not written: %s', async (_what, change, words) => {
    await warehouse.run(`SET ROLE writer; CREATE TABLE IF NOT EXISTS analytics.other (id int);
      CREATE TABLE IF NOT EXISTS analytics.typed (customer int, churn_probability float8, risk_level text, reasons text,
        action text, model text, scored_at timestamptz, batch bigint); RESET ROLE`);
    const { connection } = { connection: 'writer', ...change } as { connection: keyof typeof connections };
    const written = await write(await score(), { ...change, connection: connections[connection] });
    expect(written).toMatchObject({ state: 'failed', error: expect.stringContaining(words) as string });
  });

  it.each(['scores', 'a.b.c', 'analytics.', 'analytics.scores; DROP TABLE x', 'analytics."sco"res"'])(
    'are not written to %s, which names no table',
    async (table) => {
      const answer = await ask(await score(), { table }).expect(422);
      expect(answer.text).toContain('Enter schema and table, such as analytics.churn_scores.');
    },
  );

  it('go to a table with an odd name, quoted as in SQL', async () => {
    const table = '"analytics"."Odd ""name"""';
    expect(await write(await score(), { table })).toMatchObject({ state: 'done', rowCount: 50 });
    expect(await warehouse.run(`SELECT 1 FROM ${table}`)).toHaveLength(50);
  });

  it('of a file without a customer ID are not offered', async () => {
    const lines = customers.split('\n').map((line) => line.replace(/^("([^"]|"")*"|[^,]*),/, ''));
    const batch = await score(lines.join('\n'));
    expect((await test.agent.get(`/batches/${batch}/table`)).text).toContain('This file has no customer ID');
    expect(await write(batch)).toMatchObject({ state: 'failed' });
  });
});
