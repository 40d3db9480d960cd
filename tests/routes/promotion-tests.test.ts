import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { listEvents } from '../../src/store/audit.ts';
import type { CustomerScore } from '../../src/domain/scoring/customer-record.ts';
import { findActiveModel } from '../../src/store/models.ts';
import type { ModelRecord } from '../../src/store/models.ts';
import { listPromotionTests } from '../../src/store/promotion-tests.ts';
import type { TaskName, Tasks } from '../../src/tasks/tasks.ts';
import {
  activateSmallModel,
  createTestApp,
  customersCsv,
  setUpOrganisation,
  signIn,
} from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { errorsOf, postForm } from '../helpers/datasets.ts';
import type { Agent, Fields } from '../helpers/datasets.ts';
import { addCandidate, scoreFile } from '../helpers/models.ts';
import { listScores } from '../helpers/scores.ts';

let test: TestApp;
let admin: Agent;
let analyst: Agent;
let candidate: ModelRecord;
/** A customer of a file. */
let known: CustomerScore;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test);
  candidate = await addCandidate(test, 'Contract and tenure', ['Contract', 'tenure']);
  [admin, analyst] = [await signIn(test, 'admin'), await signIn(test, 'analyst')];
  await scoreFile(test, analyst, customersCsv(60, 21));
  [known] = (await listScores(test)) as [CustomerScore];
  golden = { ...golden, customer: String(known.id) };
});
afterAll(() => test.close());
beforeEach(() => test.context.db('promotion_tests').delete());

const longer: Fields = {
  kind: 'direction',
  name: 'A longer contract does not raise the risk',
  feature: 'Contract',
  from: 'Month-to-month',
  to: 'Two year',
  mustNot: 'rise',
  allowed: '0',
  enabled: 'yes',
};
let golden: Fields = {
  kind: 'golden',
  name: 'Our oldest customer',
  low: '0',
  high: '100',
  enabled: 'yes',
};
const save = (fields: Fields, path = '') => postForm(analyst, `/models/tests${path}`, fields);
const tests = () => listPromotionTests(test.context.db);
const newTest = async () => (await tests())[0]!;
/** The results on the activation page: outcome and details, one a test. */
async function verdicts(): Promise<string[][]> {
  const { text } = await admin.get(`/models/${candidate.id}/activation`).expect(200);
  const cells =
    /<span class="tag[^"]*">(Passed|Failed|Not applicable)<\/span><\/td>\s*<td data-label="Details">([^<]*)/g;
  return [...text.matchAll(cells)].map(([, outcome, seen]) => [outcome!, seen!]);
}

/** The value of the box that accepts what the page shows. */
async function despite(path: string): Promise<string> {
  const { text } = await admin.get(path).expect(200);
  return /name="despite" value="([^"]+)"/.exec(text)![1]!;
}

describe('a change of one column', () => {
  it('passes where the model goes that way', async () => {
    expect((await save(longer)).headers['location']).toBe('/models/tests');
    expect(await verdicts()).toEqual([
      ['Passed', '0 of 60 customers have a higher churn probability with Contract Two year.'],
    ]);
    const { text } = await analyst.get('/models/tests').expect(200);
    expect(text).toContain('Contract from Month-to-month to Two year must not raise the churn probability');
  });

  it('fails where it goes the other way, and shows for how many customers', async () => {
    await save({ ...longer, mustNot: 'fall' });
    expect(await verdicts()).toEqual([
      ['Failed', '60 of 60 customers have a lower churn probability with Contract Two year.'],
    ]);
  });

  it('allows a share of exceptions, and can start from each customer’s own value', async () => {
    await save({ ...longer, feature: 'tenure', from: '', to: '1', allowed: '100' });
    const [outcome, seen] = (await verdicts())[0]!;
    expect(outcome).toBe('Passed');
    expect(Number(/^\d+/.exec(seen!)![0])).toBeGreaterThan(40);
    await save({ ...longer, feature: 'tenure', from: '', to: '1', allowed: '0,5' });
    expect((await verdicts()).map(([one]) => one)).toEqual(['Passed', 'Failed']);
  });

  it.each([
    [{ feature: 'Age' }, 'The model does not use Age.'],
    [{ to: 'Ten year' }, 'Contract “Ten year” did not occur in training.'],
    [{ from: 'Weekly' }, 'Contract “Weekly” did not occur in training.'],
    [{ feature: 'tenure', from: '', to: 'long' }, 'tenure is a number in this model, and “long” is not one.'],
  ])('explains where it does not apply: %j', async (change, words) => {
    await save({ ...longer, ...change });
    expect(await verdicts()).toEqual([['Not applicable', words]]);
  });

  it('finds a column under another spelling of its name', async () => {
    await save({ ...longer, feature: 'con_tract' });
    expect((await verdicts())[0]).toEqual(['Passed', expect.stringContaining('0 of 60')]);
  });
});

