import { beforeAll, describe, expect, it } from 'vitest';
import { studyOf } from '../../src/domain/datasets/studies/studies.ts';
import { stopSubjects } from '../../src/domain/jobs/subjects.ts';
import { inTransaction } from '../../src/db.ts';
import { getDataset } from '../../src/store/datasets.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { errorsOf, uploadDataset } from '../helpers/datasets.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst');
const { post, pageOf, rowsOf } = test;

const rows = Array.from({ length: 300 }, (_, i) =>
  [
    `c${i}`,
    1 + (i % 24),
    i % 2 === 0 ? 'Monthly' : 'Yearly',
    (i % 3) * 10.5,
    i % 4 === 0 || (i % 2 === 0 && i % 3 > 0) ? 'Yes' : 'No',
  ].join(),
);
const csv = `${['id,tenure,contract,spend,Churn', ...rows].join('\n')}\n`;
const form = { start: '', end: '', tenure: 'tenure', unit: 'month', group: 'contract' };

let customers: Dataset;
const path = () => `/datasets/${customers.id}/leaving`;
beforeAll(async () => {
  customers = await uploadDataset(test, test.agent, csv, 'contracts.csv');
});

describe('the page of when customers leave', () => {
  it('guesses the columns, and is linked from the dataset', async () => {
    expect(await pageOf(`/datasets/${customers.id}`)).toContain(`href="${path()}"`);
    const text = await pageOf(path());
    for (const name of ['tenure', 'contract'])
      expect(text).toMatch(new RegExp(`<option value="${name}" selected`));
    expect(text).not.toContain('Half left within');
    await test.agent.get(`${path()}.csv`).expect(409);
    await test.agent.get(`${path()}-curves.csv`).expect(404);
  });

  it('computes the curves in a job and shows them by group, with tables', async () => {
    const answer = await post(path(), form).expect(303);
    expect(answer.headers['location']).toBe(path());
    expect(await pageOf(path())).toContain('data-waiting');
    await runJobs(test.context);
    const text = await pageOf(path());
    expect(text).toMatch(/Half of them leave within \d+ months\./);
    expect(text).toMatch(/log-rank test, p/);
    for (const name of ['All customers', 'Monthly', 'Yearly'])
      expect(text).toContain(`<th scope="row">${name}</th>`);
    expect(text).toContain('Customers followed');
  });

  it('has a file of the curves', async () => {
    const points = await rowsOf(`${path()}-curves.csv`);
    expect(Object.keys(points[0]!)).toEqual([
      'group',
      'months',
      'still_there',
      'low',
      'high',
      'customers_followed',
    ]);
    expect(new Set(points.map(({ group }) => group))).toEqual(new Set(['', 'Monthly', 'Yearly']));
    expect(points[0]).toMatchObject({ months: '0', still_there: '1', customers_followed: `${rows.length}` });
  });

  it('has a file of the customers who are still there', async () => {
    const lines = await rowsOf(`${path()}.csv`);
    expect(lines).toHaveLength(rows.filter((row) => row.endsWith('No')).length);
    expect(Object.keys(lines[0]!)).toEqual([
      'customer',
      'months_so_far',
      'stays_3_more_months',
      'stays_6_more_months',
      'stays_12_more_months',
      'half_leave_within_months',
    ]);
  });

  it('keeps what was chosen, and forgets the result when the churn label changes', async () => {
    expect(await pageOf(path())).toMatch(/<option value="contract" selected/);
    const { columns } = await getDataset(test.context.db, customers.id);
    const place = columns.findIndex(({ name }) => name === 'Churn');
    const level = columns[place]!.levels.indexOf('No');
    await post(`/datasets/${customers.id}/label`, { how: 'column', choice: `${place}:${level}` }).expect(303);
    await runJobs(test.context);
    expect(studyOf(await getDataset(test.context.db, customers.id), 'leaving')).toBeNull();
  });

  it.each([
    [
      { tenure: '' },
      'Choose a start date and an end date, or a column with the time that customers have stayed.',
    ],
    [{ start: 'tenure' }, 'Choose dates or a column with the time, not both.'],
    [{ tenure: '', end: 'tenure' }, 'Choose the start date.'],
    [{ tenure: '', start: 'tenure' }, 'Choose the end date.'],
    [{ tenure: 'gone' }, 'There is no column &#39;gone&#39;.'],
    [{ group: 'id' }, 'Customers cannot be compared by &#39;id&#39;.'],
    [{ group: ':start-year' }, 'The year of the start needs a start date and an end date.'],
  ])('refuses %j in words', async (change, words) => {
    const { status, text } = await post(path(), { ...form, ...change });
    expect([status, errorsOf(text)]).toEqual([422, [words]]);
  });

  it('says why there is no result', async () => {
    await post(path(), { ...form, tenure: '', start: 'contract', end: 'spend', group: '' }).expect(303);
    await runJobs(test.context);
    expect(await pageOf(path())).toContain('No customer has a time that can be read.');
  });

  it('says so when its job is cancelled', async () => {
    await post(path(), form).expect(303);
    const ending = { state: 'cancelled' } as const;
    await inTransaction(test.context.db, (trx) => stopSubjects(trx, { studyOf: customers.id }, ending));
    expect(await pageOf(path())).toContain('It was cancelled.');
  });

  it('is not there for transactions', async () => {
    const bought = await uploadDataset(
      test,
      test.agent,
      'who,day,amount\na,2026-01-01,3\nb,2026-01-02,4\n',
      'shop.csv',
      {
        kind: 'transactions',
      },
    );
    await test.agent.get(`/datasets/${bought.id}/leaving`).expect(404);
  });
});
