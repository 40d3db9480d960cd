import { stringify } from 'csv-stringify/sync';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  sampleTransactions,
  transactionColumns,
} from '../../src/domain/datasets/customers-from-transactions/sample.ts';
import { studyOf } from '../../src/domain/datasets/studies/studies.ts';
import { getDataset } from '../../src/store/datasets.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { bankCsv } from '../helpers/bank.ts';
import { errorsOf, uploadDataset } from '../helpers/datasets.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst');
const { post, pageOf, rowsOf } = test;

const { cells } = sampleTransactions(150, 4);
const csv = stringify([
  transactionColumns,
  ...cells[0]!.map((_, row) => cells.map((column) => column[row]!)),
]);
const form = { customer: 'CustomerID', date: 'Date', amount: 'Amount', aheadDays: '365' };

let shop: Dataset;
const path = () => `/datasets/${shop.id}/purchases`;
beforeAll(async () => {
  shop = await uploadDataset(test, test.agent, csv, 'shop.csv', { kind: 'transactions' });
});

describe('the page of purchases', () => {
  it('guesses the columns, and is linked from the dataset', async () => {
    expect(await pageOf(`/datasets/${shop.id}`)).toContain(`href="${path()}"`);
    const text = await pageOf(path());
    for (const name of ['CustomerID', 'Date', 'Amount'])
      expect(text).toMatch(new RegExp(`<option value="${name}" selected`));
  });

  it('has no file before purchases were estimated', async () => {
    await test.agent.get(`${path()}.csv`).expect(409);
  });

  it('estimates in a job, and shows what is expected, the check and the parameters', async () => {
    await post(path(), form).expect(303);
    expect(await pageOf(path())).toContain('data-waiting');
    await runJobs(test.context);
    const text = await pageOf(path());
    expect(text).toMatch(/Of \d+ customers who bought again, about \d+ are still active\./);
    expect(text).toMatch(/Expected [\d,]+ purchases, [\d,]+ were made/);
    for (const name of ['r', 'α', 'a', 'b', 'p', 'q', 'v'])
      expect(text).toContain(`<th scope="row">${name}</th>`);
  });

  it('has every customer in a file that adds up to the page', async () => {
    const rows = await rowsOf(`${path()}.csv`);
    const { result } = studyOf(await getDataset(test.context.db, shop.id), 'purchases')!;
    expect(rows).toHaveLength(result!.customers);
    const sumOf = (name: string) => rows.reduce((sum, row) => sum + Number(row[name]), 0);
    expect(sumOf('expected_value') / result!.value).toBeCloseTo(1, 3);
    expect(sumOf('expected_purchases') / result!.purchases).toBeCloseTo(1, 3);
    expect(sumOf('probability_active') / result!.active).toBeCloseTo(1, 3);
    for (const row of rows)
      expect(Number(row['expected_value_if_active'])).toBeGreaterThanOrEqual(Number(row['expected_value']));
  });

  it('does not say whether customers are active who bought once', async () => {
    const rows = await rowsOf(`${path()}.csv`);
    for (const row of rows) expect(row['probability_active'] === '').toBe(row['repeat_purchases'] === '0');
  });

  it.each([
    [{ customer: '', aheadDays: '0' }, ['Choose the column with the customer ID.', 'Enter at least 1 day.']],
    [{ amount: 'gone' }, ['There is no column &#39;gone&#39;.']],
    [{ aheadDays: 'a year' }, ['Enter a number of days.']],
  ])('refuses %j in words', async (change, words) => {
    const { status, text } = await post(path(), { ...form, ...change });
    expect([status, errorsOf(text)]).toEqual([422, words]);
  });

  it('says why there is no result', async () => {
    await post(path(), { ...form, date: 'Category' }).expect(303);
    await runJobs(test.context);
    expect(await pageOf(path())).toContain('has no dates that can be read');
  });

  it('is not there for customers', async () => {
    const bank = await uploadDataset(test, test.agent, bankCsv(60, 1));
    await test.agent.get(`/datasets/${bank.id}/purchases`).expect(404);
    await post(`/datasets/${bank.id}/purchases`, form).expect(404);
  });
});
