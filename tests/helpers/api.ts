/** Requests to the API, with a key that may do everything unless a test asks for another. */
import request from 'supertest';
import type { Test } from 'supertest';
import { createApiKey, wholeKey } from '../../src/domain/api-keys/api-keys.ts';
import { scopeNames } from '../../src/domain/api-keys/scopes.ts';
import type { ApiKeyTerms } from '../../src/domain/api-keys/api-keys.ts';
import { toUser } from '../../src/domain/people/accounts.ts';
import { getUser } from '../../src/store/users.ts';
import { customersCsv } from './app.ts';
import type { TestApp } from './app.ts';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** A key of the user with the number; the first one is the administrator. */
export async function makeKey(
  { context: { db } }: TestApp,
  terms: Partial<ApiKeyTerms> = {},
  userId = 1,
): Promise<string> {
  const user = toUser(await getUser(db, userId));
  const all = { name: 'A program', scopes: scopeNames, expiresAt: null, ...terms };
  return (await wholeKey(db, await createApiKey(db, user, all)))!;
}

/** `path`: below /api/v1. */
export function callApi({ app }: TestApp, key: string, method: Method, path: string): Test {
  return request(app)[method](`/api/v1${path}`).set('Authorization', `Bearer ${key}`);
}

interface GivenCustomer {
  readonly customer_id: string;
  readonly inputs: Record<string, string | number | null>;
}

/** Generated customers as a program sends them: what is a number in their file is a number here. */
export function givenCustomers(count: number, seed: number): GivenCustomer[] {
  const [header = '', ...lines] = customersCsv(count, seed).trim().split('\n');
  const names = header.split(',');
  return lines.map((line) => {
    const cells = Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell]));
    const { customerID = '', ...inputs } = cells;
    return { customer_id: customerID, inputs: withNumbers(inputs) };
  });
}

const numbers = ['tenure', 'MonthlyCharges', 'TotalCharges'];

function withNumbers(inputs: Record<string, string>) {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, cell]) => [
      name,
      numbers.includes(name) ? (cell.trim() === '' ? null : Number(cell)) : cell,
    ]),
  );
}
