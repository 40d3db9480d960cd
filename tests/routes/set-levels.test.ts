/** A person sets the risk level of a customer: it counts wherever the level counts, until its end, with the model's beside it. */
import { beforeAll, describe, expect, it } from 'vitest';
import { eraseEverywhere } from '../../src/domain/erasure/erasure.ts';
import { mostSetLevels } from '../../src/domain/risk/set-levels.ts';
import { listEvents } from '../../src/store/audit.ts';
import { noFilter } from '../../src/store/prediction-filters.ts';
import { sumPredictions } from '../../src/store/score-files/totals.ts';
import { activateSmallModel, customersCsv, signIn } from '../helpers/app.ts';
import { errorsOf, postForm } from '../helpers/datasets.ts';
import { listScores, scoreStore } from '../helpers/scores.ts';
import { openSite } from '../helpers/site.ts';

const test = openSite('analyst');
const { post, pageOf, rowsOf } = test;
let batch: number;
/** The customer least likely to leave, and the page of the score. */
let customer: string;
let page: string;
const form = { level: 'high', reason: 'Asked for the number to be moved', endsOn: '2126-05-04' };

beforeAll(async () => {
  await activateSmallModel(test);
  batch = await test.scoreAtOnce(customersCsv(80, 4));
  const scores = await listScores(test);
  const lowest = scores.toSorted((a, b) => a.probability - b.probability)[0]!;
  customer = lowest.customerId!;
  page = `/customers/${lowest.id}`;
});

const rowOf = async (path: string) =>
  (await rowsOf(path)).find((row) => (row['customer'] ?? row['customerID']) === customer);
const highCount = async () => (await sumPredictions(scoreStore(test), noFilter)).high;

describe('before anything is set', () => {
  it('the list has the model’s levels, and nothing of people', async () => {
    expect(await rowOf('/customers.csv')).toMatchObject({
      risk_level: 'low',
      model_risk_level: 'low',
      level_set_by: '',
      level_set_until: '',
    });
    expect(await pageOf('/customers')).not.toContain('set by people');
    expect(await pageOf('/set-levels')).toContain('No levels are set');
  });

  it.each([
    [{ ...form, level: '' }, 'Choose a risk level.'],
    [{ ...form, reason: ' ' }, 'Enter the reason.'],
    [{ ...form, endsOn: '2001-01-01' }, 'Enter today or a later date.'],
    [
      { ...form, endsOn: '2126-05-04' },
      'Enter a date within a year: a level is meant to be looked at again.',
    ],
    [{ ...form, endsOn: 'soon' }, 'Enter a date such as 2026-11-20.'],
  ])('a form that cannot be taken says why: %o', async (fields, message) => {
    const answer = await post(`${page}/level`, fields);
    expect(answer.status).toBe(422);
    expect(errorsOf(answer.text)).toEqual([message]);
  });

  it('is refused to people who only look', async () => {
    const viewer = await signIn(test, 'viewer');
    await viewer.get(`${page}/level`).expect(403);
    expect((await postForm(viewer, `${page}/level`, form)).status).toBe(403);
    await viewer.get('/set-levels').expect(200);
  });
});

