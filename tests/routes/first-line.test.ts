import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getDataset } from '../../src/store/datasets.ts';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { postForm, sendDataset } from '../helpers/datasets.ts';
import type { Agent } from '../helpers/datasets.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let agent: Agent;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  agent = await signIn(test, 'analyst');
});
afterAll(() => test.close());

const spaced = Array.from({ length: 60 }, (_, i) => ` ${10_001 + i} 19970101  ${i % 5}  ${i}.50\n`).join('');

describe('a file without names of columns', () => {
  it('as a dataset: is asked about, and read on with the answer', async () => {
    const path = (await sendDataset(agent, spaced, 'log.txt')).headers['location']!;
    await runJobs(test.context);
    const { text } = await agent.get(path).expect(200);
    expect(text).toContain('What does the first line hold?');
    expect(text).toContain('10001\t19970101\t0\t0.50');
    expect((await postForm(agent, `${path}/first-line`, { firstLine: 'data' })).status).toBe(303);
    await runJobs(test.context);
    const dataset = await getDataset(test.context.db, Number(path.split('/').at(-1)));
    expect(dataset).toMatchObject({ state: 'ready', rowCount: 60, error: null });
    expect(dataset.columns.map(({ name }) => name)).toEqual(['column_1', 'column_2', 'column_3', 'column_4']);
    expect((await postForm(agent, `${path}/first-line`, { firstLine: 'data' })).status).toBe(409);
  });

  it.each([
    ['has one column of data', 'Ada\nJo\nZoe\n', 'data', 3, ['column_1']],
    ['has one column and its name', 'name\nJo\nZoe\n', 'names', 2, ['name']],
    ['has years for names', '2019,2020\n1,2\n3,4\n5,6\n', 'names', 3, ['2019', '2020']],
  ])('as a dataset that %s: is never asked about again', async (_what, csv, firstLine, rowCount, names) => {
    const path = (await sendDataset(agent, csv, 'odd.csv')).headers['location']!;
    await runJobs(test.context);
    await postForm(agent, `${path}/first-line`, { firstLine });
    await runJobs(test.context);
    const dataset = await getDataset(test.context.db, Number(path.split('/').at(-1)));
    expect(dataset).toMatchObject({ state: 'ready', rowCount, error: null });
    expect(dataset.columns.map(({ name }) => name)).toEqual(names);
  });

  it('to score: is asked about on the page, with its first lines', async () => {
    const page = await agent.get('/score').expect(200);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.text)![1]!;
    const send = (firstLine?: string) => {
      const sent = agent.post('/batches').field('_csrf', csrf);
      if (firstLine) void sent.field('firstLine', firstLine);
      return sent.attach('file', Buffer.from(spaced), 'log.txt');
    };
    const asked = await send();
    expect(asked.status).toBe(422);
    expect(asked.text).toContain('Answer below and choose the file again.');
    expect(asked.text).toContain('10001\t19970101\t0\t0.50');
    expect((await send('data')).status).toBe(303);
  });
});
