import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listEvents } from '../../src/store/audit.ts';
import { getDataset } from '../../src/store/datasets.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { bankCsv } from '../helpers/bank.ts';
import { uploadDataset, errorsOf, postForm } from '../helpers/datasets.ts';
import type { Agent, Fields } from '../helpers/datasets.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let agent: Agent;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  agent = await signIn(test, 'analyst');
});
afterAll(() => test.close());

const page = async (path: string) => (await agent.get(path).expect(200)).text;
const stored = (id: number) => getDataset(test.context.db, id);

describe('the step Columns', () => {
  let dataset: Dataset;
  beforeAll(async () => {
    dataset = await uploadDataset(test, agent, bankCsv(300, 3));
  });
  const at = (name: string): number => dataset.columns.findIndex((column) => column.name === name);
  /** Saves, and lets the columns be read anew where that is needed. */
  const save = async (fields: Fields) => {
    const answer = await postForm(agent, `/datasets/${dataset.id}/columns`, { page: '1', ...fields });
    await runJobs(test.context);
    return answer;
  };
  const column = async (name: string) => (await stored(dataset.id)).columns[at(name)];

  it('shows what was detected, with names, limits and policies to add', async () => {
    const text = await page(`/datasets/${dataset.id}/columns`);
    for (const { name } of dataset.columns) expect(text).toContain(`aria-label="Use of ${name}"`);
    expect(text).toContain(`id="min_${at('Age')}"`);
    expect(text).not.toContain(`id="min_${at('Geography')}"`);
    expect(text).toContain('more than 100 different values');
  });

  it('stores what is confirmed, records it, and shows it again', async () => {
    const [age, balance, salary] = [at('Age'), at('Balance'), at('EstimatedSalary')];
    const answer = await save({
      name: 'Bank 2026',
      [`title_${age}`]: 'Age in years',
      [`unit_${age}`]: 'years',
      [`min_${age}`]: '18',
      [`max_${age}`]: '99,5',
      [`missing_${age}`]: 'refuse',
      [`outOfRange_${age}`]: 'clip',
      [`actionable_${at('NumOfProducts')}`]: 'yes',
      [`role_${balance}`]: 'ignored',
      [`role_${salary}`]: 'value',
    });
    expect([answer.status, answer.headers['location']]).toEqual([303, `/datasets/${dataset.id}/label`]);
    expect(await column('Age')).toMatchObject({
      title: 'Age in years',
      unit: 'years',
      allowed: { min: 18, max: 99.5 },
      role: 'feature',
      policy: { missing: 'refuse', unseen: 'use', outOfRange: 'clip' },
    });
    expect((await column('NumOfProducts'))?.actionable).toBe(true);
    expect((await column('Balance'))?.role).toBe('ignored');
    expect((await column('EstimatedSalary'))?.role).toBe('value');
    expect((await column('Geography'))?.policy).toBeUndefined();
    const { name, confirmedAt } = await stored(dataset.id);
    expect([name, confirmedAt]).toEqual(['Bank 2026', expect.any(String)]);

    const text = await page(`/datasets/${dataset.id}/columns`);
    expect(text).toContain('value="Age in years"');
    expect(text).toContain(`id="max_${age}" name="max_${age}" inputmode="decimal" value="99.5"`);
    const filter = { action: 'dataset.columns-confirmed', userId: null, from: null, to: null };
    const [event] = await listEvents(test.context.db, filter, 1, 0);
    const [before, after] = [event!.before, event!.after].map((text) => JSON.parse(text!) as unknown);
    expect(before).toMatchObject({ Balance: 'feature, number' });
    expect(after).toMatchObject({ Balance: 'ignored, number' });
  });

  it('lists all errors at once in the order of the page, and keeps what was typed', async () => {
    const before = await stored(dataset.id);
    const [age, tenure] = [at('Age'), at('Tenure')];
    const { status, text } = await save({
      name: ' ',
      [`min_${age}`]: 'young',
      [`max_${age}`]: 'old',
      [`unit_${age}`]: 'winters',
      [`min_${tenure}`]: '9',
      [`max_${tenure}`]: '1',
      [`title_${tenure}`]: 'x'.repeat(101),
      [`type_${tenure}`]: 'colour',
      [`role_${at('Surname')}`]: 'feature',
      [`role_${at('Geography')}`]: 'value',
      [`missing_${age}`]: 'guess',
    });
    expect(status).toBe(422);
    expect(errorsOf(text)).toEqual([
      'Give the dataset a name.',
      'Surname is free text and cannot be an input. Exclude it, or change its type to category.',
      'Geography can only be the monthly revenue if its type is number.',
      'Age: enter a number such as 12.5, or leave the limit blank.',
      'Age: enter a number such as 12.5, or leave the limit blank.',
      'Age: choose one of the options.',
      'Tenure: choose one of the options.',
      'Tenure: use at most 100 characters.',
      'Tenure: the lowest allowed value is above the highest.',
      'Only one column can be the monthly revenue. Change the use of one of these: Geography, EstimatedSalary.',
    ]);
    for (const typed of ['young', 'old', 'winters']) expect(text).toContain(`value="${typed}"`);
    expect(await stored(dataset.id)).toEqual(before);
  });

  it('allows one customer ID only', async () => {
    const { status, text } = await save({ name: 'Bank', [`role_${at('RowNumber')}`]: 'identifier' });
    expect(status).toBe(422);
    expect(errorsOf(text)).toEqual([
      'Only one column can be the customer ID. Change the use of one of these: RowNumber, CustomerId.',
    ]);
    expect((await column('RowNumber'))?.role).toBe('ignored');
  });

  it('lets free text be excluded, or become a category that is an input', async () => {
    const surname = at('Surname');
    expect(
      (await save({ name: 'Bank', [`type_${surname}`]: 'text', [`role_${surname}`]: 'ignored' })).status,
    ).toBe(303);
    expect(
      (await save({ name: 'Bank', [`type_${surname}`]: 'category', [`role_${surname}`]: 'feature' })).status,
    ).toBe(303);
    expect(await column('Surname')).toMatchObject({ type: 'category', role: 'feature' });
  });

  it('changes nothing for a form without fields', async () => {
    const before = await stored(dataset.id);
    expect((await save({})).status).toBe(303);
    const after = await stored(dataset.id);
    const uses = ({ columns }: Dataset) => columns.map(({ name, role, type }) => [name, role, type]);
    expect(uses(after)).toEqual(uses(before));
    expect(after.name).toBe(before.name);
  });
});