describe('a level that a person has set', () => {
  let high: number;
  beforeAll(async () => {
    high = await highCount();
    const endsOn = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    expect((await post(`${page}/level`, { ...form, endsOn })).status).toBe(303);
  });

  it('is on the customer’s page with name, end, reason and the model’s level', async () => {
    const text = await pageOf(page);
    expect(text).toMatch(/Set by A analyst until \d+ \w+ \d{4}\. Model: Low/);
    expect(text).toContain(form.reason);
    expect(text).toContain('Risk level set');
  });

  it('is what lists show and filter by', async () => {
    expect(await pageOf('/customers?risk=high')).toContain(`>${customer}<`);
    expect(await pageOf('/customers?risk=low')).not.toContain(`>${customer}<`);
    expect(await pageOf(`/customers?search=${customer}`)).toMatch(/Set by A analyst until/);
    expect(await pageOf('/customers')).toContain('1 level set by people, of all customers');
    expect(await highCount()).toBe(high + 1);
  });

  it('is in the download beside the model’s level', async () => {
    const row = { risk_level: 'high', model_risk_level: 'low', level_set_by: 'A analyst' };
    expect(await rowOf('/customers.csv')).toMatchObject(row);
    expect(await rowOf('/customers.csv?risk=high')).toMatchObject(row);
    expect(await rowOf('/customers.csv?risk=low')).toBeUndefined();
  });

  it('is in the files of the batch, and in its counts', async () => {
    const files = `/batches/${batch}/files`;
    for (const name of ['scored', 'high-risk']) {
      const row = await rowOf(`${files}/${name}.csv`);
      expect(row).toMatchObject({ risk_level: 'high' });
      expect(row!['notes']).toMatch(/Risk level set by A analyst until \d{4}-\d\d-\d\d, the model says low/);
    }
    const rows = await rowsOf(`${files}/high-risk.csv`);
    expect(await pageOf(`/batches/${batch}/results`)).toContain(`Download ${rows.length} at high risk`);
  });

  it('is listed with who set it, and in the audit log without the customer', async () => {
    const text = await pageOf('/set-levels');
    expect(text).toContain(customer);
    expect(text).toContain('Too few to tell: 0 of the 30 customers');
    const filter = { action: 'level.set', userId: null, from: null, to: null };
    const [event] = await listEvents(test.context.db, filter, 1, 0);
    expect(event).toMatchObject({ subject: 'A customer' });
    expect(JSON.parse(event!.after!)).toMatchObject({ level: 'high', modelLevel: 'low' });
    expect(JSON.stringify(event)).not.toContain(customer);
  });

  it('is replaced by the next one', async () => {
    const endsOn = new Date().toISOString().slice(0, 10);
    await post(`${page}/level`, { ...form, level: 'medium', endsOn });
    expect(await rowsOf('/customers.csv?risk=medium')).toContainEqual(
      expect.objectContaining({ customer, model_risk_level: 'low', level_set_until: endsOn }),
    );
    expect(await pageOf('/customers')).toContain('1 level set by people');
  });

  it('ends by the clock of the database', async () => {
    const { db } = test.context;
    const rows = db('set_levels').whereNull('removed_at');
    const before = await rows.clone().first<{ expires_at: string }>('expires_at');
    await rows.clone().update({ expires_at: new Date(Date.now() - 1_000).toISOString() });
    expect(await rowOf('/customers.csv')).toMatchObject({ risk_level: 'low', level_set_by: '' });
    expect(await highCount()).toBe(high);
    await rows.clone().update(before);
  });

  it('can be removed before its end, once', async () => {
    const [, action] = /action="(\/set-levels\/\d+\/removal)"/.exec(await pageOf(page))!;
    const score = page.split('/').at(-1)!;
    for (let i = 0; i < 2; i++) {
      const answer = await post(action!, { score });
      expect(answer.headers['location']).toBe(page);
    }
    expect(await pageOf(page)).toContain('had ended or been replaced already');
    expect(await rowOf('/customers.csv')).toMatchObject({ risk_level: 'low', level_set_by: '' });
    expect(await pageOf(page)).toMatch(/Set risk level removed[^]{0,300}A analyst/);
    const filter = { action: 'level.removed', userId: null, from: null, to: null };
    expect(await listEvents(test.context.db, filter, 5, 0)).toHaveLength(1);
  });

  it('set on the page of an older score is about the newest one, and says so', async () => {
    await test.scoreAtOnce(customersCsv(80, 4));
    expect(await pageOf(`${page}/level`)).toContain('You came from an older score.');
    const endsOn = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
    const { headers } = await post(`${page}/level`, { ...form, endsOn }).expect(303);
    const newer = String(headers['location']);
    expect(newer).not.toBe(page);
    expect(await pageOf(newer)).toContain('There was a newer score, which this page shows.');
    expect(await pageOf(`${newer}/level`)).not.toContain('older score');
  });

  it('belongs to nobody once the customer is erased, and its reason is gone', async () => {
    const { db } = test.context;
    await eraseEverywhere(test.context, customer);
    const rows = await db<{ customer_id: string; reason: string }>('set_levels').select();
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) {
      expect(row.customer_id).toMatch(/^erased-/);
      expect(row.reason).toBe('');
    }
  });
});

it('people set levels for single customers: there is a limit', async () => {
  const { db } = test.context;
  const [template] = await db<Record<string, unknown>>('set_levels').limit(1);
  const later = { removed_at: null, removed_on: null, expires_at: '2126-01-01T00:00:00.000Z' };
  const columns = Object.entries(template!).filter(([name]) => name !== 'id');
  const rows = Array.from({ length: mostSetLevels }, (_row, i) => ({
    ...Object.fromEntries(columns),
    ...later,
    customer_id: `x${i}`,
  }));
  for (let from = 0; from < rows.length; from += 500)
    await db('set_levels').insert(rows.slice(from, from + 500));
  const [other] = await listScores(test, { risk: 'medium' });
  const endsOn = new Date().toISOString().slice(0, 10);
  const answer = await post(`/customers/${other!.id}/level`, { ...form, endsOn });
  expect(answer.status).toBe(409);
  expect(answer.text).toContain('5,000 customers already');
});
