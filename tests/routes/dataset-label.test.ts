import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DatasetProfile } from '../../src/domain/datasets/profile/profile.ts';
import { comparisonOf } from '../../src/domain/datasets/labels/comparison.ts';
import { getDataset } from '../../src/store/datasets.ts';
import type { Dataset } from '../../src/store/datasets.ts';
import { listOpenJobs } from '../../src/store/jobs.ts';
import { createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { bankCsv } from '../helpers/bank.ts';
import { uploadDataset, errorsOf, postForm, withColumn } from '../helpers/datasets.ts';
import type { Agent, Fields } from '../helpers/datasets.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let agent: Agent;
let dataset: Dataset;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  agent = await signIn(test, 'analyst');
  dataset = await uploadDataset(test, agent, bankCsv(500, 3));
});
afterAll(() => test.close());

const place = (name: string): string => String(dataset.columns.findIndex((column) => column.name === name));
const levelAt = (name: string, level: string): number =>
  dataset.columns.find((column) => column.name === name)!.levels.indexOf(level);
const path = () => `/datasets/${dataset.id}/label`;
const save = (fields: Fields) => postForm(agent, path(), fields);
const compare = (fields: Fields) => postForm(agent, `${path()}/comparison`, fields);
const page = async () => (await agent.get(path()).expect(200)).text;
const stored = () => getDataset(test.context.db, dataset.id);
const profile = async () => (await stored()).profile as DatasetProfile;
const queued = async () => (await listOpenJobs(test.context.db)).length;

/** A rule of one condition. */
const rule = (column: string, kind: string, value: string): Fields => ({
  how: 'rule',
  match: 'all',
  column0: place(column),
  kind0: kind,
  value0: value,
});

describe('a column as churn label', () => {
  it('is guessed, and offered first with its likely level', async () => {
    const text = await page();
    expect(text).toContain('Churn label: <strong>Exited is 1</strong>');
    expect(text).toContain('Exited is 1 (likely)');
    expect(text.indexOf('label="Exited"')).toBeLessThan(text.indexOf('label="Geography"'));
    expect(text).not.toContain('label="Surname"');
  });

  it('can be another, and the figures are made anew in a job', async () => {
    const { positiveRate } = await profile();
    const answer = await save({ choice: `${place('Gender')}:${levelAt('Gender', 'Female')}` });
    expect([answer.status, answer.headers['location']]).toEqual([303, `/datasets/${dataset.id}/training`]);
    expect((await stored()).state).toBe('reading');
    // Until then the label cannot be changed again.
    expect((await save({ choice: `${place('Exited')}:1` })).status).toBe(409);
    await agent.get(path()).expect(303);
    await runJobs(test.context);

    const { label, state, columns: after } = await stored();
    expect([state, label]).toEqual(['ready', { kind: 'column', column: 'Gender', positive: 'Female' }]);
    const roles = Object.fromEntries(after.map(({ name, role }) => [name, role]));
    expect([roles['Gender'], roles['Exited']]).toEqual(['label', 'ignored']);
    const now = await profile();
    expect(now.positiveRate).not.toBe(positiveRate);
    expect(now.undecided, 'rows without a gender').toBe(
      bankCsv(500, 3)
        .split('\n')
        .filter((line) => line.split(',')[5] === '').length,
    );
  });

  it('starts no new job when it is saved unchanged', async () => {
    await save({ choice: `${place('Gender')}:${levelAt('Gender', 'Female')}` });
    expect([await queued(), (await stored()).state]).toEqual([0, 'ready']);
  });

  it.each(['', '99:0', '1', 'x:y', '-1:0', '4:77'])('has to be one of the list, not %j', async (choice) => {
    const { status, text } = await save({ choice });
    expect(status).toBe(422);
    expect(errorsOf(text)).toEqual(['Choose a column and the level that means a customer left.']);
    expect(text).toContain('id="choice-error"');
  });
});

