import { stringify } from 'csv-stringify/sync';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { horizonsOf } from '../../src/domain/datasets/customers-from-transactions/building.ts';
import type { DatasetProfile } from '../../src/domain/datasets/profile/profile.ts';
import {
  sampleTransactions,
  transactionColumns,
} from '../../src/domain/datasets/customers-from-transactions/sample.ts';
import { listEvents } from '../../src/store/audit.ts';
import { getDataset, listDatasets } from '../../src/store/datasets.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { bankCsv } from '../helpers/bank.ts';
import { uploadDataset, errorsOf, postForm } from '../helpers/datasets.ts';
import type { Agent, Fields } from '../helpers/datasets.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let agent: Agent;
let purchases: Dataset;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  agent = await signIn(test, 'analyst');
  const { cells } = sampleTransactions(200, 4);
  const rows = cells[0]!.map((_, row) => cells.map((column) => column[row]!));
  const csv = stringify([[...transactionColumns], ...rows]);
  purchases = await uploadDataset(test, agent, csv, 'purchases.csv', { kind: 'transactions' });
});
afterAll(() => test.close());

const path = () => `/datasets/${purchases.id}/customers`;
const page = async (at = path()) => (await agent.get(at).expect(200)).text;
const options = {
  customer: 'CustomerID',
  date: 'Date',
  amount: 'Amount',
  category: 'Category',
  horizonDays: '60',
  cutoff: '',
  activeDays: '',
};
const build = (change: Fields = {}) => postForm(agent, path(), { ...options, ...change });

