import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getModel } from '../../src/store/models.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import type { Agent } from '../helpers/datasets.ts';
import { storeScores } from '../helpers/predictions.ts';
import type { StoredScore } from '../helpers/predictions.ts';

/** More than any sample of customers would hold. */
const count = 10_501;

interface Bar {
  readonly words: string;
  readonly href: string;
  readonly customers: number;
  readonly high: number;
  readonly atRisk: string;
}

const numberOf = (text: string): number => Number(text.replaceAll(',', ''));

/** The bars of every figure by column, as the table beneath the chart says them. */
function barsOf(page: string): Bar[] {
  const row =
    /<th scope="row">\s*<a href="(\/customers\?[^"]+)">([^<]*)<\/a>\s*<\/th>\s*<td[^>]*>[^<]*<\/td>\s*<td[^>]*"Customers">([^<]*)<\/td>\s*<td[^>]*"High risk">([^<]*)<\/td>\s*<td[^>]*"Expected monthly loss">([^<]*)</g;
  return [...page.matchAll(row)].map(([, href, words, customers, high, atRisk]) => ({
    words: words!,
    href: href!.replaceAll('&amp;', '&'),
    customers: numberOf(customers!),
    high: numberOf(high!),
    atRisk: atRisk!,
  }));
}

async function customersListed(agent: Agent, href: string): Promise<number> {
  const { text } = await agent.get(href).expect(200);
  return numberOf(/<p>[^:]*: ([\d,]+) customers?\s*<\/p>/.exec(text)![1]!);
}

describe('figures of more than 10,000 customers', () => {
  let test: TestApp;
  let agent: Agent;
  let scores: StoredScore[];
  beforeAll(async () => {
    test = await createTestApp();
    await setUpOrganisation(test);
    const id = await activateSmallModel(test);
    scores = await storeScores(test, await getModel(test.context.db, id), count);
    agent = await signIn(test, 'analyst');
  });
  afterAll(() => test.close());

  it.each(['/', '/analytics'])('count every customer: %s', async (path) => {
    const { text } = await agent.get(path).expect(200);
    const contracts = barsOf(text).filter(({ href }) => href.includes('column=Contract&'));
    expect(contracts.length).toBeGreaterThanOrEqual(3);
    for (const { words, customers, high } of contracts) {
      const level = words === 'Not known' ? null : words;
      const group = scores.filter(({ inputs }) => inputs['Contract'] === level);
      expect({ words, customers, high }).toEqual({
        words,
        customers: group.length,
        high: group.filter(({ riskLevel }) => riskLevel === 'high').length,
      });
    }
    expect(text).not.toMatch(/every \d+(st|nd|rd|th)/);
  });

  it('agree with the list that a bar leads to, and add up to everybody', async () => {
    const { text } = await agent.get('/analytics?columns=all').expect(200);
    const bars = barsOf(text);
    expect(bars.length).toBeGreaterThan(30);
    for (const { href, customers } of bars)
      expect([href, await customersListed(agent, href)]).toEqual([href, customers]);
    for (const column of ['tenure', 'Contract']) {
      const own = bars.filter(
        ({ href }) => href.includes(`column=${column}&`) || href.endsWith(`=${column}`),
      );
      expect(own.reduce((sum, { customers }) => sum + customers, 0)).toBe(count);
    }
  });

  it('can be downloaded for every column', async () => {
    const { text } = await agent.get('/analytics.csv').expect(200);
    const level = scores.filter(({ inputs }) => inputs['Contract'] === 'Two year');
    expect(text).toContain(`\nContract,Two year,${level.length},`);
    expect(text).toContain('\ntenure,');
  });

  it('sum money to the cent', async () => {
    const { text } = await agent.get('/analytics').expect(200);
    const expected = scores
      .filter(({ inputs }) => inputs['Contract'] === 'Two year')
      .reduce((sum, { probability, monthlyValue }) => sum + probability * monthlyValue, 0);
    const bar = barsOf(text).find(({ href }) => href.includes('level=Two+year'));
    expect(numberOf(bar!.atRisk.replaceAll(/[^\d.,]/g, ''))).toBe(Math.round(expected));
  });

  it('can be of two columns, whose cells open lists of as many customers', async () => {
    const { text } = await agent.get('/analytics/pairs?down=Contract&across=tenure').expect(200);
    const cells = [
      ...text.matchAll(
        /<td class="numeric shade-\d">\s*<a href="([^"]+)">([^<]+)<\/a>\s*<br><span class="small">([\d,]+) customers/g,
      ),
    ].map(([, href, , customers]) => [href!.replaceAll('&amp;', '&'), numberOf(customers!)] as const);
    expect(cells.length).toBeGreaterThan(9);
    for (const [href, customers] of cells)
      expect([href, await customersListed(agent, href)]).toEqual([href, customers]);
    const { text: list } = await agent.get(cells[0]![0]).expect(200);
    expect([...list.matchAll(/class="chip" href="[^"]*">(Contract|Tenure[^:]*):/g)]).toHaveLength(2);
    const { text: csv } = await agent.get('/analytics/pairs.csv?down=Contract&across=tenure').expect(200);
    expect(csv).toContain(
      'Contract,tenure,customers,average_churn_probability,high_risk,expected_monthly_loss',
    );
  });

  it('open lists of as many customers where a column is filtered already', async () => {
    const { text } = await agent.get('/analytics?column=tenure&from=10&to=40').expect(200);
    expect(text).toContain('Tenure');
    const contracts = barsOf(text).filter(({ href }) => href.includes('column2=Contract'));
    expect(contracts.length).toBeGreaterThanOrEqual(3);
    for (const { href, customers } of contracts)
      expect([href, await customersListed(agent, href)]).toEqual([href, customers]);
    const twice = '/analytics?column=tenure&from=10&to=40&column2=Contract&level2=Two+year';
    expect(barsOf((await agent.get(twice).expect(200)).text)).toEqual([]);
  });

  it('have words for no two columns, and for a column that is gone', async () => {
    expect((await agent.get('/analytics/pairs?search=nobody').expect(200)).text).toContain(
      'No two columns to show',
    );
    await agent.get('/analytics/pairs.csv?search=nobody').expect(404);
    expect((await agent.get('/analytics/pairs?down=gone&across=Contract').expect(200)).text).toMatch(
      /Risk by: [^<]+ and Contract/,
    );
  });

  it("are those of now, after a customer's risk has changed", async () => {
    const before = barsOf((await agent.get('/analytics')).text);
    const one = await test.context.db('predictions').where({ risk_level: 'low' }).first<{ id: number }>('id');
    await test.context
      .db('predictions')
      .where({ id: one.id })
      .update({ probability: 0.99, risk_level: 'high' });
    const after = barsOf((await agent.get('/analytics')).text);
    const high = (bars: Bar[]) =>
      bars.filter(({ href }) => href.includes('column=Contract')).reduce((sum, bar) => sum + bar.high, 0);
    expect(high(after)).toBe(high(before) + 1);
  });
});
