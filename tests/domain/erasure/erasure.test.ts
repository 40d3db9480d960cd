/**
 * A customer with an identifier and a value that stand nowhere else is put into Holdfast by every way in. After the erasure
 * neither is in any table of the database, nor in any byte of any file.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { forgetDeleted } from '../../../src/db.ts';
import { verifyAuditChain } from '../../../src/domain/audit/verification.ts';
import { collectCustomerData } from '../../../src/domain/customer-data/customer-data.ts';
import { eraseEverywhere } from '../../../src/domain/erasure/erasure.ts';
import { listEvents, recordEvent } from '../../../src/store/audit.ts';
import { getBatch, updateBatch } from '../../../src/store/batches.ts';
import { listMemberships } from '../../../src/store/campaign-members.ts';
import { getDataset, updateDataset } from '../../../src/store/datasets.ts';
import { tablesOfCustomers } from '../../../src/store/personal-data.ts';
import { noFilter } from '../../../src/store/prediction-filters.ts';
import { sumPredictions } from '../../../src/store/score-files/totals.ts';
import { activateSmallModel, customersCsv } from '../../helpers/app.ts';
import { isOnPostgres, tablesWith } from '../../helpers/database.ts';
import { uploadDataset, withColumn } from '../../helpers/datasets.ts';
import { listScores, scoreStore } from '../../helpers/scores.ts';
import { openSite } from '../../helpers/site.ts';
import { runJobs } from '../../helpers/work.ts';

const customer = 'erase-me-4711';
const value = 'marker-value-0815';

const test = openSite('admin');
const { post, postFile, pageOf } = test;
let batches: number[];
let dataset: number;
let campaign: number;
/** As the model has them: what people say about a customer goes with the customer. */
let totals: unknown;

/** 30 customers, the fifth of them the one to be erased. */
function renamed(csv: string): { readonly header: string; readonly lines: readonly string[] } {
  const [header = '', ...lines] = csv.trimEnd().split('\n');
  return { header, lines: lines.map((line, i) => (i === 4 ? line.replace(/^[^,]*/, customer) : line)) };
}

function withCell(
  { header }: { readonly header: string },
  line: string,
  column: string,
  cell: string,
): string {
  return line.split(',').with(header.split(',').indexOf(column), cell).join(',');
}

const idIn = (location: string | undefined): number => Number(/\d+/.exec(location ?? '')?.[0]);

beforeAll(async () => {
  const model = await activateSmallModel(test, ['Contract', 'tenure', 'MonthlyCharges']);
  await plantFiles();
  await plantDatasets();
  await plantSingleScores(model);
  totals = await totalsOfFiles();
  await plantWork();
  await plantWords();
  await runJobs(test.context);
});

/** Three files: the first has the customer twice, with a level that nobody else has and in a row that is rejected. */
async function plantFiles(): Promise<void> {
  const customers = renamed(customersCsv(30, 21));
  const { header, lines } = customers;
  const odd = withCell(customers, lines[4]!, 'Contract', value);
  const rejected = withCell(customers, lines[4]!, 'tenure', value);
  batches = [];
  for (const rows of [[...lines.with(4, odd), rejected], lines.slice(0, 10), lines.slice(10)])
    batches.push(await test.scoreAtOnce([header, ...rows].join('\n')));
  // Nobody has said yet which of its columns identifies customers.
  await postFile('/batches', `who,what\n${customer},${value}\nanother,thing\n`);
}

/** A dataset with notes of single customers, and a past test. */
async function plantDatasets(): Promise<void> {
  const { header, lines } = renamed(customersCsv(300, 22, true));
  let row = 0;
  const csv = withColumn([header, ...lines].join('\n'), 'Remark', () =>
    ++row === 5 ? value : `said ${row}`,
  );
  dataset = (await uploadDataset(test, test.agent, csv)).id;
  await post(`/datasets/${dataset}/exploration`).expect(303);
  const tested = lines.map(
    (line, i) => `${line.split(',')[0]},${['call', 'none'][i % 2]},${i % 3 ? 'yes' : 'no'}`,
  );
  await postFile('/past-tests', `customer_id,group,answer\n${tested.join('\n')}\n`).expect(303);
}