describe('beside a rule, a column that may leak the outcome', () => {
  it('is warned of and excluded by default, by its name or its values', async () => {
    const balance = bankCsv(1, 3).split('\n')[0]!.split(',').indexOf('Balance');
    let csv = withColumn(bankCsv(500, 3), 'churn_band', ([row]) => ['low', 'mid', 'high'][Number(row) % 3]!);
    csv = withColumn(csv, 'cancelled_on', ([row]) => `2026-0${1 + (Number(row) % 9)}-11`);
    csv = withColumn(csv, 'assets', (cells) => String(Number(cells[balance]) * 2 + (Number(cells[0]) % 7)));
    const { id, columns } = await uploadDataset(
      test,
      agent,
      csv.replace(/^.*/, (names) => names.replace('Exited', 'state')),
    );
    const at = (name: string): number => columns.findIndex((column) => column.name === name);
    const rule = { column0: String(at('Balance')), kind0: 'below-percentile', value0: '40' };
    await postForm(agent, `/datasets/${id}/label`, { how: 'rule', match: 'all', ...rule });
    await runJobs(test.context);
    const { text } = await agent.get(`/datasets/${id}/training`).expect(200);
    const isLeftOut = (name: string) => text.includes(`name="drop-${at(name)}" value="yes" checked`);
    const names = ['churn_band', 'cancelled_on', 'assets', 'Age', 'Geography', 'state'];
    expect(names.filter(isLeftOut)).toEqual(['churn_band', 'cancelled_on', 'assets']);
    expect(text).toContain('its name suggests that it records who churned.');
    // Columns of the rule are never inputs, so they are not offered.
    expect(text).not.toContain('Exclude Balance');
  });
});

