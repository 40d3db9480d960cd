import { beforeAll, describe, expect, it } from 'vitest';
import { findScore } from '../../../src/domain/scoring/customer-record.ts';
import { findPastCustomers } from '../../../src/domain/scoring/past-customers.ts';
import { updateDataset } from '../../../src/store/datasets.ts';
import type { Dataset } from '../../../src/store/datasets.ts';
import { activateSmallModel, customersCsv } from '../../helpers/app.ts';
import { uploadDataset } from '../../helpers/datasets.ts';
import { listScores, scoreStore } from '../../helpers/scores.ts';
import { openSite } from '../../helpers/site.ts';

const test = openSite('admin');
const past = customersCsv(1_500, 3, true);
let dataset: Dataset;
let modelId: number;
beforeAll(async () => {
  dataset = await uploadDataset(test, test.agent, past, 'history.csv');
  modelId = await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
  await test.context.db('models').where({ id: modelId }).update({ dataset_id: dataset.id });
  const [header, ...rows] = past.trim().split('\n');
  // Two of the past customers themselves, one like none of them, and one with a contract that nobody had.
  const lines = [rows[0], rows[1], withCells(header!, rows[0]!, { customerID: 'new', Contract: 'Lifetime' })];
  await test.scoreAtOnce(`${[header, ...lines].join('\n')}\n`);
});

function withCells(header: string, row: string, change: Readonly<Record<string, string>>): string {
  const cells = row.split(',');
  return header
    .split(',')
    .map((name, j) => change[name] ?? cells[j]!)
    .join(',');
}

async function ask(place: number) {
  const { db, config } = test.context;
  const scores = await listScores(test, {});
  const id = scores.map((score) => score.id).sort((a, b) => a - b)[place]!;
  return findPastCustomers(db, config, (await findScore(scoreStore(test), id))!);
}

describe('past customers like a scored one', () => {
  it('are fifty of the dataset, with the share of them that left', async () => {
    const found = (await ask(0))!;
    expect(found).toMatchObject({ datasetName: 'history', among: 1_500, isThin: false });
    expect(found.count).toBeGreaterThanOrEqual(50);
    expect(found.interval.low).toBeLessThan(found.left / found.count);
    expect(found.interval.high).toBeGreaterThan(found.left / found.count);
    expect(await test.pageOf('/customers?sort=probability')).toContain('Customers');
  });

  it('are too unlike a customer with a level that none of them had', async () => {
    expect((await ask(2))!.isThin).toBe(true);
  });

  it('are shown on the page of the customer', async () => {
    const [score] = await listScores(test, {});
    const { text } = await test.agent.get(`/customers/${score!.id}`).expect(200);
    expect(text).toMatch(
      /Of the \d+ most similar past customers \d+ left\.|Few past customers are like this one/,
    );
    expect(text).toContain('1,500 customers of history');
  });

  it('are not looked for where the dataset is not ready or the model has none', async () => {
    const { db } = test.context;
    await updateDataset(db, dataset.id, { state: 'failed' });
    expect(await ask(0)).toBeNull();
    await updateDataset(db, dataset.id, { state: 'ready' });
    await db('models').where({ id: modelId }).update({ dataset_id: null });
    expect(await ask(0)).toBeNull();
  });
});
