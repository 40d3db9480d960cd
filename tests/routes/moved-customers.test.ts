/** The list of customers asks what they were in another file. */
import { beforeAll, describe, expect, it } from 'vitest';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post, pageOf, rowsOf } = test;
const [header, ...lines] = customersCsv(60, 8).trim().split('\n') as [string, ...string[]];
const contract = header.split(',').indexOf('Contract');
const withContract = (line: string, value: string): string => line.split(',').with(contract, value).join(',');
const idOf = (line: string): string => line.split(',')[0]!;
let first: number;
let second: number;

/** Between the files everybody takes a monthly contract; customers 0 to 9 are only in the first, 50 to 59 in the second. */
beforeAll(async () => {
  await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
  const before = lines.slice(0, 50).map((line) => withContract(line, 'Two year'));
  const after = lines.slice(10).map((line) => withContract(line, 'Month-to-month'));
  first = await test.scoreAtOnce([header, ...before].join('\n'));
  second = await test.scoreAtOnce([header, ...after].join('\n'));
});

interface Listed {
  readonly id: string;
  readonly level: string;
}
const listed = async (query: string): Promise<Listed[]> =>
  (await rowsOf(`/customers.csv?${query}`)).map((row) => ({
    id: row['customer']!,
    level: row['risk_level']!,
  }));
const idsOf = (customers: readonly Listed[]): string[] => customers.map(({ id }) => id).sort();

describe('the movement between two files', () => {
  const cellsOf = (page: string): [string, number][] =>
    [...page.matchAll(/<td class="numeric shade-\d">\s*<a href="([^"]+)">([\d,]+)<\/a>/g)].map(
      ([, href, customers]) => [href!.replaceAll('&amp;', '&'), Number(customers!.replaceAll(',', ''))],
    );

  it('is a table of levels whose cells open lists of as many customers', async () => {
    const cells = cellsOf(await pageOf('/analytics/movement'));
    expect(cells.reduce((sum, [, customers]) => sum + customers, 0)).toBe(60);
    for (const [href, customers] of cells)
      expect([href, await listed(href.split('?')[1]!)]).toEqual([
        href,
        expect.toSatisfy((rows: Listed[]) => rows.length === customers),
      ]);
  });

  it('says why, and whom it cannot tell', async () => {
    const page = await pageOf(`/analytics/movement?batch=${second}&compared=${first}`);
    expect(page).toMatch(/\d+ customers moved to a higher risk level, who pay €[\d,]+ a month/);
    expect(page).toMatch(/Why did risk rise\?<\/h2>\s*<dl class="facts">\s*<dt>Contract<\/dt>\s*<dd>\+/);
  });

  it('is narrowed by a segment or a column, and can be downloaded', async () => {
    const cells = cellsOf(await pageOf('/analytics/movement?column=Contract&level=Two+year'));
    expect(cells.map(([href]) => href)).toSatisfy((hrefs: string[]) =>
      hrefs.every((href) => href.includes(`batch=${first}`) && href.includes('there=none')),
    );
    const rows = await rowsOf('/analytics/movement.csv');
    expect(rows).toHaveLength(15);
    expect(rows.reduce((sum, { customers }) => sum + Number(customers), 0)).toBe(60);
  });

  it('has nothing to compare with before the first file', async () => {
    expect(await pageOf(`/analytics/movement?batch=${first}`)).toContain('Nothing to compare yet');
    await test.agent.get(`/analytics/movement.csv?batch=${first}`).expect(404);
  });
});

describe('risk over time', () => {
  it('is shown for the last files, each with its lists', async () => {
    const page = await pageOf('/analytics/history');
    expect(page).toContain('How many customers are at high risk?');
    expect(page).toContain('How much monthly revenue is expected to be lost?');
    expect(page).toContain(`href="/customers?batch=${first}"`);
    const rows = await rowsOf('/analytics/history.csv');
    expect(rows.map(({ customers }) => customers)).toEqual(['50', '50']);
    const high = (await listed(`batch=${second}&risk=high`)).length;
    expect(rows[1]).toMatchObject({ high_risk: String(high) });
  });

  it('is narrowed by a column, and says where nothing is left', async () => {
    expect(await pageOf('/analytics/history?column=tenure&from=10')).toContain('How many customers');
    expect(await pageOf('/analytics/history?column=Contract&level=Two+year')).toContain('No history yet');
  });
});

describe('a list that asks what customers were in another file', () => {
  it('finds those whose level rose, by the levels in both files', async () => {
    const before = new Map((await listed(`batch=${first}`)).map(({ id, level }) => [id, level]));
    const steps = ['low', 'medium', 'high'];
    const rose = (await listed(`batch=${second}`)).filter(
      ({ id, level }) => before.has(id) && steps.indexOf(level) > steps.indexOf(before.get(id)!),
    );
    expect(rose.length).toBeGreaterThan(5);
    expect(idsOf(await listed(`batch=${second}&compared=${first}&there=lower`))).toEqual(idsOf(rose));
    const fromLow = rose.filter(({ id, level }) => before.get(id) === 'low' && level === 'high');
    expect(idsOf(await listed(`batch=${second}&risk=high&compared=${first}&there=low`))).toEqual(
      idsOf(fromLow),
    );
    expect(await listed(`batch=${second}&compared=${first}&there=higher`)).toEqual([]);
  });

  it('finds those who are new, and those who are gone', async () => {
    const isNew = await listed(`batch=${second}&compared=${first}&there=none`);
    expect(idsOf(isNew)).toEqual(lines.slice(50).map(idOf).sort());
    const isGone = await listed(`batch=${first}&compared=${second}&there=none`);
    expect(idsOf(isGone)).toEqual(lines.slice(0, 10).map(idOf).sort());
  });

  it('says what it asks, and lets it be removed', async () => {
    const page = await pageOf(`/customers?batch=${second}&compared=${first}&there=lower`);
    expect(page).toContain('Had a lower risk level in customers.csv');
    expect(page).toContain(`name="there" value="lower"`);
    const [, href] = /class="chip" href="([^"]*)">Had/.exec(page)!;
    expect(href).toContain(`batch=${second}`);
    expect(href).not.toMatch(/compared|there/);
    expect(page).not.toContain('/segments/new');
  });

  it('is a list of all where half of the question is missing, and of nobody where the file is gone', async () => {
    expect(await listed('there=lower')).toHaveLength(60);
    expect(await listed('compared=999999&there=lower')).toEqual([]);
  });

  it('can be the customers of a campaign, but not a segment', async () => {
    const query = `batch=${second}&compared=${first}&there=lower`;
    expect(await pageOf(`/campaigns/new?${query}`)).toContain('a lower risk level in customers.csv');
    const filter = { compared: String(first), there: 'lower' };
    const { text } = await post('/segments', { name: 'Rose', ...filter }).expect(409);
    expect(text).toContain('A segment cannot ask what customers were in another file');
  });
});