describe('a table of transactions', () => {
  it('has no churn label, and its columns are guessed', async () => {
    expect(purchases).toMatchObject({ kind: 'transactions', state: 'ready', label: null });
    const text = await page();
    for (const name of ['CustomerID', 'Date', 'Amount'])
      expect(text).toMatch(new RegExp(`<option value="${name}" selected`));
    expect(text).toMatch(/name="horizonDays"[^>]*value="60"/);
    expect(await page(`/datasets/${purchases.id}`)).not.toContain('Who left</span>');
    await agent.get(`/datasets/${purchases.id}/current.csv`).expect(404);
  });

  it('is confirmed on the way to its customers, not to a label', async () => {
    const answer = await postForm(agent, `/datasets/${purchases.id}/columns`, { page: '1' });
    expect(answer.headers['location']).toBe(path());
  });

  it('compares horizons in a job', async () => {
    const answer = await postForm(agent, `${path()}/comparison`, options);
    expect([answer.status, answer.headers['location']]).toEqual([303, `${path()}#comparison`]);
    expect(await page()).toContain('Comparing. This takes');
    await runJobs(test.context);
    const { result } = horizonsOf(await getDataset(test.context.db, purchases.id))!;
    expect(result!.choices.map(({ days }) => days)).toEqual([30, 45, 60, 90]);
    // A longer period without a purchase makes fewer customers count as having left.
    const left = result!.choices.map(({ leftCount }) => leftCount);
    expect(left).toEqual([...left].sort((a, b) => b - a));
    expect(await page()).toContain('Suggested');
  });

  it('that cannot be compared says why', async () => {
    await postForm(agent, `${path()}/comparison`, { ...options, date: 'Category' });
    await runJobs(test.context);
    expect(await page()).toMatch(/notice-warning">[^<]*Category/);
  });
});

describe('the form', () => {
  it('lists all errors at once and keeps what was typed', async () => {
    const before = (await listDatasets(test.context.db)).length;
    const { status, text } = await build({
      customer: '',
      date: '',
      amount: '',
      horizonDays: 'two months',
      activeDays: '0',
    });
    expect(status).toBe(422);
    expect(errorsOf(text)).toEqual([
      'Choose the column with the customer ID.',
      'Choose the column with the date.',
      'Choose the column with the amount.',
      'Enter a number of days.',
      'Enter at least 1 day.',
    ]);
    expect(text).toContain('value="two months"');
    expect(await listDatasets(test.context.db)).toHaveLength(before);
  });

  it.each([
    [{ cutoff: 'last summer' }, 'Write the date as 2026-11-20 or 20.11.2026.'],
    [{ horizonDays: '' }, 'Enter at least 1 day.'],
    [{ horizonDays: '1.5' }, 'Enter a whole number of days.'],
    [{ horizonDays: '4000' }, 'Enter at most 3,650 days.'],
    [{ activeDays: 'some' }, 'Enter a number of days.'],
  ])('refuses %j in words', async (change, words) => {
    const { status, text } = await build(change);
    expect([status, errorsOf(text)]).toEqual([422, [words]]);
  });
});

describe('the customers', () => {
  let customers: Dataset;
  beforeAll(async () => {
    const answer = await build();
    const id = Number(answer.headers['location']!.split('/').at(-1));
    expect((await getDataset(test.context.db, id)).state).toBe('reading');
    await runJobs(test.context);
    customers = await getDataset(test.context.db, id);
  });

  it('are a dataset of one row each, with a label, on record', async () => {
    expect(customers).toMatchObject({
      state: 'ready',
      kind: 'customers',
      label: { kind: 'column', column: 'Churn', positive: 'Yes' },
      name: expect.stringMatching(/^purchases: customers at \d{4}-\d\d-\d\d$/) as string,
    });
    expect(customers.columns[0]).toMatchObject({ name: 'CustomerID', role: 'identifier' });
    expect(customers.columns[0]!.distinct).toBe(customers.rowCount);
    const { positiveRate, undecided } = customers.profile as DatasetProfile;
    expect(positiveRate).toBeGreaterThan(0.05);
    expect(positiveRate).toBeLessThan(0.8);
    expect(undecided).toBe(0);
    expect(await page(`/datasets/${customers.id}`)).toMatch(
      /One row a customer, with \d{4}-\d\d-\d\d as the cut-off date/,
    );
    const filter = { action: 'dataset.built', userId: null, from: null, to: null };
    expect(await listEvents(test.context.db, filter, 10, 0)).toHaveLength(1);
  });

  it('can have the expected spend as their monthly revenue', async () => {
    const answer = await build({ revenue: 'expected' });
    await runJobs(test.context);
    const id = Number(answer.headers['location']!.split('/').at(-1));
    const { columns } = await getDataset(test.context.db, id);
    const roleOf = (name: string) => columns.find((column) => column.name === name)?.role;
    expect([roleOf('expected_monthly_spend'), roleOf('monthly_spend')]).toEqual(['value', 'feature']);
    expect(columns.filter(({ role }) => role === 'value')).toHaveLength(1);
    const { text } = await agent.get(`/datasets/${id}/current.csv`).buffer().expect(200);
    expect(parse(text, { bom: true })[0]).toContain('expected_monthly_spend');
  });

  it('of today can be downloaded: the same columns, but who will leave is not known', async () => {
    expect(await page(`/datasets/${customers.id}`)).toContain(`/datasets/${customers.id}/current.csv`);
    const answer = await agent.get(`/datasets/${customers.id}/current.csv`).buffer().expect(200);
    expect(answer.headers['content-disposition']).toContain('customers-to-score.csv');
    const [header, ...rows] = parse(answer.text, { bom: true });
    expect([...header!, 'Churn']).toEqual(customers.columns.map(({ name }) => name));
    expect(rows.length).toBeGreaterThan(20);
    expect(new Set(rows.map(([name]) => name)).size).toBe(rows.length);
  });

  it('of today have their formulas escaped, and negative numbers stay numbers', async () => {
    const names = ['=1+1', '@SUM(A1)', '-5', '+cmd', 'plain'];
    const days = Array.from({ length: 12 }, (_, i) => `2026-${String(i + 1).padStart(2, '0')}-15`);
    const rows = days.flatMap((day) => names.map((name) => [name, day, '-12.5', '=HYPERLINK("x")']));
    const csv = stringify([['Who', 'When', 'Amount', 'Kind'], ...rows]);
    const bought = await uploadDataset(test, agent, csv, 'odd.csv', { kind: 'transactions' });
    const answer = await postForm(agent, `/datasets/${bought.id}/customers`, {
      customer: 'Who',
      date: 'When',
      amount: 'Amount',
      category: 'Kind',
      horizonDays: '60',
      cutoff: '2026-09-30',
      activeDays: '',
    });
    expect(answer.headers['location']).toMatch(/^\/datasets\/\d+$/);
    await runJobs(test.context);
    const { text } = await agent.get(`${answer.headers['location']!}/current.csv`).buffer().expect(200);
    const cells = parse(text).flat();
    expect(cells.filter((cell) => /^[=+@]/.test(cell))).toEqual([]);
    expect(cells).toEqual(expect.arrayContaining(["'=1+1", "'@SUM(A1)", "'+cmd", '-5', '-12.5']));
  });

  it('are not built from customers, nor is a table of customers taken for transactions', async () => {
    const bank = await uploadDataset(test, agent, bankCsv(100, 1));
    await agent.get(`/datasets/${bank.id}/customers`).expect(404);
    const answer = await postForm(agent, `/datasets/${bank.id}/customers`, options);
    expect(answer.status).toBe(422);
    expect(errorsOf(answer.text)).toEqual(['This dataset already has one row per customer.']);
  });

  it('fail with the reason when they cannot be built', async () => {
    const answer = await build({ cutoff: '1999-01-01' });
    const id = Number(answer.headers['location']!.split('/').at(-1));
    await runJobs(test.context);
    const { state, error } = await getDataset(test.context.db, id);
    expect([state, error]).toEqual(['failed', expect.stringMatching(/1999-01-01/)]);
    expect(await page(`/datasets/${id}`)).toContain('could not be');
  });
});
