/** What holds for every operation: it is in the table, and the table is what is served. */
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../src/api/operations/index.ts';
import type { Operation } from '../../src/api/operation.ts';
import { scopes, scopeNames } from '../../src/domain/api-keys/scopes.ts';
import { can } from '../../src/domain/people/permissions.ts';
import { activateSmallModel, createTestApp, setUpOrganisation, signIn } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';
import { callApi, makeKey } from '../helpers/api.ts';
import { runJobs } from '../helpers/work.ts';

let test: TestApp;
let key: string;
beforeAll(async () => {
  test = await createTestApp();
  await setUpOrganisation(test);
  await activateSmallModel(test);
  key = await makeKey(test);
});
afterAll(() => test.close());

const named = operations.map((operation) => [operation.id, operation] as const);
const addressOf = ({ path, example }: Operation): string =>
  path.replace(/\{(\w+)\}/g, (_all, name: string) => example.params?.[name] ?? '1');

function send(operation: Operation, withKey: string) {
  const { method, example } = operation;
  const sent = callApi(test, withKey, method, addressOf(operation)).query(example.query ?? {});
  if (example.file) return sent.attach('file', Buffer.from(example.file.content), example.file.name);
  return example.body === undefined ? sent : sent.send(example.body as object);
}

describe('every operation', () => {
  it('has a name and an address of its own', () => {
    expect(new Set(operations.map(({ id }) => id)).size).toBe(operations.length);
    expect(new Set(operations.map(({ method, path }) => `${method} ${path}`)).size).toBe(operations.length);
  });

  it('has one of the scopes, and each scope has an operation', () => {
    const used = new Set(operations.map(({ scope }) => scope));
    expect(scopeNames.filter((name) => !used.has(name))).toEqual([]);
  });

  it.each(named)('%s is answered as its example says', async (_id, operation) => {
    const { schemas, example, status } = operation;
    if (example.answer !== undefined) schemas.answer!.parse(example.answer);
    const answer = await send(operation, key);
    expect(answer.status, answer.text).toBe(status);
    // Later examples ask for what this one has begun.
    if (status === 202) await runJobs(test.context);
    // What a test site answers is held against the schema before it is sent.
    if (schemas.answer)
      expect(Object.keys(answer.body as object).sort()).toEqual(Object.keys(example.answer as object).sort());
  });

  it.each(named)(
    '%s refuses a request without a key, and a key without its scope',
    async (_id, operation) => {
      const stranger = await request(test.app)[operation.method](`/api/v1${addressOf(operation)}`);
      expect(stranger.status).toBe(401);
      expect(stranger.headers['www-authenticate']).toContain('Bearer');
      const others = scopeNames.filter((name) => name !== operation.scope);
      const answer = await send(operation, await makeKey(test, { scopes: others }));
      expect(answer.status).toBe(403);
      expect(answer.headers['www-authenticate']).toContain(`scope="${operation.scope}"`);
    },
  );

  it('never may more than the person whose key it is', async () => {
    await signIn(test, 'viewer');
    const [{ id }] = (await test.context.db('users').where({ role: 'viewer' })) as [{ id: number }];
    const viewers = await makeKey(test, {}, id);
    for (const operation of operations) {
      const may = can({ role: 'viewer' }, scopes[operation.scope].permission);
      const { status } = await send(operation, viewers);
      expect(status === 403, operation.id).toBe(!may);
    }
  });
});

describe('the document', () => {
  interface Document {
    readonly openapi: string;
    readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId: string }>>>>;
  }

  it('is OpenAPI 3.1, needs no key and has every operation', async () => {
    const answer = await request(test.app).get('/api/v1/openapi.json').expect(200);
    const { openapi, paths } = answer.body as Document;
    expect(openapi).toBe('3.1.1');
    const documented = Object.values(paths).flatMap((path) =>
      Object.values(path).map((one) => one.operationId),
    );
    expect(documented.sort()).toEqual(operations.map(({ id }) => id).sort());
  });

  it('is shown on a page with every operation, to anybody who is signed in', async () => {
    const agent = await signIn(test, 'viewer');
    const { text } = await agent.get('/api-reference').expect(200);
    for (const { id, summary } of operations) {
      expect(text).toContain(`id="${id}"`);
      expect(text).toContain(summary);
    }
  });
});
