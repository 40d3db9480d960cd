import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetProfile } from '../../src/domain/datasets/profile/profile.ts';
import { listEvents } from '../../src/store/audit.ts';
import { getDataset, listDatasets } from '../../src/store/datasets.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { listTrainingsOf } from '../../src/store/trainings.ts';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { bankCsv } from '../helpers/bank.ts';
import { uploadDataset, postForm, sendDataset, withColumn } from '../helpers/datasets.ts';
import type { Agent, Fields } from '../helpers/datasets.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let agent: Agent;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  agent = await signIn(test, 'analyst');
});
afterAll(() => test.close());

const bring = (...upload: [bytes: string | Buffer, name?: string, fields?: Fields]) =>
  uploadDataset(test, agent, ...upload);
const post = (path: string, fields: Fields = {}) => postForm(agent, path, fields);
const page = async (path: string) => (await agent.get(path).expect(200)).text;
const actions = async () =>
  (await listEvents(test.context.db, { action: null, userId: null, from: null, to: null }, 20, 0)).map(
    ({ action, subject }) => [action, subject],
  );
const csv = bankCsv(500, 3);
const leftCount = csv
  .trimEnd()
  .split('\n')
  .filter((line) => line.endsWith(',1')).length;

describe('an uploaded table', () => {
  let dataset: Dataset;
  let text: string;
  beforeAll(async () => {
    // The reason is known only for customers who left: it leaks the outcome.
    const leaking = withColumn(csv, 'ExitReason', (cells) => (cells.at(-1) === '1' ? 'moved' : 'none'));
    const answer = await sendDataset(agent, leaking, 'First bank.csv');
    const path = answer.headers['location']!;
    expect(answer.status).toBe(303);
    const waiting = await page(path);
    expect(waiting).toContain('Reading the file.');
    expect(waiting).toContain('data-page-waits');
    await runJobs(test.context);
    dataset = await getDataset(test.context.db, Number(path.split('/').at(-1)));
    text = await page(path);
  });

  it('is read in a job: rows, types and uses of the columns', () => {
    expect(dataset).toMatchObject({ state: 'ready', name: 'First bank', rowCount: 500, version: 1 });
    const uses = Object.fromEntries(dataset.columns.map(({ name, role, type }) => [name, [role, type]]));
    expect(uses).toMatchObject({
      CustomerId: ['identifier', 'number'],
      RowNumber: ['ignored', 'number'],
      Surname: ['ignored', 'text'],
      Geography: ['feature', 'category'],
      Age: ['feature', 'number'],
      Exited: ['label', 'boolean'],
    });
  });

  it('shows every column with its figures, and the share that left', () => {
    for (const { name } of dataset.columns)
      expect(text).toMatch(new RegExp(`<th scope="row">\\s*(<a [^>]*>)?\\s*${name}\\s*<`));
    expect((dataset.profile as DatasetProfile).positiveRate).toBe(leftCount / 500);
    const [, left] = /Customers who left<\/span>\s*<span class="card-figure">([\d.]+)/.exec(text) ?? [];
    expect(Number(left)).toBeCloseTo((100 * leftCount) / 500, 1);
    expect(text).toContain('Exited is 1');
    expect(text).toMatch(/France<\/th>/);
  });

  it('warns of a column that repeats the churn label', () => {
    expect(text).toMatch(/Warning<\/span><\/td>\s*<th scope="row">ExitReason<\/th>/);
  });

  it('shows every automatic decision with its reason', () => {
    const columns = text.slice(text.indexOf('aria-label="Columns"'));
    const row = (name: string) =>
      new RegExp(`<th scope="row">\\s*(?:<a [^>]*>)?\\s*${name}\\b[\\s\\S]*?</tr>`).exec(columns)?.[0];
    expect(row('Surname')).toMatch(/Exclude[\s\S]*Named like an identifier/);
    expect(row('CustomerId')).toMatch(/Customer ID[\s\S]*Never an input/);
    expect(row('ExitReason')).toMatch(/Use as input[\s\S]*May leak the outcome: excluded from training/);
    expect(text).toContain('‘1’ means left, ‘0’ means stayed');
    for (const words of ['Cells are separated by commas.', 'Numbers have a decimal point.'])
      expect(text).toContain(words);
  });

  it('shows sample values of every column', () => {
    const { columns } = dataset.profile as DatasetProfile;
    for (const { samples } of columns) expect(samples!.length).toBeGreaterThan(0);
    expect(text).toContain(columns.find(({ name }) => name === 'CustomerId')!.samples!.join(' · '));
  });

  it('gives an empty template with its columns', async () => {
    const answer = await agent.get(`/datasets/${dataset.id}/template.csv`).expect(200);
    expect(answer.headers['content-disposition']).toContain('attachment');
    expect(answer.text).toBe(`\ufeff${dataset.columns.map(({ name }) => name).join(',')}\r\n`);
  });

  it('is listed and recorded in the audit log, and goes on to known steps only', async () => {
    expect(await page('/datasets')).toMatch(/First bank<\/a>[\s\S]*Columns to be confirmed[\s\S]*500/);
    expect(await actions()).toContainEqual(['dataset.uploaded', 'First bank']);
    const next = (step: string) => agent.get(`/datasets/${dataset.id}?next=${step}`);
    expect((await next('label').expect(303)).headers['location']).toBe(`/datasets/${dataset.id}/label`);
    await next('https://example.com').expect(200);
  });
});