async function plantSingleScores(model: number): Promise<void> {
  const values = { f0: 'One year', f1: '5', f2: '50', monthlyValue: '', model: String(model), customer };
  await post('/predict', values).expect(303);
}

/** A campaign, a plan, actions, a level and outcomes. */
async function plantWork(): Promise<void> {
  const terms = { action: 'Call', cost: '5', saveRate: '20', smallestSaveRate: '20', horizonDays: '90' };
  const draft = await post('/campaigns', { ...terms, name: `Calls to ${customer}`, search: customer }).expect(
    303,
  );
  expect(idIn(draft.headers['location'])).toBeGreaterThan(0);
  const everybody = await post('/campaigns', { ...terms, name: 'Everybody' }).expect(303);
  campaign = idIn(everybody.headers['location']);
  await post(`/campaigns/${campaign}/launch`, { share: '0.3' }).expect(303);
  await post('/actions', { customer, action: 'Call this week' }).expect(303);
  const day = new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10);
  const done = { status: 'done', result: 'accepted', owner: '', dueOn: day, notes: value };
  await post('/actions/1', done).expect(303);
  const [score] = await listScores(test, { search: customer });
  await post(`/customers/${score!.id}/level`, { level: 'high', reason: value, endsOn: day }).expect(303);
  const outcomes = `customer,left\n${customer},yes\n`;
  await postFile('/outcomes', outcomes, { seenOn: '2026-01-05' }, `${customer}.csv`);
  const correction = { others: customer, answer: 'left', seenOn: '2026-01-06', reason: `${customer} called` };
  await post('/outcomes/recorded', correction).expect(303);
}

/** Names, searches and reasons that people type, and what was kept of them elsewhere. */
async function plantWords(): Promise<void> {
  await post('/segments', { name: `Only ${customer}`, search: customer.toUpperCase() }).expect(303);
  await post('/saved-views', { at: '/customers', name: customer, search: customer }).expect(303);
  const { db } = test.context;
  const subject = `A list of ${customer}`;
  await recordEvent(db, {
    userId: null,
    action: 'plan.asked-for',
    subject,
    after: { filter: { search: customer } },
  });
  await db('jobs')
    .where({ id: 1 })
    .update({ error: `the row of ${customer} is damaged` });
  const [{ sess } = { sess: '{}' }] = await db<{ sess: unknown }>('sessions').select('sess');
  const session = (typeof sess === 'string' ? JSON.parse(sess) : sess) as object;
  const flash = [{ kind: 'notice', text: `Saved ${customer}.` }];
  await db('sessions').update({ sess: JSON.stringify({ ...session, flash }) });
}

function totalsOfFiles() {
  return Promise.all(
    batches.map(async (batch) => {
      const { count, low, medium, high } = await sumPredictions(scoreStore(test), { ...noFilter, batch });
      return { count, low, medium, high };
    }),
  );
}

/** The tables and files that hold the text anywhere. */
async function placesWith(text: string): Promise<string[]> {
  const { db, config } = test.context;
  const folder = dirname(config.dataDir);
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const tables = isOnPostgres ? await tablesWith(db, text) : [];
  return [...tables, ...files.filter((path) => readFileSync(path).includes(text))];
}

it('is all in the export of the customer’s data', async () => {
  const data = (await collectCustomerData(test.context, customer))!;
  expect(data.files.map(({ kind, rows }) => [kind, rows.length])).toEqual([
    ['upload', 2],
    ['results', 2],
    ['rejected rows', 1],
    ['upload', 1],
    ['results', 1],
    ['upload', 1],
    ['dataset', 1],
    ['dataset', 1],
  ]);
  expect(data.files[0]!.rows[0]).toMatchObject({ row: 6, Contract: value });
  expect(data.scores).toHaveLength(3);
  expect(data.segments).toEqual([`Only ${customer}`]);
  expect(Object.keys(data.records).sort()).toEqual([
    'actions',
    'campaign_members',
    'customer_outcomes',
    'predictions',
    'set_levels',
  ]);
  expect(data.records['actions']![0]).toMatchObject({ action: 'Call this week', notes: value });
  expect(data.records['campaign_members']![0]).toMatchObject({ campaign: 'Everybody' });
  const named = new Set(data.mentions.map(({ table }) => table));
  for (const table of ['segments', 'saved_views', 'campaigns', 'audit_events', 'jobs'])
    expect(named).toContain(table);
  // Nobody else's data.
  expect(data.files.flatMap(({ rows }) => rows).every((row) => JSON.stringify(row).includes(customer))).toBe(
    true,
  );
  expect(await collectCustomerData(test.context, 'nobody-at-all')).toBeNull();
});