describe('a known customer', () => {
  it('is taken from a score and has to stay in a range', async () => {
    await save(golden);
    const [outcome, seen] = (await verdicts())[0]!;
    expect([outcome, seen]).toEqual(['Passed', expect.stringMatching(/^The churn probability is [\d.]+ %/)]);
    const score = Number(/[\d.]+/.exec(seen!)![0]);
    const { id } = await newTest();
    await save({ ...golden, customer: '', low: String(score + 1) }, `/${id}`);
    expect((await verdicts())[0]![0]).toBe('Failed');
    await save({ ...golden, customer: '', low: String(score - 1), high: String(score + 1) }, `/${id}`);
    expect((await verdicts())[0]![0]).toBe('Passed');
    const { definition } = await newTest();
    expect(definition).toMatchObject({ inputs: known.inputs });
  });

  it('has to exist', async () => {
    for (const customer of ['99999', '']) {
      const { status, text } = await save({ ...golden, customer });
      expect([status, errorsOf(text)]).toEqual([422, ['There is no score with this number.']]);
    }
    const offered = await analyst.get('/models/tests/new?kind=golden&prediction=7').expect(200);
    expect(offered.text).toMatch(/name="customer"[^>]*value="7"/);
  });
});

describe('a failing test', () => {
  it('has to be accepted before the model is activated', async () => {
    await save({ ...longer, mustNot: 'fall' });
    const active = (await findActiveModel(test.context.db))!.id;
    const path = `/models/${candidate.id}/activation`;
    expect((await admin.get(path)).text).toContain('Activate although a promotion test fails');
    const refused = await postForm(admin, path);
    expect([refused.status, errorsOf(refused.text)]).toEqual([
      422,
      [expect.stringContaining('A promotion test fails.')],
    ]);
    expect((await findActiveModel(test.context.db))!.id).toBe(active);
    const model = String(active);
    expect((await postForm(admin, path, { despite: await despite(path) })).status).toBe(303);
    expect((await findActiveModel(test.context.db))!.id).toBe(candidate.id);
    expect((await postForm(admin, '/models/rollback', { model })).status).toBe(303);
  });

  it('is accepted only as it was shown, not another one and not as it was edited since', async () => {
    await save({ ...longer, mustNot: 'fall' });
    const active = (await findActiveModel(test.context.db))!.id;
    const path = `/models/${candidate.id}/activation`;
    const shown = await despite(path);
    const edited = { ...longer, mustNot: 'fall', to: 'One year' };
    await save(edited, `/${(await newTest()).id}`);
    for (const accepted of [shown, 'yes']) {
      const { status, text } = await postForm(admin, path, { despite: accepted });
      expect([status, errorsOf(text)]).toEqual([
        422,
        ['The failing promotion tests have changed since this page was opened. Check the results again.'],
      ]);
    }
    await save({ ...longer, mustNot: 'fall' });
    expect((await postForm(admin, path, { despite: shown })).status).toBe(422);
    expect((await findActiveModel(test.context.db))!.id).toBe(active);
  });

  it.each<[string, (id: number) => Promise<{ status: number }>]>([
    ['added', () => save({ ...longer, mustNot: 'fall' })],
    ['edited', (id) => save({ ...longer, mustNot: 'fall' }, `/${id}`)],
    ['removed', (id) => postForm(analyst, `/models/tests/${id}/removal`)],
  ])('%s between the tests and the activation stops it', async (_how, change) => {
    await save(longer);
    const { id } = await newTest();
    const active = (await findActiveModel(test.context.db))!.id;
    const { tasks } = test.context;
    const run = (async (name: TaskName, args: never) => {
      const result = await tasks.run(name, args);
      expect((await change(id)).status).toBe(303);
      return result;
    }) as Tasks['run'];
    const app = createApp({ ...test.context, tasks: { run } });
    const hurried = await signIn({ ...test, app }, 'admin');
    const { status, text } = await postForm(hurried, `/models/${candidate.id}/activation`);
    expect(status).toBe(409);
    expect(text).toContain('The promotion tests have changed since they were run.');
    expect((await findActiveModel(test.context.db))!.id).toBe(active);
  });

  it('that is not in use is not run', async () => {
    expect((await save({ ...longer, enabled: 'no' })).status, 'a box sends yes or nothing').toBe(422);
    const off = Object.fromEntries(Object.entries(longer).filter(([name]) => name !== 'enabled'));
    await save({ ...off, mustNot: 'fall' });
    expect(await verdicts()).toEqual([]);
    expect((await analyst.get('/models/tests')).text).toContain('>Not in use</td>');
  });
});

