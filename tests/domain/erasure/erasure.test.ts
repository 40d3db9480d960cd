import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { databaseFile, forgetDeleted } from '../../../src/db.ts';
import { eraseEverywhere } from '../../../src/domain/erasure/erasure.ts';
import { listEvents } from '../../../src/store/audit.ts';
import { getBatch, updateBatch } from '../../../src/store/batches.ts';
import { noFilter } from '../../../src/store/prediction-filters.ts';
import { sumPredictions } from '../../../src/store/score-files/totals.ts';
import {
  activateSmallModel,
  createTestApp,
  customersCsv,
  setUpOrganisation,
  signIn,
} from '../../helpers/app.ts';
import type { TestApp } from '../../helpers/app.ts';
import { tablesWith } from '../../helpers/database.ts';
import { postForm } from '../../helpers/datasets.ts';
import type { Agent } from '../../helpers/datasets.ts';
import { scoreFile } from '../../helpers/models.ts';
import { listScores, scoreStore } from '../../helpers/scores.ts';

const customer = 'erase-me-4711';
let test: TestApp;
let agent: Agent;
let batches: number[];
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  const model = await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
  agent = await signIn(test, 'admin');
  const [header, ...lines] = customersCsv(30, 21).trimEnd().split('\n');
  const renamed = lines.map((line, i) => (i === 4 ? line.replace(/^[^,]*/, customer) : line));
  // A row of the same customer that cannot be scored.
  const place = header!.split(',').indexOf('tenure');
  const rejected = renamed[4]!.split(',').with(place, 'many').join(',');
  batches = [];
  for (const rows of [[...renamed, rejected], renamed.slice(0, 10), lines.slice(10)])
    batches.push((await scoreFile(test, agent, [header!, ...rows].join('\n'))).id);
  await predict(model);
  const segment = await postForm(agent, '/segments', { name: `Only ${customer}`, search: customer });
  expect(segment.status).toBe(303);
  const view = await postForm(agent, '/saved-views', { at: '/customers', name: customer, search: customer });
  expect(view.status).toBe(303);
});
afterAll(() => test.close());

async function predict(model: number): Promise<void> {
  const values = { f0: 'One year', f1: '5', f2: '50', monthlyValue: '' };
  const answer = await postForm(agent, '/predict', { model: String(model), ...values, customer });
  expect(answer.status).toBe(303);
}

/** The names of files that hold the bytes of the identifier; of a database that is no file, the tables. */
async function filesWith(text: string): Promise<string[]> {
  const { uploadsDir, databaseUrl } = test.context.config;
  const uploads = readdirSync(uploadsDir).map((name) => join(uploadsDir, name));
  const database = databaseFile(databaseUrl);
  const files = database === null ? uploads : [database, ...uploads];
  const tables = database === null ? await tablesWith(test.context.db, text) : [];
  return [...tables, ...files.filter((path) => readFileSync(path).includes(text))];
}

it('leaves nothing of a customer in any file, and all totals as they were', async () => {
  const store = scoreStore(test);
  const totals = () =>
    Promise.all(
      batches.map(async (batch) => {
        const { count, low, medium, high } = await sumPredictions(store, { ...noFilter, batch });
        return { count, low, medium, high };
      }),
    );
  const before = await totals();
  expect((await filesWith(customer)).length).toBeGreaterThan(4);
  const found = await eraseEverywhere(store, customer);
  // In the first file's upload, results and rejected rows, with the row that was rejected; in two files of the second.
  expect(found).toEqual({ singleScores: 1, fileScores: 2, csvRows: 7, unsearched: [] });
  await forgetDeleted(test.context.db);
  expect(await filesWith(customer)).toEqual([]);
  expect(await totals()).toEqual(before);
  expect(await listScores(test, { search: customer })).toEqual([]);
  for (const path of ['/', '/customers', '/analytics', `/customers?batch=${batches[0]}`, '/customers.csv'])
    expect((await agent.get(path).expect(200)).text).not.toContain(customer);
});

it('is on record without who it was, and finds nothing a second time', async () => {
  const everything = { action: null, userId: null, from: null, to: null };
  const [event] = await listEvents(test.context.db, everything, 1, 0);
  expect(event).toMatchObject({ action: 'customer.erased', subject: 'A customer', userName: null });
  expect(JSON.parse(event!.after!)).toEqual({ scores: 3, rows: 7 });
  expect(await eraseEverywhere(scoreStore(test), customer)).toMatchObject({
    singleScores: 0,
    fileScores: 0,
    csvRows: 0,
  });
});

it('waits for files that are being scored', async () => {
  const { db } = test.context;
  const { state } = await getBatch(db, batches[0]!);
  await updateBatch(db, batches[0]!, { state: 'scoring' });
  await expect(eraseEverywhere(scoreStore(test), customer)).rejects.toThrow('is being checked or scored');
  await updateBatch(db, batches[0]!, { state });
});
