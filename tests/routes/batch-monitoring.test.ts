import { beforeAll, describe, expect, it } from 'vitest';
import { readModelFile, writeModelFile } from '../../src/domain/models/files.ts';
import { getDataset } from '../../src/store/datasets.ts';
import { findActiveModel } from '../../src/store/models.ts';
import { activateSmallModel, customersCsv } from '../helpers/app.ts';
import { uploadDataset } from '../helpers/datasets.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
beforeAll(() => activateSmallModel(test));

const pageOf = async (csv: string): Promise<string> =>
  test.pageOf(`/batches/${await test.scoreAtOnce(csv)}/monitoring`);

/** Every customer's contract is by the month, and every fifth has no monthly charge. */
function changed(csv: string): string {
  const [header = '', ...lines] = csv.trim().split('\n');
  const [contract, charges] = [
    header.split(',').indexOf('Contract'),
    header.split(',').indexOf('MonthlyCharges'),
  ];
  const rows = lines.map((line, i) => {
    const cells = line.split(',').with(contract, 'Month-to-month');
    return (i % 5 === 0 ? cells.with(charges, '') : cells).join(',');
  });
  return `${[header, ...rows].join('\n')}\n`;
}

it('a file of customers as they were looks like the training data', async () => {
  const page = await pageOf(customersCsv(400, 21));
  expect(page).toContain('This file looks like the training data.');
  expect(page).toContain('400 customers of this file against 480 training rows');
  expect(page).not.toContain('Which columns have changed?');
});

it('of a file that has changed, the harm comes first, and then the columns that explain it', async () => {
  const page = await pageOf(changed(customersCsv(400, 22)));
  expect(page).toContain('2 columns differ from the training data.');
  expect(page.indexOf('Customers at high risk')).toBeLessThan(page.indexOf('Which columns have changed?'));
  expect(page).toMatch(/<h3>Contract<\/h3>\s*<p>Values are distributed differently: PSI/);
  expect(page).toContain('20.0 % of the customers have no value; of the training rows, 0.0 % had none.');
  expect(page).toMatch(/It raises the mean churn probability by [\d.]+ points?\./);
});

it('a few customers are too few to tell', async () => {
  expect(await pageOf(customersCsv(8, 23))).toContain('too few customers to tell');
});

it('leads there from the results, which warn of a file that has changed', async () => {
  const resultsOf = async (csv: string): Promise<string> =>
    test.pageOf(`/batches/${await test.scoreAtOnce(csv)}/results`);
  const usual = await resultsOf(customersCsv(300, 25));
  expect(usual).toMatch(/href="\/batches\/\d+\/monitoring"/);
  expect(usual).not.toContain('from the training data.');
  expect(await resultsOf(changed(customersCsv(300, 26)))).toMatch(
    /notice-warning">\s*2 columns differ from the training data\. Check the file/,
  );
});

describe('a file that was scored before files were counted', () => {
  const uncounted = async (): Promise<string> => {
    const id = await test.scoreAtOnce(customersCsv(400, 24));
    await test.context.db('batch_counts').delete();
    return `/batches/${id}/monitoring`;
  };

  it('is counted from its scores', async () => {
    const page = await test.pageOf(await uncounted());
    expect(page).toContain('400 customers of this file against 480 training rows');
    expect(page).toContain('This file looks like the training data.');
  });

  it('is compared with the dataset of its model, where the model does not say what it learned from', async () => {
    const past = customersCsv(1_500, 3, true);
    const { id } = await uploadDataset(test, test.agent, past, 'history.csv');
    const { sha256 } = await getDataset(test.context.db, id);
    const path = await uncounted();
    await withoutReference(sha256, id);
    expect(await test.pageOf(path)).toContain('400 customers of this file against 1,500 training rows');
    await test.context.db('models').update({ dataset_id: null });
    expect(await test.pageOf(path)).toContain('Nothing to compare with');
  });
});

/** The model as an earlier version stored it. */
async function withoutReference(datasetHash: string, datasetId: number): Promise<void> {
  const { db, config } = test.context;
  const record = (await findActiveModel(db))!;
  const { reference, ...model } = await readModelFile(config.modelsDir, record);
  expect(reference).toBeDefined();
  const sha256 = await writeModelFile(config.modelsDir, `${record.file}-earlier`, model);
  const provenance = JSON.stringify({ ...record.provenance, datasetHash });
  const change = { file: `${record.file}-earlier`, sha256, dataset_id: datasetId, provenance };
  await db('models').where({ id: record.id }).update(change);
}
