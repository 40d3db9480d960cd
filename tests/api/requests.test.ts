/** What every request to the API goes through: its key, its body, its repetition and its limits. */
import { gzipSync } from 'node:zlib';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { revokeApiKey } from '../../src/domain/api-keys/api-keys.ts';
import { eraseEverywhere } from '../../src/domain/erasure/erasure.ts';
import { setDisabled, toUser } from '../../src/domain/people/accounts.ts';
import { listApiKeys } from '../../src/store/api-keys.ts';
import { deleteOldAnswers } from '../../src/store/api-answers.ts';
import { findUserByEmail, getUser } from '../../src/store/users.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { callApi, givenCustomers, makeKey } from '../helpers/api.ts';

let test: TestApp;
let key: string;
beforeAll(async () => {
  test = await createTestApp({ API_ORIGINS: 'https://app.example.com' });
  await setUpOrganisation(test);
  await activateSmallModel(test);
  key = await makeKey(test);
});
afterAll(() => test.close());

const users = (withKey: string) => callApi(test, withKey, 'get', '/users');
const customers = givenCustomers(2, 3);
const score = () => callApi(test, key, 'post', '/scores');
const admin = async () => toUser(await getUser(test.context.db, 1));
const predictionCount = async () => (await test.context.db('predictions').select('id')).length;

describe('a key', () => {
  it('is refused when it is unknown, changed, revoked or has expired', async () => {
    const { db } = test.context;
    const past = await makeKey(test, { expiresAt: '2020-01-01T00:00:00.000Z' });
    const revoked = await makeKey(test);
    await revokeApiKey(db, await admin(), (await listApiKeys(db))[0]!.id);
    for (const wrong of ['x', `${key.slice(0, -1)}!`, `${key.slice(0, -2)}xx`, past, revoked])
      expect((await users(wrong)).status).toBe(401);
    await users(key).expect(200);
  });

  it('is refused in an address, which logs keep', async () => {
    const { app } = test;
    await request(app).get('/api/v1/users').query({ api_key: key }).expect(401);
    const answer = await users(key).query({ x: key }).expect(401);
    expect(answer.body).toMatchObject({ detail: expect.stringContaining('Revoke it') as string });
  });

  it('ends with the account of the person who made it, and cookies do not replace it', async () => {
    const { db } = test.context;
    const agent = await signIn(test, 'admin');
    await agent.get('/api/v1/users').expect(401);
    await signIn(test, 'analyst');
    const [{ id }] = (await db('users').where({ role: 'analyst' })) as [{ id: number }];
    const theirs = await makeKey(test, {}, id);
    await callApi(test, theirs, 'get', '/scores/1').expect(404);
    await setDisabled(db, await admin(), id, true);
    await callApi(test, theirs, 'get', '/scores/1').expect(401);
  });

  it('remembers when it was used, and its secret is stored nowhere', async () => {
    await users(key).expect(200);
    const { db } = test.context;
    const stored = await listApiKeys(db);
    expect(stored.find(({ prefix }) => key.includes(prefix))!.lastUsedAt).not.toBeNull();
    expect(JSON.stringify(stored)).not.toContain(key.slice(16));
    expect(await findUserByEmail(db, 'ada@example.com')).toBeDefined();
  });
});

describe('what cannot be read', () => {
  it.each([
    ['broken JSON', 'application/json', '{"customers":', 400],
    ['another type', 'text/csv', 'a,b', 415],
    ['a NUL', 'application/json', '{"customers":[{"customer_id":"\\u0000","inputs":{}}]}', 400],
    ['more than a megabyte', 'application/json', JSON.stringify({ x: 'x'.repeat(1_100_000) }), 413],
    ['no body', 'application/json', '', 422],
    ['a list', 'application/json', '[]', 422],
  ])('is refused: %s', async (_what, type, body, status) => {
    const answer = await score().set('Content-Type', type).send(body);
    expect(answer.status, answer.text).toBe(status);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.body).toMatchObject({ status, request_id: answer.headers['x-request-id'] });
  });

  it('is unpacked no further than a megabyte', async () => {
    const packed = gzipSync(JSON.stringify({ x: 'x'.repeat(20_000_000) }));
    const sent = score().set('Content-Type', 'application/json').set('Content-Encoding', 'gzip');
    expect((await sent.serialize((body: unknown) => body as string).send(packed)).status).toBe(413);
  });

  it('is named field by field', async () => {
    const answer = await score()
      .send({ customers: [{ inputs: { 'a/b~c': [] } }, 5], role: 'admin' })
      .expect(422);
    const { errors } = answer.body as { errors: { pointer: string }[] };
    expect(errors.map(({ pointer }) => pointer)).toEqual([
      '#/customers/0/inputs/a~1b~0c',
      '#/customers/1',
      '#/role',
    ]);
  });

  it('is a parameter that is there twice, unknown or out of range', async () => {
    await users(key).query('limit=1&limit=2').expect(400);
    for (const query of ['limit=0', 'limit=x', 'page=2', 'cursor=x', 'cursor=e30'])
      expect((await users(key).query(query)).status, query).toBe(422);
  });

  it('is an address or a method that there is not', async () => {
    expect((await callApi(test, key, 'get', '/nothing').expect(404)).body).toMatchObject({ status: 404 });
    const answer = await callApi(test, key, 'delete', '/users').expect(405);
    expect(answer.headers['allow']).toBe('GET, HEAD');
    const broken = await request(test.app).get('/api/v1/%E0%A4%A').expect(400);
    expect(broken.headers['content-type']).toMatch(/^application\/problem\+json/);
  });
});

