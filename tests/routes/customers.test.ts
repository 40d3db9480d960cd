import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getModel } from '../../src/store/models.ts';
import { startTaskPool } from '../../src/tasks/task-pool.ts';
import { lanes } from '../../src/tasks/tasks.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import type { Agent } from '../helpers/datasets.ts';
import { storeScores } from '../helpers/predictions.ts';

describe('what cannot be read in time', () => {
  let test: TestApp;
  beforeAll(async () => {
    const hurried = { ...lanes, page: { ...lanes.page, withinMs: 1 } };
    test = await createTestApp({}, (config) => startTaskPool(config, hurried));
    await setUpOrganisation(test);
  });
  afterAll(() => test.close());

  it.each(['/customers', '/customers.csv'])('is answered 503 with Retry-After: %s', async (path) => {
    const agent = await signIn(test, 'analyst');
    const answer = await agent.get(path);
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('10');
    expect(answer.headers['content-disposition']).toBeUndefined();
    expect(answer.text).toContain('This took too long.');
  });
});

describe('the download', () => {
  let test: TestApp;
  let agent: Agent;
  const count = 30_000;
  beforeAll(async () => {
    test = await createTestApp({}, startTaskPool);
    await setUpOrganisation(test);
    agent = await signIn(test, 'analyst');
  });
  afterAll(() => test.close());

  it('is a header where nothing was scored', async () => {
    const { text } = await agent.get('/customers.csv').buffer().expect(200);
    expect(text).toMatch(/^\uFEFF?customer,churn_probability,[a-z_,0-9]+\n$/);
  });

  it('holds every customer once, in the order of the list, and leaves the web thread to others', async () => {
    const model = await getModel(test.context.db, await activateSmallModel(test));
    const scores = await storeScores(test, model, count);
    await agent.get('/customers').expect(200);
    const before = performance.eventLoopUtilization();
    const { text } = await agent.get('/customers.csv?sort=value&order=asc').buffer().expect(200);
    const { utilization } = performance.eventLoopUtilization(before);

    const lines = text.trimEnd().split('\n').slice(1);
    const customers = lines.map((line) => line.split(',')[0]!);
    const values = lines.map((line) => Number(line.split(',')[3]));
    expect(lines).toHaveLength(count);
    expect(new Set(customers).size).toBe(count);
    expect(values).toEqual(scores.map(({ monthlyValue }) => monthlyValue).sort((a, b) => a - b));
    const listed = await agent.get('/customers?sort=value&order=asc&size=20&page=3').expect(200);
    const shown = [...listed.text.matchAll(/>(C-\d{7})</g)].map(([, customer]) => customer);
    expect(shown).toEqual(customers.slice(40, 60));
    // Reading in the web thread takes all of it.
    expect(utilization).toBeLessThan(0.6);
  });

  it('keeps its pages in order, and numbers of pages that are written in an address', async () => {
    const page = async (n: number) =>
      [...(await agent.get(`/customers?size=200&page=${n}`)).text.matchAll(/>(C-\d{7})</g)].map(([, c]) => c);
    const seen = [...(await page(1)), ...(await page(2)), ...(await page(count / 200))];
    expect(new Set(seen).size).toBe(600);
  });
});