describe('a file that cannot be used', () => {
  it('is named where it is a picture, with what to do next', async () => {
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]);
    const { id, state, error } = await bring(png, 'customers.csv');
    expect([state, error]).toEqual(['failed', expect.stringMatching(/This file is .*PNG/)]);
    const text = await page(`/datasets/${id}`);
    expect(text).toMatch(/could not be read\.<\/strong> This file is .*PNG/);
    expect(text).toContain(`/datasets/${id}/removal`);
    expect(await page('/datasets')).toContain('Could not be read');
    expect((await post(`/datasets/${id}/columns`)).status).toBe(409);
    await agent.get(`/datasets/${id}/label`).expect(303);
  });

  it.each([
    ['nothing', ''],
    ['a header without rows', 'a,b\n'],
    ['two columns of one name', 'a,a\n1,2\n'],
  ])('fails with its reason: %s', async (_what, text) => {
    const { state, error } = await bring(text);
    expect(state).toBe('failed');
    expect(error).toMatch(/empty|no rows|more than once/);
  });

  it('is asked for at 422 where the form has none, and nothing is stored', async () => {
    const before = (await listDatasets(test.context.db)).length;
    const answer = await post('/datasets', { name: 'Kept', kind: 'transactions' });
    expect([answer.status, answer.text.includes('Choose a file first.')]).toEqual([422, true]);
    expect(answer.text).toContain('id="file-error"');
    expect(await listDatasets(test.context.db)).toHaveLength(before);
    expect(readdirSync(test.context.config.uploadsDir)).toEqual([]);
  });

  it.each(['', '/columns', '/label', '/customers', '/version', '/removal', '/template.csv', '/current.csv'])(
    'is not found under an unknown address (%s)',
    async (path) => {
      await agent.get(`/datasets/99999${path}`).expect(404);
      await agent.get(`/datasets/abc${path}`).expect(404);
    },
  );
});

describe('markup in names', () => {
  it('is shown as text on every page, and kept in the template', async () => {
    const evil = '<img src=x onerror=alert(1)>';
    const renamed = csv.replace('Geography', evil).replaceAll('France', '<b>France</b>');
    const { id } = await bring(renamed, '<script>alert(1)</script>.csv', {
      name: '<script>alert(2)</script>',
    });
    for (const path of ['', '/columns', '/label', '/version', '/removal']) {
      const text = await page(`/datasets/${id}${path}`);
      expect(text, path).not.toMatch(/<img src=x|<script>alert|<b>France/);
      if (path === '/columns') expect(text).toContain('&lt;img src=x onerror=alert(1)&gt;');
    }
    expect((await agent.get(`/datasets/${id}/template.csv`)).text).toContain(evil);
    expect(await page('/datasets')).not.toContain('<script>alert');
  });
});

describe('the template', () => {
  it('quotes names with commas and quotation marks, and escapes formulas', async () => {
    const header = '"=1+1","a, b","say ""hi""",plain';
    const { id } = await bring(`${header}\n${'1,2,3,4\n'.repeat(30)}`);
    const { text } = await agent.get(`/datasets/${id}/template.csv`).expect(200);
    expect(text).toBe(`\ufeff'=1+1,"a, b","say ""hi""",plain\r\n`);
  });
});

