/** The report of one page. */
import { beforeAll, expect, it } from 'vitest';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { pageOf } = test;
beforeAll(async () => {
  await activateSmallModel(test);
});

it('says what it will show while nothing is scored', async () => {
  expect(await pageOf('/analytics/report')).toContain('No scores to report');
});

it('has key figures, how risk is distributed, what drives it, and where it is highest', async () => {
  await test.scoreAtOnce(customersCsv(400, 3));
  expect(await pageOf('/analytics')).toContain('href="/analytics/report?"');
  const page = await pageOf('/analytics/report');
  expect(page).toContain('Northwind: churn report of');
  for (const part of ['How is risk distributed?', 'Which columns matter most?', 'Where is risk highest?'])
    expect(page).toContain(part);
  const rates = [...page.matchAll(/<td class="numeric">([\d.]+) %<\/td>/g)].map(([, rate]) => Number(rate));
  expect(rates.length).toBeGreaterThan(3);
  expect(rates).toEqual(rates.toSorted((a, b) => b - a));
});

it('is of the customers that analytics shows, and says which', async () => {
  const page = await pageOf('/analytics/report?risk=high');
  const [, count] = /: (\d+) customers/.exec(await pageOf('/analytics?risk=high')) ?? [];
  expect(page).toContain(`${count} customers`);
  expect(page).toContain('href="/analytics?risk=high"');
  expect(page).toMatch(/<span class="tag">[^<]*[Hh]igh/);
});