describe('a list', () => {
  it('comes in pages', async () => {
    await signIn(test, 'viewer');
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const answer = await users(key)
        .query({ limit: 1, ...(cursor === null ? {} : { cursor }) })
        .expect(200);
      const page = answer.body as { items: { id: number }[]; next_cursor: string | null };
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(seen).toEqual(await test.context.db('users').orderBy('id').pluck('id'));
  });
});

describe('a request with an idempotency key', () => {
  const sendAs = (name: string, body: object) => score().set('Idempotency-Key', name).send(body);

  it('is carried out once, and answered the same again', async () => {
    const first = await sendAs('one', { customers }).expect(200);
    const count = await predictionCount();
    const again = await sendAs('one', { customers }).expect(200);
    expect(again.body).toEqual(first.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(await predictionCount()).toBe(count);
  });

  it('is refused for another body, and while the first is worked on', async () => {
    await sendAs('two', { customers }).expect(200);
    await sendAs('two', { customers: customers.slice(1) }).expect(422);
    await sendAs('three', { customers }).expect(200);
    await test.context.db('api_answers').update({ status: null });
    await sendAs('three', { customers }).expect(409);
    // The process that worked on it has died.
    const earlier = new Date(Date.now() - 11 * 60_000).toISOString();
    await test.context.db('api_answers').update({ begun_at: earlier });
    await sendAs('three', { customers }).expect(200);
  });

  it('of several at once is carried out once', async () => {
    const before = await predictionCount();
    const answers = await Promise.all([1, 2, 3].map(() => sendAs('many', { customers })));
    const statuses = answers.map(({ status }) => status);
    expect(statuses).toContain(200);
    expect(statuses.every((status) => status === 200 || status === 409)).toBe(true);
    expect(await predictionCount()).toBe(before + 2);
  });

  it('can be sent again after a refusal, and is a name in ASCII', async () => {
    await sendAs('four', { customers: 'x' }).expect(422);
    await sendAs('four', { customers }).expect(200);
    await sendAs('x'.repeat(256), { customers }).expect(400);
  });

  it('is forgotten after a day, and its answer when a customer in it is erased', async () => {
    const [customer] = givenCustomers(1, 77);
    await sendAs('five', { customers: [customer] }).expect(200);
    await eraseEverywhere(test.context, customer!.customer_id);
    await sendAs('five', { customers: [customer] }).expect(410);
    const { db } = test.context;
    await db('api_answers').update({ begun_at: '2020-01-01T00:00:00.000Z' });
    await deleteOldAnswers(db);
    expect(await db('api_answers').select('status')).toEqual([]);
  });
});

describe('answers', () => {
  it('say how many requests are left, and end at the limit', async () => {
    const few = await createTestApp({ API_REQUESTS_PER_MINUTE: '2' });
    await setUpOrganisation(few);
    const itsKey = await makeKey(few);
    const answer = await callApi(few, itsKey, 'get', '/users').expect(200);
    expect(answer.headers['ratelimit-policy']).toContain('q=2; w=60');
    expect(answer.headers['ratelimit']).toContain('r=1');
    await callApi(few, itsKey, 'get', '/users').expect(200);
    const refused = await callApi(few, itsKey, 'get', '/users').expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await few.close();
  });

  it('can be read by pages of the origins in the settings, and of no others', async () => {
    const from = (origin: string) => users(key).set('Origin', origin);
    const ours = await from('https://app.example.com').expect(200);
    expect(ours.headers['access-control-allow-origin']).toBe('https://app.example.com');
    const others = await from('https://evil.example').expect(200);
    expect(others.headers['access-control-allow-origin']).toBeUndefined();
    const asked = await request(test.app)
      .options('/api/v1/scores')
      .set({ Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'POST' });
    expect(asked.status).toBe(204);
  });
});
