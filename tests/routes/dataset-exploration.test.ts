import { beforeAll, describe, expect, it } from 'vitest';
import type { Dataset } from '../../src/store/datasets.ts';
import { uploadDataset } from '../helpers/datasets.ts';
import { openSite } from '../helpers/site.ts';
import { runJobs } from '../helpers/work.ts';

const test = openSite('analyst');
const { post, pageOf, rowsOf } = test;

/** Of 200 customers, those who pay by the month leave half the time, the others never; spend follows tenure. */
const rows = Array.from({ length: 200 }, (_, i) => {
  const isMonthly = i % 2 === 0;
  return [
    `c${i}`,
    1 + i,
    (1 + i) ** 2,
    isMonthly ? 'Monthly' : 'Yearly',
    isMonthly ? 'Card' : 'Bank',
    i % 4 === 0 ? 'Yes' : 'No',
  ].join(',');
});
const csv = `${['id,tenure,spend,contract,payment,Churn', ...rows].join('\n')}\n`;

let customers: Dataset;
const path = () => `/datasets/${customers.id}/exploration`;
beforeAll(async () => {
  customers = await uploadDataset(test, test.agent, csv, 'contracts.csv');
});

describe('the exploration of a dataset', () => {
  it('is linked from the dataset, and waits to be asked for', async () => {
    expect(await pageOf(`/datasets/${customers.id}`)).toContain(`href="${path()}"`);
    expect(await pageOf(path())).not.toContain('95 % interval');
    await test.agent.get(`${path()}.csv`).expect(404);
  });

  it('shows each column with the share who left in every bin and its interval', async () => {
    await post(path()).expect(303);
    expect(await pageOf(path())).toContain('data-waiting');
    await runJobs(test.context);
    const text = (await pageOf(path())).replace(/\s+/g, ' ');
    expect(text).toContain('200 rows · 25.0 % (95 % interval 19.5 % to 31.4 %) left');
    expect(text).toMatch(/<th scope="row">Monthly<\/th> <td class="numeric">50\.0 %<\/td>/);
    expect(text).toContain('<td class="numeric">40.4 % to 59.6 %</td>');
    expect(text).toMatch(/<th scope="row">Yearly<\/th> <td class="numeric">0\.0 %<\/td>/);
    // The label is no column of its own, nor is the customer ID.
    expect(text).not.toContain('<h2>Churn</h2>');
    expect(text).not.toContain('<h2>ID</h2>');
  });

  it('shows which columns go together', async () => {
    const text = (await pageOf(path())).replace(/\s+/g, ' ');
    expect(text).toMatch(/<th scope="row">tenure<\/th> <td>spend<\/td> <td class="numeric">1\.000<\/td>/);
    expect(text).toMatch(/<th scope="row">contract<\/th> <td>payment<\/td> <td class="numeric">1\.000<\/td>/);
  });

  it('can be downloaded, exactly', async () => {
    const found = await rowsOf(`${path()}.csv`);
    const monthly = found.find(({ value }) => value === 'Monthly')!;
    expect(monthly).toMatchObject({ column: 'contract', rows: '100', known: '100', left: '50', rate: '0.5' });
    expect(Number(monthly['low'])).toBeCloseTo(0.4038, 4);
  });

  it('needs no churn label', async () => {
    const unlabelled =
      'id,age,city\n' + Array.from({ length: 30 }, (_, i) => `c${i},${20 + i},${i % 3}`).join('\n');
    const { id } = await uploadDataset(test, test.agent, `${unlabelled}\n`, 'people.csv');
    await post(`/datasets/${id}/exploration`).expect(303);
    await runJobs(test.context);
    const text = await pageOf(`/datasets/${id}/exploration`);
    expect(text).toContain('no churn label yet');
    expect(text).not.toContain('95 % interval');
  });

  it('pairs no column that is the same in each row', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `c${i},${20 + i},5.5,${i * i}.5`);
    const csv = `id,age,price,spend\n${lines.join('\n')}\n`;
    const { id } = await uploadDataset(test, test.agent, csv, 'prices.csv');
    await post(`/datasets/${id}/exploration`).expect(303);
    await runJobs(test.context);
    const text = await pageOf(`/datasets/${id}/exploration`);
    expect(text).toContain('Spearman');
    expect(text.split('Which numbers go together?')[1]).not.toContain('price');
  });

  it('is not there for transactions', async () => {
    const shop = 'who,day,amount\na,2026-01-01,3\nb,2026-01-02,4\n';
    const { id } = await uploadDataset(test, test.agent, shop, 'shop.csv', { kind: 'transactions' });
    await test.agent.get(`/datasets/${id}/exploration`).expect(404);
  });
});
