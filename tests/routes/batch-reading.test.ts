import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeWorkbook from 'write-excel-file/node';
import { paperColumns } from '../../src/domain/sample/files.ts';
import { getBatch } from '../../src/store/batches.ts';
import { activateSmallModel, createTestApp, csrfToken, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { header } from '../helpers/corpus.ts';
import { postForm } from '../helpers/datasets.ts';
import type { Agent } from '../helpers/datasets.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let agent: Agent;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test, paperColumns);
  agent = await signIn(test, 'analyst');
});
afterAll(() => test.close());

type Cell = string | number;
const names = header.split(',');
const customer = (id: string, tenure: number): Cell[] => [
  ...[id, 'Two year', 'No', 'No', 'DSL', 'No'],
  ...[tenure, 20.5, 60],
];
const sheetOf = (rows: Cell[][]) => [names, ...rows].map((row) => row.map((value) => ({ value })));
const workbook = (...sheets: { readonly name: string; readonly rows: Cell[][] | null }[]) =>
  writeWorkbook(
    sheets.map(({ name, rows }) => ({ sheet: name, data: rows === null ? [[null]] : sheetOf(rows) })),
  ).toBuffer();

/** Uploads a file; gives the page that follows and the batch's number. */
async function upload(bytes: Buffer, name: string) {
  const csrf = await csrfToken(agent, '/account');
  const answer = await agent.post('/batches').field('_csrf', csrf).attach('file', bytes, name);
  expect(answer.status, answer.text).toBe(303);
  const next = answer.headers['location']!;
  return { next, id: Number(/\/batches\/(\d+)/.exec(next)![1]) };
}

async function scoredIds(id: number): Promise<string[]> {
  await runJobs(test.context);
  await postForm(agent, `/batches/${id}/scoring`, {});
  await runJobs(test.context);
  const { text } = await agent.get(`/batches/${id}/files/scored.csv`).buffer().expect(200);
  const [columns, ...rows] = parse(text, { bom: true });
  expect(columns).toEqual(expect.arrayContaining([...names, 'churn_probability']));
  return rows.map(([customerId]) => customerId!);
}

const filesOf = async (id: number): Promise<string[]> => {
  const { file } = await getBatch(test.context.db, id);
  return readdirSync(test.context.config.uploadsDir).filter((name) => name.startsWith(file));
};

describe('an Excel workbook', () => {
  it('with one sheet is scored, and comes back as CSV; its name and hash are kept', async () => {
    const bytes = await workbook({ name: 'Customers', rows: [customer('007', 3), customer('b', 4)] });
    const { next, id } = await upload(bytes, 'customers.xlsx');
    expect(next).toMatch(/progress$/);
    expect(await scoredIds(id)).toEqual(['007', 'b']);
    const batch = await getBatch(test.context.db, id);
    expect(batch).toMatchObject({ originalName: 'customers.xlsx', byteSize: bytes.length, state: 'done' });
    expect(batch.sha256).toBe(createHash('sha256').update(bytes).digest('hex'));
  });

  it('with several sheets asks which one to score, and says which it was', async () => {
    const bytes = await workbook(
      { name: 'Notes', rows: null },
      { name: 'January', rows: [customer('jan', 3)] },
      { name: 'February <b>', rows: [customer('feb', 4)] },
    );
    const { next, id } = await upload(bytes, 'months.xlsx');
    expect(next).toBe(`/batches/${id}/reading`);
    const { text } = await agent.get(next).expect(200);
    expect(text).toContain('The workbook has 3 sheets.');
    expect(text).toMatch(
      /<option value="1" selected>January<\/option>\s*<option value="2">February &lt;b&gt;/,
    );
    const chosen = await postForm(agent, next, { sheet: '2', firstLine: '' });
    expect(chosen.headers['location']).toBe(`/batches/${id}/progress`);
    await runJobs(test.context);
    const check = await agent.get(`/batches/${id}/check`).expect(200);
    expect(check.text).toMatch(/<dt>Sheet<\/dt>\s*<dd>February &lt;b&gt; <span[^>]*>\(chosen by you\)/);
    expect(check.text).toContain('Excel workbook (.xlsx)');
    expect(await scoredIds(id)).toEqual(['feb']);
  });

  it('keeps the sheet that was read when another one is empty or missing', async () => {
    const bytes = await workbook({ name: 'A', rows: [customer('a', 3)] }, { name: 'B', rows: null });
    const { next, id } = await upload(bytes, 'two.xlsx');
    const before = await getBatch(test.context.db, id);
    for (const [sheet, message] of [
      ['1', 'The sheet ‘B’ of the workbook is empty.'],
      ['7', 'The workbook has no such sheet.'],
    ] as const) {
      const refused = await postForm(agent, next, { sheet });
      expect(refused.status).toBe(422);
      expect(refused.text).toContain(`<a href="#sheet">${message}`);
    }
    expect(await getBatch(test.context.db, id)).toEqual(before);
    expect((await filesOf(id)).sort()).toEqual([before.file, `${before.file}.original`]);
  });
});