describe('a rule', () => {
  it('lists all its errors at once, and keeps what was typed', async () => {
    const { status, text } = await save({
      how: 'rule',
      match: 'any',
      asOf: '',
      column0: '99',
      kind0: 'below',
      value0: '12',
      column1: place('Age'),
      kind1: 'resembles',
      value1: '',
      column2: place('Balance'),
      kind2: 'above',
      value2: 'a fortune',
    });
    expect(status).toBe(422);
    expect(errorsOf(text)).toEqual([
      'Choose a column of this dataset.',
      'Choose a condition.',
      'Enter the days, percentage, number or level.',
      'Enter a number such as 60.',
    ]);
    for (const field of ['column0', 'kind1', 'value1', 'value2'])
      expect(text).toContain(`id="${field}-error"`);
    expect(text).toContain('value="a fortune"');
    expect(text).toMatch(/<option value="any" selected/);
  });

  it.each([
    ['without a condition', { how: 'rule' }, 'Choose a column and its condition.'],
    ['of 0 days', { kind0: 'days-at-least', value0: '0' }, /whole days, from 1/],
    ['of half a day', { kind0: 'days-at-least', value0: '0.5' }, /whole days, from 1/],
    ['of the lowest 100 percent', { kind0: 'below-percentile', value0: '100' }, /from 1 to 99/],
    ['counted from no date', { kind0: 'inactive-days', value0: '60', asOf: 'yesterday' }, /Write the date/],
  ] as const)('%s is refused with a reason', async (_what, change, words) => {
    const { status, text } = await save(
      'how' in change ? change : { ...rule('Tenure', 'below', '1'), ...change },
    );
    expect(status).toBe(422);
    expect(errorsOf(text)).toHaveLength(1);
    expect(errorsOf(text)[0]).toMatch(words);
    expect(errorsOf(text)[0]).not.toMatch(/invalid|expected|too (big|small)/i);
  });

  it.each([
    ['equals', 'Atlantis', 'No row has &#39;Atlantis&#39; in the column &#39;Geography&#39;.'],
    ['inactive-days', '60', 'The column &#39;Geography&#39; has no dates that can be read.'],
  ])(
    'that no row can satisfy (%s %s) is dropped with the reason, and the dataset stays usable',
    async (...given) => {
      const [kind, value, words] = given;
      expect((await save(rule('Geography', kind, value))).status).toBe(303);
      await runJobs(test.context);
      expect(await stored()).toMatchObject({ state: 'ready', label: null });
      for (const step of ['label', 'training'])
        expect((await agent.get(`/datasets/${dataset.id}/${step}`).expect(200)).text).toContain(words);
      // A label that can be used replaces it, and the reason is gone.
      await save({ choice: `${place('Exited')}:${levelAt('Exited', '1')}` });
      await runJobs(test.context);
      expect(await page()).not.toContain(words);
      expect(await stored()).toMatchObject({ error: null, label: { column: 'Exited', positive: '1' } });
    },
  );

  it('is compared with other limits in a job, side by side', async () => {
    const answer = await compare(rule('Balance', 'below-percentile', '40'));
    expect([answer.status, answer.headers['location']]).toEqual([303, `${path()}#comparison`]);
    const waiting = await page();
    expect(waiting).toContain('Comparing: a quick model');
    expect(waiting).toContain('data-page-waits');
    await runJobs(test.context);
    const { results, error } = comparisonOf(await stored())!;
    expect([error, results!.length]).toEqual([null, expect.any(Number)]);
    expect(results!.length).toBeGreaterThanOrEqual(3);
    const text = await page();
    for (const { description } of results!) expect(text).toContain(description);
    expect(text).toMatch(/name="value0"[^>]*value="40"/);
    expect((await stored()).label, 'comparing decides nothing').toMatchObject({ column: 'Exited' });
  });

  it('that cannot be compared says why', async () => {
    await compare(rule('Geography', 'equals', 'Atlantis'));
    await runJobs(test.context);
    expect(await page()).toMatch(/No row has &#39;Atlantis&#39; in the column &#39;Geography&#39;/);
    expect((await stored()).state).toBe('ready');
  });

  it('becomes the label: the figures follow it, and it is shown in words', async () => {
    const answer = await save({
      how: 'rule',
      match: 'all',
      column0: place('Age'),
      kind0: 'above',
      value0: '50',
      column1: place('IsActiveMember'),
      kind1: 'equals',
      value1: '0',
    });
    expect(answer.status).toBe(303);
    await runJobs(test.context);
    const { label } = await stored();
    expect(label).toMatchObject({
      kind: 'proxy',
      rule: { match: 'all', conditions: [{ column: 'Age', number: 50 }, { level: '0' }] },
    });
    const rows = bankCsv(500, 3).trimEnd().split('\n').slice(1);
    const cells = rows.map((row) => row.split(','));
    const left = cells.filter((row) => Number(row[6]) > 50 && row[10] === '0').length;
    const undecided = cells.filter((row) => row[6] === '' && row[10] === '0').length;
    expect(await profile()).toMatchObject({ positiveRate: left / (500 - undecided), undecided });
    expect(await page()).toContain('Age is above 50, and IsActiveMember is 0');
  });
});

describe('before a label is saved', () => {
  const spelled = ['TRUE', 'True', 'FALSE', ' false', 'FALSE', 'FALSE'];
  const table = (name: string, cellOf: (row: number) => string): string =>
    `id,age,${name}\n${Array.from({ length: 120 }, (_, i) => `c${i},${20 + ((i * 7) % 41)},${cellOf(i)}`).join('\n')}\n`;
  const labelPage = async (csv: string) => {
    const { id } = await uploadDataset(test, agent, csv, 'table.csv');
    const { text } = await agent.get(`/datasets/${id}/label`).expect(200);
    return { id, text };
  };

  it('says how many left and how many stayed, with spellings read as one level', async () => {
    const { id, text } = await labelPage(table('Churn', (i) => spelled[i % 6]!));
    expect(text).toContain('(likely): 40 left, 80 stayed');
    expect(text).toContain('are one level: ‘FALSE’, ‘ false’; ‘TRUE’, ‘True’.');
    const { profile: stored, label } = await getDataset(test.context.db, id);
    expect((stored as DatasetProfile).positiveRate).toBeCloseTo(1 / 3);
    expect(label).toEqual({ kind: 'column', column: 'Churn', positive: 'TRUE' });
  });

  it('explains what to do with a column called Churn that has one value or three levels', async () => {
    const single = await labelPage(table('Churn', () => 'Yes'));
    expect(single.text).toContain('one value only, Yes');
    expect(single.text).toContain('Upload a file with customers who left and customers who stayed');
    const three = await labelPage(table('Churn', (i) => ['Yes', 'No', 'Paused'][i % 3]!));
    expect(three.text).toContain('Choose the level that means left');
    expect(three.text).toContain('Churn is Paused: 40 left, 80 stayed');
  });

  it('offers the rule for a date of leaving in one click', async () => {
    const { id, text } = await labelPage(
      table('churn_date', (i) => (i % 4 === 0 ? `2026-0${(i % 9) + 1}-11` : '')),
    );
    expect(text).toContain('Use the rule “churn_date has a value”');
    const fields = { how: 'rule', match: 'all', column0: '2', kind0: 'filled' };
    expect((await postForm(agent, `/datasets/${id}/label`, fields)).status).toBe(303);
    await runJobs(test.context);
    const { label, profile: stored } = await getDataset(test.context.db, id);
    expect(label).toMatchObject({ kind: 'proxy' });
    expect((stored as DatasetProfile).positiveRate).toBe(0.25);
  });
});