describe('the form', () => {
  it('shows every error and keeps what was typed', async () => {
    const direction = await save({
      ...longer,
      name: ' ',
      feature: '',
      from: 'x'.repeat(201),
      to: '',
      mustNot: 'wobble',
      allowed: '101',
    });
    expect(direction.status).toBe(422);
    expect(errorsOf(direction.text)).toEqual([
      'Enter a name for the test.',
      'Choose a column.',
      'Use at most 200 characters.',
      'Enter the value to change to.',
      'Choose whether the churn probability must not rise or not fall.',
      'Enter a percentage from 0 to 100.',
    ]);
    expect(direction.text).toContain('value="101"');
    const known = await save({ ...golden, customer: 'Ada', low: 'few', high: '-1' });
    expect(errorsOf(known.text)).toEqual([
      'Enter the number of a score, as in the address of its page.',
      'Enter a percentage such as 10.',
      'Enter a percentage such as 10.',
    ]);
    const crossed = await save({ ...golden, low: '60', high: '40' });
    expect([crossed.status, errorsOf(crossed.text)]).toEqual([
      422,
      ['The lowest probability is above the highest.'],
    ]);
    const kind = await save({ ...golden, kind: 'séance' });
    expect([kind.status, errorsOf(kind.text)]).toEqual([422, ['Choose the kind of test.']]);
    expect(await tests()).toEqual([]);
  });

  it('adds, changes and removes, each in the audit log', async () => {
    await save(longer);
    const { id } = await newTest();
    const form = (await analyst.get(`/models/tests/${id}`).expect(200)).text;
    expect(form).toContain('value="Month-to-month"');
    expect(form).toMatch(/<option value="Contract" selected/);
    await save({ ...longer, name: '<b>Bold</b>' }, `/${id}`);
    expect((await analyst.get('/models/tests')).text).toContain('&lt;b&gt;Bold&lt;/b&gt;');
    expect((await analyst.get(`/models/tests/${id}/removal`).expect(200)).text).toContain('&lt;b&gt;Bold');
    expect((await save({}, `/${id}/removal`)).status).toBe(303);
    for (const path of [`/${id}`, `/${id}/removal`, '/abc'])
      await analyst.get(`/models/tests${path}`).expect(404);
    const filter = { action: null, userId: null, from: null, to: null };
    const recorded = await listEvents(test.context.db, filter, 3, 0);
    expect(recorded.map(({ action }) => action)).toEqual([
      'promotion-test.removed',
      'promotion-test.changed',
      'promotion-test.added',
    ]);
  });

  it('is shown to viewers and edited by analysts', async () => {
    await save(longer);
    const { id } = await newTest();
    const viewer = await signIn(test, 'viewer');
    expect((await viewer.get('/models/tests').expect(200)).text).not.toContain('Add a test');
    for (const path of ['/new', `/${id}`, `/${id}/removal`])
      await viewer.get(`/models/tests${path}`).expect(403);
    for (const path of ['', `/${id}`, `/${id}/removal`])
      expect((await postForm(viewer, `/models/tests${path}`, longer)).status).toBe(403);
  });
});