it('a Parquet file is scored as it is stored', async () => {
  const rows = [customer('p1', 3), customer('p2', 4)];
  const columnData = names.map((name, j) => ({
    name,
    data: rows.map((row) => row[j]!),
    type: j < 6 ? ('STRING' as const) : ('DOUBLE' as const),
  }));
  const { next, id } = await upload(Buffer.from(parquetWriteBuffer({ columnData })), 'today.parquet');
  expect(next).toMatch(/progress$/);
  await runJobs(test.context);
  const { text } = await agent.get(`/batches/${id}/check`).expect(200);
  expect(text).toMatch(/<dd>Parquet /);
  expect(text).not.toContain('/reading"');
  await agent.get(`/batches/${id}/reading`).expect(303);
  expect(await scoredIds(id)).toEqual(['p1', 'p2']);
});

describe('a CSV file that was read wrongly', () => {
  const lines = (rows: readonly string[]) => Buffer.from(`${[header, ...rows].join('\n')}\n`);

  it('shows each decision with its reason, and is read again in the way that is chosen', async () => {
    const bytes = Buffer.from(
      `${header.replaceAll(',', '|')}\nÄ|Two year|No|No|DSL|No|3|20,5|60\n`,
      'latin1',
    );
    const { id } = await upload(bytes, 'old.csv');
    await runJobs(test.context);
    const { text } = await agent.get(`/batches/${id}/check`).expect(200);
    expect(text).toMatch(/<dt>Between cells<\/dt>\s*<dd>Vertical bar <span[^>]*>\(divides the rows/);
    expect(text).toMatch(/<dt>Decimal sign<\/dt>\s*<dd>Comma /);
    expect(text).toMatch(
      /<dt>Encoding<\/dt>\s*<dd>Windows-1252 <span[^>]*>\(its characters are not valid UTF-8\)/,
    );
    expect(text).toMatch(/<dt>First line<\/dt>\s*<dd>Column names /);
    const before = await filesOf(id);
    const saved = await postForm(agent, `/batches/${id}/reading`, { decimal: '.', delimiter: 'bar' });
    expect(saved.headers['location']).toBe(`/batches/${id}/progress`);
    await runJobs(test.context);
    const again = await agent.get(`/batches/${id}/check`).expect(200);
    expect(again.text).toMatch(/<dt>Decimal sign<\/dt>\s*<dd>Point <span[^>]*>\(chosen by you\)/);
    const left = readdirSync(test.context.config.uploadsDir).filter((name) => before.includes(name));
    expect(left, 'files of the reading before').toEqual([]);
    const form = await agent.get(`/batches/${id}/reading`).expect(200);
    expect(form.text).toMatch(/<option value="bar" selected>/);
    expect(form.text).toMatch(/<option value="" selected>Detect \(Windows-1252\)/);
  });

  it('shows the form again with what was chosen where the file cannot be read that way', async () => {
    const { id } = await upload(lines(['a,Two year,No,No,DSL,No,3,20,60']), 'plain.csv');
    await runJobs(test.context);
    const refused = await postForm(agent, `/batches/${id}/reading`, { delimiter: 'semicolon', decimal: ',' });
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('<title>Error: How the file is read');
    expect(refused.text).toMatch(/<a href="#firstLine">Only one column was found/);
    expect(refused.text).toMatch(/<option value="semicolon" selected>/);
    expect((await getBatch(test.context.db, id)).state).toBe('checked');
  });

  it('cannot be read again once it is scored, and leaves nothing when it is deleted', async () => {
    const { id } = await upload(lines(['a,Two year,No,No,DSL,No,3,20,60']), 'done.csv');
    await scoredIds(id);
    await agent.get(`/batches/${id}/reading`).expect(303);
    const answer = await postForm(agent, `/batches/${id}/reading`, { delimiter: 'tab' });
    expect([answer.status, answer.text.includes('can no longer be read')]).toEqual([409, true]);
    const { file } = await getBatch(test.context.db, id);
    await postForm(agent, `/batches/${id}/removal`, {});
    expect(readdirSync(test.context.config.uploadsDir).filter((name) => name.startsWith(file))).toEqual([]);
  });
});
