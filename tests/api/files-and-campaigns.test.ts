/** What other programs do beside single scores: whole files, outcomes, campaigns, models. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { activateSmallModel, createTestApp, customersCsv, setUpOrganisation } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { callApi, givenCustomers, makeKey } from '../helpers/api.ts';
import { runJobs } from '../helpers/work.ts';

interface Problem {
  readonly detail: string;
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

interface Batch {
  readonly id: number;
  readonly state: string;
  readonly scored: number;
  readonly rejected: number;
  readonly links: { readonly results: string | null; readonly rejects: string | null };
}

let test: TestApp;
let key: string;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test);
  key = await makeKey(test);
});
afterAll(() => test.close());

const send = (path: string, csv: string, fields: Readonly<Record<string, string>> = {}) =>
  callApi(test, key, 'post', path).field(fields).attach('file', Buffer.from(csv), 'customers.csv');
const get = (path: string) => callApi(test, key, 'get', path);
const post = (path: string, body?: object) => callApi(test, key, 'post', path).send(body);
const csv = customersCsv(40, 3);
const [header = '', ...rows] = csv.trim().split('\n');
const firstCustomer = rows[0]!.split(',')[0]!;

async function score(): Promise<Batch> {
  const answer = await send('/batches', csv).expect(202);
  await runJobs(test.context);
  return (await get(`/batches/${(answer.body as Batch).id}`)).body as Batch;
}

describe('a file', () => {
  it('is scored in the background, and its results and rejects are links', async () => {
    const broken = csv.replace(/(\n[^,]+(?:,[^,]*){4}),\d+/, '$1,many');
    const answer = await send('/batches', broken).expect(202);
    expect(answer.headers['location']).toBe(`/api/v1/batches/${(answer.body as Batch).id}`);
    expect(answer.body).toMatchObject({
      state: 'scoring',
      progress: { done: 0, total: 40 },
      links: { results: null },
    });
    await runJobs(test.context);
    const batch = (await get(`/batches/${(answer.body as Batch).id}`)).body as Batch;
    expect(batch).toMatchObject({ state: 'done', scored: 39, rejected: 1, progress: null });
    const follow = async (link: string | null) => (await get(link!.replace('/api/v1', '')).expect(200)).text;
    expect((await follow(batch.links.results)).trim().split('\n')).toHaveLength(41);
    expect(await follow(batch.links.rejects)).toContain('many');
  });

  it('without a column of the model is refused with its name, and leaves nothing', async () => {
    const before = readdirSync(test.context.config.uploadsDir).length;
    const { body } = (await send(
      '/batches',
      csv.replace('tenure', 'months').replace('Contract', 'Deal'),
    ).expect(422)) as { body: unknown };
    expect((body as Problem).errors.map(({ detail }) => detail)).toEqual([
      'The file has no column tenure.',
      'The file has no column Contract.',
    ]);
    expect(readdirSync(test.context.config.uploadsDir)).toHaveLength(before);
  });

  it('is answered once, however often it is sent under one Idempotency-Key', async () => {
    const once = () => send('/batches', csv).set('Idempotency-Key', 'nightly-1');
    const [first, second] = [await once(), await once()];
    expect((second.body as Batch).id).toBe((first.body as Batch).id);
    expect(second.headers['idempotency-replayed']).toBe('true');
    await runJobs(test.context);
  });

  it('is in a list of pages', async () => {
    await score();
    const page = async (query: string) => (await get(`/batches?limit=2${query}`).expect(200)).body as Page;
    interface Page {
      readonly items: readonly Batch[];
      readonly next_cursor: string | null;
    }
    const first = await page('');
    const second = await page(`&cursor=${first.next_cursor}`);
    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => b - a));
    expect(second.next_cursor).toBeNull();
  });

  it('that was never matched cannot be resumed', async () => {
    await test.context.db('batches').insert({
      ...(await test.context.db('batches').first<object>()),
      ...{ id: 999, state: 'failed', model_id: null, file: 'none' },
    });
    await post('/batches/999/resume').expect(409);
    await test.context.db('batches').where({ id: 999 }).delete();
  });
});

describe('outcomes', () => {
  it('are recorded all or none, with the place of each problem', async () => {
    const { body } = (await post('/outcomes', {
      outcomes: [
        { customer_id: firstCustomer, left: true },
        { customer_id: 'nobody', left: true },
        { customer_id: firstCustomer, left: false, seen_on: '2999-01-01' },
      ],
    }).expect(422)) as { body: unknown };
    expect((body as Problem).errors.map(({ pointer }) => pointer)).toEqual([
      '#/outcomes/1/customer_id',
      '#/outcomes/2/customer_id',
      '#/outcomes/2/seen_on',
    ]);
    expect((await get('/outcomes')).body).toEqual({ items: [], next_cursor: null });
  });

  it('in the same words change nothing, the opposite is refused', async () => {
    const one = { customer_id: firstCustomer, left: true, seen_on: '2026-01-05' };
    expect((await post('/outcomes', { outcomes: [one] })).body).toEqual({ recorded: 1, known_before: 0 });
    expect((await post('/outcomes', { outcomes: [one] })).body).toEqual({ recorded: 0, known_before: 1 });
    const { body } = (await post('/outcomes', {
      outcomes: [{ ...one, left: false }],
    }).expect(422)) as { body: unknown };
    expect((body as Problem).errors).toMatchObject([{ pointer: '#/outcomes/0/left' }]);
    expect((await get(`/outcomes?customer_id=${firstCustomer}`)).body).toMatchObject({
      items: [{ left: true, seen_on: '2026-01-05', source: 'API' }],
    });
  });
});

describe('a campaign', () => {
  it('is launched once, and names the customers to contact but never the controls', async () => {
    const draft = {
      ...{ name: 'Calls', smallest_save_rate: 0.1, horizon_days: 30 },
      actions: [{ action: 'Call', cost: 5, save_rate: 0.2 }],
    };
    const created = await post('/campaigns', draft).expect(201);
    const path = `/campaigns/${(created.body as { id: number }).id}`;
    await get(`${path}/readout`).expect(409);
    await post(`${path}/launch`, { control_share: 0.4 }).expect(422);
    await post(`${path}/launch`, { control_share: 0.5 }).expect(202);
    await runJobs(test.context);
    await post(`${path}/launch`, { control_share: 0.05 }).expect(202);
    await runJobs(test.context);
    expect((await get(path)).body).toMatchObject({ state: 'running', control_share: 0.5 });

    const { items } = (await get(`${path}/customers-to-contact?limit=200`)).body as {
      items: { customer_id: string }[];
    };
    const readout = (await get(`${path}/readout`)).body as { treated: { members: number }; control: object };
    expect(items).toHaveLength(readout.treated.members);
    const controls = await test.context
      .db('campaign_members')
      .where({ arm: 0 })
      .pluck<string[]>('customer_id');
    expect(controls.length).toBeGreaterThan(0);
    expect(items.filter(({ customer_id: id }) => controls.includes(id))).toEqual([]);
    expect((await post(`${path}/close`)).body).toMatchObject({ state: 'closed' });
  });
});

describe('a dataset', () => {
  const learning = `${header},Churn\n${rows.map((row, i) => `${row},${i % 3 ? 'No' : 'Yes'}`).join('\n')}\n`;

  it('gets its label by the name of a column, and is not trained on without one', async () => {
    const sent = await send('/datasets', learning, { name: 'Year' }).expect(202);
    const { id } = sent.body as { id: number };
    await runJobs(test.context);
    const label = (body: object) => callApi(test, key, 'put', `/datasets/${id}/label`).send(body);
    expect(
      ((await label({ column: 'Left', positive: 'Yes' }).expect(422)).body as Problem).errors,
    ).toMatchObject([{ pointer: '#/column' }]);
    const wrong = await label({ column: 'Churn', positive: 'Gone' }).expect(422);
    expect((wrong.body as Problem).detail).toContain('No, Yes');
    expect((await label({ column: 'Churn', positive: 'Yes' }).expect(200)).body).toMatchObject({
      name: 'Year',
      state: 'ready',
      rows: 40,
      label: 'Churn is Yes',
    });
    await post('/trainings', { dataset_id: id, name: 'M', exclude: ['no such column'] }).expect(422);
    const training = await post('/trainings', { dataset_id: id, name: 'M' }).expect(202);
    const path = `/trainings/${(training.body as { id: number }).id}`;
    expect((await post(`${path}/cancel`)).body).toMatchObject({ state: 'cancelled', model_id: null });
  });
});

describe('a model', () => {
  it('whose promotion tests fail is activated only on purpose', async () => {
    const { items } = (await get('/models?state=active')).body as {
      items: { id: number; version: string }[];
    };
    const path = `/models/${items[0]!.id}/activate`;
    const definition = { kind: 'golden', inputs: givenCustomers(1, 3)[0]!.inputs, low: 0.999, high: 1 };
    await test.context.db('promotion_tests').insert({
      ...{ name: 'Known customer', definition: JSON.stringify(definition), enabled: true },
      created_at: new Date().toISOString(),
    });
    const { body } = (await post(path, {}).expect(409)) as { body: unknown };
    expect((body as Problem).detail).toContain('Known customer');
    await post(path, { despite_failing_tests: true }).expect(200);
  });

  it('has the figures of its card', async () => {
    const { body } = (await get('/models/1').expect(200)) as { body: unknown };
    const { figures } = body as { figures: { rocAuc: { value: number } } };
    expect(figures.rocAuc.value).toBeGreaterThan(0.5);
  });
});