describe('more than a hundred columns', () => {
  it('are confirmed over two pages, and each page keeps the other', async () => {
    const names = Array.from({ length: 104 }, (_, j) => `f${j}`);
    const rows = Array.from({ length: 60 }, (_, row) =>
      [row, ...names.map((_name, j) => (row * (j + 3)) % 17), row % 4 === 0 ? 'Yes' : 'No'].join(','),
    );
    const csv = `${['id', ...names, 'Churn'].join(',')}\n${rows.join('\n')}\n`;
    const { id } = await uploadDataset(test, agent, csv, 'wide.csv');
    const [first, second] = [
      await page(`/datasets/${id}/columns`),
      await page(`/datasets/${id}/columns?page=2`),
    ];
    expect(first).toContain('Columns 1 to 100 of 106');
    expect(first).toContain('name="role_99"');
    expect(first).not.toContain('name="role_100"');
    expect(second).toContain('Columns 101 to 106 of 106');
    expect(second).not.toContain('name="role_99"');
    for (const strange of ['0', '3', 'x', '1e9']) await page(`/datasets/${id}/columns?page=${strange}`);

    const one = await postForm(agent, `/datasets/${id}/columns`, {
      page: '1',
      name: 'Wide',
      role_0: 'identifier',
      role_5: 'ignored',
    });
    expect(one.headers['location']).toBe(`/datasets/${id}/columns?page=2`);
    // The columns are read anew; the page after them waits for it and keeps its place.
    const waiting = await agent.get(`/datasets/${id}/columns?page=2`);
    expect(waiting.headers['location']).toBe(`/datasets/${id}?next=columns&page=2`);
    await runJobs(test.context);
    const ready = await agent.get(waiting.headers['location']!);
    expect(ready.headers['location']).toBe(`/datasets/${id}/columns?page=2`);
    const two = await postForm(agent, `/datasets/${id}/columns`, { page: '2', role_101: 'ignored' });
    await runJobs(test.context);
    expect(two.headers['location']).toBe(`/datasets/${id}/label`);
    const { name, columns } = await stored(id);
    expect([name, columns[5]!.role, columns[101]!.role]).toEqual(['Wide', 'ignored', 'ignored']);

    const clash = await postForm(agent, `/datasets/${id}/columns`, { page: '2', role_102: 'identifier' });
    expect(clash.status).toBe(422);
    expect(errorsOf(clash.text)).toEqual([
      'Only one column can be the customer ID. Change the use of one of these: id, f101.',
    ]);
  });
});

describe('a number that is made a category', () => {
  it('has levels from then on, and can be the churn label', async () => {
    const rows = Array.from({ length: 120 }, (_, row) => `c${row},${20 + (row % 40)},${1 + (row % 3)}`);
    const { id } = await uploadDataset(test, agent, `id,age,status\n${rows.join('\n')}\n`);
    expect((await stored(id)).columns[2]).toMatchObject({ type: 'number', levels: [] });
    await postForm(agent, `/datasets/${id}/columns`, { page: '1', type_2: 'category' });
    await runJobs(test.context);
    expect([...(await stored(id)).columns[2]!.levels].sort()).toEqual(['1', '2', '3']);
    const level = (await stored(id)).columns[2]!.levels.indexOf('3');
    await postForm(agent, `/datasets/${id}/label`, { how: 'column', choice: `2:${level}` });
    await runJobs(test.context);
    const { label, profile } = await stored(id);
    expect(label).toEqual({ kind: 'column', column: 'status', positive: '3' });
    expect((profile as { positiveRate: number }).positiveRate).toBeCloseTo(1 / 3, 12);
  });
});