describe('a stored file', () => {
  it('is readable by the user that runs the program only', async () => {
    const before = process.umask(0o022);
    try {
      const answer = await sendDataset(agent, csv);
      const id = Number(answer.headers['location']!.split('/').at(-1));
      const { file } = await getDataset(test.context.db, id);
      expect(statSync(join(test.context.config.dataDir, file)).mode & 0o777).toBe(0o600);
    } finally {
      process.umask(before);
      await runJobs(test.context);
    }
  });
});

describe('a new version', () => {
  it('takes over what was confirmed for columns of the same name, and the label', async () => {
    const first = await bring(csv, 'bank.csv', { name: 'Bank by month' });
    const age = first.columns.findIndex(({ name }) => name === 'Age');
    const fields = { [`title_${age}`]: 'Age in years', [`unit_${age}`]: 'years', [`max_${age}`]: '99' };
    expect((await post(`/datasets/${first.id}/columns`, { name: first.name, ...fields })).status).toBe(303);
    expect(await page(`/datasets/${first.id}/version`)).toContain(`name="versionOf" value="${first.id}"`);

    const later = withColumn(bankCsv(450, 5), 'Branch', (cells) => `B${Number(cells[0]) % 3}`);
    const second = await bring(later, 'bank2.csv', { versionOf: String(first.id), name: 'ignored' });
    expect(second).toMatchObject({ name: 'Bank by month', version: 2, seriesId: first.id, rowCount: 450 });
    expect(second.columns.find(({ name }) => name === 'Age')).toMatchObject({
      title: 'Age in years',
      unit: 'years',
      allowed: { min: null, max: 99 },
    });
    expect(second.columns.at(-1)).toMatchObject({ name: 'Branch', role: 'feature' });
    expect(second.label).toEqual(first.label);
    expect(await page(`/datasets/${second.id}`)).toMatch(
      /Version 2<\/strong>, shown here[\s\S]*Version 1<\/a>/,
    );
  });
});

describe('a removal', () => {
  it('lists what depends on the dataset, waits for a training run, then deletes file and record', async () => {
    const dataset = await bring(csv, 'going.csv');
    const file = join(test.context.config.dataDir, dataset.file);
    expect(
      (await post(`/datasets/${dataset.id}/training`, { trainingTime: 'quick', name: 'Spring fit' })).status,
    ).toBe(303);
    const refused = await post(`/datasets/${dataset.id}/removal`);
    expect([refused.status, refused.text.includes('A model is being trained')]).toEqual([409, true]);
    expect(existsSync(file)).toBe(true);

    const [training] = await listTrainingsOf(test.context.db, dataset.id);
    await post(`/trainings/${training!.id}/cancellation`);
    const { text } = await agent.get(`/datasets/${dataset.id}/removal`);
    expect(text).toContain('The record of 1 training run is deleted too: Spring fit');
    expect((await post(`/datasets/${dataset.id}/removal`)).status).toBe(303);
    expect(existsSync(file)).toBe(false);
    await agent.get(`/datasets/${dataset.id}`).expect(404);
    expect(await actions()).toContainEqual(['dataset.removed', 'going']);
  });

  it('of the first version keeps the series of the later ones', async () => {
    const first = await bring(csv);
    const second = await bring(csv, 'b.csv', { versionOf: String(first.id) });
    await post(`/datasets/${first.id}/removal`);
    expect(await getDataset(test.context.db, second.id)).toMatchObject({ version: 2, seriesId: second.id });
    const third = await bring(csv, 'c.csv', { versionOf: String(second.id) });
    expect(third).toMatchObject({ version: 3, seriesId: second.id });
  });
});

describe('a viewer', () => {
  it('has no access', async () => {
    const { id } = await bring(csv);
    const viewer = await signIn(test, 'viewer');
    const pages = ['', '/columns', '/label', '/customers', '/version', '/removal', '/template.csv'];
    for (const path of ['/datasets', ...pages.map((one) => `/datasets/${id}${one}`)])
      expect((await viewer.get(path)).status, path).toBe(403);
    await viewer.get(`/datasets/${id}/current.csv`).expect(403);
    const changes = [
      '/columns',
      '/label',
      '/label/comparison',
      '/customers',
      '/customers/comparison',
      '/removal',
    ];
    for (const path of changes)
      expect((await postForm(viewer, `/datasets/${id}${path}`)).status, path).toBe(403);
    expect((await sendDataset(viewer, csv)).status).toBe(403);
    await agent.get(`/datasets/${id}`).expect(200);
  });
});
