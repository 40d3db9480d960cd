import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTaskPool } from '../../src/tasks/task-pool.ts';
import { lanes } from '../../src/tasks/tasks.ts';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

describe('what cannot be read in time', () => {
  let test: TestApp;
  beforeAll(async () => {
    const hurried = { ...lanes, page: { ...lanes.page, withinMs: 1 } };
    test = await createTestApp({}, (config) => startTaskPool(config, hurried));
    await setUpOrganisation(test);
  });
  afterAll(() => test.close());

  it.each(['/predictions', '/predictions.csv'])('is answered 503 with Retry-After: %s', async (path) => {
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
  beforeAll(async () => {
    test = await createTestApp({}, startTaskPool);
    await setUpOrganisation(test);
  });
  afterAll(() => test.close());

  it('is a header where nothing was scored', async () => {
    const agent = await signIn(test, 'analyst');
    const { text } = await agent.get('/predictions.csv').buffer().expect(200);
    expect(text).toMatch(/^\uFEFF?customer,churn_probability,[a-z_,0-9]+\n$/);
  });
});
