/**
 * Every operation is sent what nobody expects: its example with parts replaced or left out. Whatever comes, the answer is one of
 * those that the document names, and never a fault. `API_FUZZ_MINUTES=10` makes it go on for so long.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeApi } from '../../src/api/document.ts';
import type { Operation } from '../../src/api/operation.ts';
import { operations } from '../../src/api/operations/index.ts';
import { Problem } from '../../src/api/problems.ts';
import { callApi, makeKey } from '../helpers/api.ts';
import { activateSmallModel, createTestApp, setUpOrganisation } from '../helpers/app.ts';
import type { TestApp } from '../helpers/app.ts';

const minutes = Number(process.env['API_FUZZ_MINUTES'] ?? 0);
const numRuns = minutes === 0 ? 12 : 1_000_000;
const withinMs = minutes === 0 ? undefined : (minutes * 60_000) / operations.length;

let test: TestApp;
let key: string;
beforeAll(async () => {
  test = await createTestApp({ API_REQUESTS_PER_MINUTE: '10000000' });
  await setUpOrganisation(test);
  await activateSmallModel(test);
  key = await makeKey(test);
});
afterAll(() => test.close());

const { paths } = describeApi(operations);
const statusesOf = ({ path, method }: Operation): string[] =>
  Object.keys(paths?.[path]?.[method]?.responses ?? {});

const oddText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '0',
    '-1',
    '1e308',
    'null',
    '__proto__',
    "'; --",
    '9007199254740993',
    'x'.repeat(5_000),
  ),
);
const oddValue = fc.oneof(
  fc.jsonValue({ maxDepth: 4 }),
  oddText,
  fc.constantFrom(1e308, -0, 1e-320, [], {}, null),
);

/** Places in a value, each as the keys that lead to it. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  const inside = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  return [path, ...inside.flatMap(([name, one]) => placesIn(one, [...path, name]))];
}

/** `undefined`: what was there is left out. */
function replaced(value: unknown, [name, ...rest]: readonly string[], by: unknown): unknown {
  if (name === undefined) return by;
  if (Array.isArray(value))
    return value.map((one: unknown, i) => (String(i) === name ? replaced(one, rest, by) : one));
  const fields = value as Readonly<Record<string, unknown>>;
  return { ...fields, [name]: replaced(fields[name], rest, by) };
}

function bodyFor(example: unknown): fc.Arbitrary<unknown> {
  if (example === undefined) return fc.constant(undefined);
  const changed = fc
    .tuple(fc.constantFrom(...placesIn(example)), fc.option(oddValue, { nil: undefined }))
    .map(([place, by]) => replaced(example, place, by));
  return fc.oneof(changed, changed, oddValue);
}

/** Values of the parameters of an address, as they are or odd, and now and then one that there is not. */
function valuesFor(values: Readonly<Record<string, string>> = {}): fc.Arbitrary<Record<string, string>> {
  const own = Object.entries(values).map(([name, value]) => [name, fc.oneof(fc.constant(value), oddText)]);
  return fc
    .record(Object.fromEntries(own) as Record<string, fc.Arbitrary<string>>)
    .map((one) => ({ ...one }));
}

const requestTo = ({ example }: Operation) =>
  fc.record({
    params: valuesFor(example.params),
    query: fc.oneof(valuesFor(example.query), fc.dictionary(oddText, oddText, { maxKeys: 3 })),
    body: bodyFor(example.body),
    idempotencyKey: fc.option(fc.constantFrom('one', 'two', 'three'), { nil: null }),
  });

interface Sent {
  readonly params: Record<string, string>;
  readonly query: Record<string, string>;
  readonly body: unknown;
  readonly idempotencyKey: string | null;
}

async function send({ method, path }: Operation, sent: Sent) {
  const address = path.replace(/\{(\w+)\}/g, (_all, name: string) =>
    encodeURIComponent(Buffer.from(sent.params[name] ?? '').toString()),
  );
  const query = new URLSearchParams(sent.query).toString();
  const request = callApi(test, key, method, `${address}${query === '' ? '' : `?${query}`}`);
  if (sent.idempotencyKey !== null) void request.set('Idempotency-Key', sent.idempotencyKey);
  if (sent.body === undefined) return request;
  return request.set('Content-Type', 'application/json').send(JSON.stringify(sent.body));
}

describe('whatever is sent', () => {
  it.each(operations.map((operation) => [operation.id, operation] as const))(
    '%s answers as the document says',
    async (_id, operation) => {
      const statuses = [...statusesOf(operation), '405'];
      const property = fc.asyncProperty(requestTo(operation), async (sent) => {
        const answer = await send(operation, sent);
        expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(500);
        expect(statuses).toContain(String(answer.status));
        if (answer.status >= 400) Problem.parse(answer.body);
      });
      await fc.assert(property, {
        numRuns,
        ...(withinMs !== undefined && { interruptAfterTimeLimit: withinMs, markInterruptAsFailure: false }),
      });
    },
    Math.max(60_000, minutes * 70_000),
  );
});