it('leaves nothing of a customer in any table or file, and all totals as they were', async () => {
  expect((await placesWith(customer)).length).toBeGreaterThan(10);
  expect((await placesWith(value)).length).toBeGreaterThan(4);
  const found = await eraseEverywhere(test.context, customer);
  expect(found).toMatchObject({
    singleScores: 1,
    fileScores: 2,
    datasetRows: 2,
    unsearched: ['customers.csv'],
  });
  // In the first file's upload, results and rejected rows, with the row that was rejected; in two files of the second.
  expect(found.csvRows).toBe(8);
  expect(found.mentions).toBeGreaterThan(5);
  await forgetDeleted(test.context.db, tablesOfCustomers());
  expect(await placesWith(customer)).toEqual([]);
  expect(await placesWith(value)).toEqual([]);
  expect(await totalsOfFiles()).toEqual(totals);
  expect(await listScores(test, { search: customer })).toEqual([]);
  expect(await collectCustomerData(test.context, customer)).toBeNull();
});

it('shows the customer on no page', async () => {
  const pages = ['/', '/customers', '/analytics', '/actions', '/segments', '/campaigns', '/admin/audit'];
  for (const path of [...pages, `/batches/${batches[0]}/results`, `/datasets/${dataset}`, '/customers.csv']) {
    const page = await pageOf(path);
    expect(page, path).not.toContain(customer);
    expect(page, path).not.toContain(value);
  }
});

it('keeps the counts of campaigns, and computes again what datasets say about their columns', async () => {
  const { db } = test.context;
  expect(await listMemberships(db, customer)).toEqual([]);
  expect(await db('campaign_members').where({ campaign_id: campaign })).not.toHaveLength(0);
  const { rowCount, state, profile } = await getDataset(db, dataset);
  expect({ rowCount, state, rows: profile?.rows }).toEqual({ rowCount: 299, state: 'ready', rows: 299 });
});

it('is on record without who it was, and finds nothing a second time', async () => {
  const everything = { action: null, userId: null, from: null, to: null };
  const [event] = await listEvents(test.context.db, everything, 1, 0);
  expect(event).toMatchObject({ action: 'customer.erased', subject: 'A customer', userName: null });
  expect(JSON.parse(event!.after!)).toMatchObject({ scores: 3, rows: 8, datasetRows: 2 });
  // The words of events were changed, and the log is whole.
  const { erased, brokenAt } = await verifyAuditChain(test.context.db);
  expect({ isErased: erased > 0, brokenAt }).toEqual({ isErased: true, brokenAt: null });
  expect(await eraseEverywhere(test.context, customer)).toMatchObject({
    singleScores: 0,
    fileScores: 0,
    csvRows: 0,
    datasetRows: 0,
    mentions: 0,
  });
});

it('goes on where an erasure of a dataset was cut off', async () => {
  const { db } = test.context;
  await updateDataset(db, dataset, { profile: {} });
  await eraseEverywhere(test.context, customer);
  expect((await getDataset(db, dataset)).profile).toMatchObject({ rows: 299 });
});

it('waits for files that are being scored, and for datasets that are being read', async () => {
  const { db } = test.context;
  const { state } = await getBatch(db, batches[0]!);
  await updateBatch(db, batches[0]!, { state: 'scoring' });
  await expect(eraseEverywhere(test.context, customer)).rejects.toThrow('is being checked or scored');
  await updateBatch(db, batches[0]!, { state });
  await updateDataset(db, dataset, { state: 'reading' });
  await expect(eraseEverywhere(test.context, customer)).rejects.toThrow('is being read or learned from');
});
