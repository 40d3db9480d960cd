/** What PostgreSQL does otherwise than SQLite: values, connections that end, and servers that cannot be used. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findPostgres } from '../../scripts/find-postgres.js';
import { checkDatabase, inTransaction, migrate, openDatabase } from '../../src/db.ts';
import type { Db } from '../../src/db.ts';
import { sqlOf } from '../../src/db/sql.ts';
import { isUnreachable } from '../../src/db/failures.ts';
import { errorFields } from '../../src/errors.ts';
import { createTestDatabase } from '../helpers/database.ts';
import type { TestDatabase } from '../helpers/database.ts';
import { startPostgres } from '../helpers/postgres-server.ts';
import type { PostgresServer } from '../helpers/postgres-server.ts';

const reasonOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (reason: unknown) => reason,
  );

describe('values', () => {
  let database: TestDatabase;
  let db: Db;
  beforeEach(async () => {
    database = await createTestDatabase('');
    db = openDatabase(database.url);
  });
  afterEach(async () => {
    await db.destroy();
    await database.remove();
  });

  const read = async (sql: string): Promise<unknown> =>
    (await db.raw<{ rows: readonly { value: unknown }[] }>(`SELECT ${sql} AS value`)).rows[0]!.value;

  it('are numbers as long as they are exact, also those of 64 bits, and refused beyond', async () => {
    expect(await read('5::bigint * 4294967296 + 7')).toBe(5 * 2 ** 32 + 7);
    expect(await read('(SELECT SUM(x) FROM (VALUES (9007199254740990::bigint), (1)) AS list (x))')).toBe(
      2 ** 53 - 1,
    );
    expect(await read('0.1::double precision + 0.2::double precision')).toBe(0.1 + 0.2);
    await expect(read('9007199254740993::bigint')).rejects.toThrow('9007199254740993');
  });

  it('are found by numbers that only a file of scores has', async () => {
    expect(
      await db('predictions')
        .where({ id: 5 * 2 ** 32 })
        .first(),
    ).toBeUndefined();
  });

  it('that are text are kept to the last character, except for NUL, which PostgreSQL cannot store', async () => {
    const long = 'ä😀\'"\\'.repeat(500);
    await db('settings').insert({ key: 'long', value: `${long}\0`, updated_at: '' });
    expect(await db('settings').where({ key: 'long' }).pluck('value')).toEqual([`${long}\ufffd`]);
  });

  it('of a JSON text are found by name and type, whatever characters there are', async () => {
    const inputs = { 'a "b" \'c\'': 'x\0\\u0000', price: 5.5, plan: '5.5', empty: null };
    const json = JSON.stringify(inputs).replaceAll("'", "''");
    const valueOf = async (name: string): Promise<unknown[]> => {
      const { text, number } = sqlOf(db).jsonField('inputs', name);
      const { rows } = await db.raw<{ rows: unknown[][] }>(
        `SELECT ARRAY[${text.sql}, ${number.sql}::text] AS found FROM (SELECT '${json}' AS inputs) AS one`,
        [...text.bindings, ...number.bindings],
      );
      return (rows[0] as unknown as { found: unknown[] }).found;
    };
    expect(await valueOf('price')).toEqual([null, '5.5']);
    expect(await valueOf('plan')).toEqual(['5.5', null]);
    expect(await valueOf('empty')).toEqual([null, null]);
    expect(await valueOf('missing')).toEqual([null, null]);
    expect(await valueOf('a "b" \'c\'')).toEqual(['x\ufffd\\ufffd', null]);
  });

  it('are in the order of their bytes, as in SQLite', async () => {
    const keys = ['B', 'Z', 'a', 'ä', '_'];
    await db('settings').insert(keys.map((key) => ({ key, value: '', updated_at: '' })));
    expect(await db('settings').orderBy('key').pluck('key')).toEqual(['B', 'Z', '_', 'a', 'ä']);
  });

  it('are in no message of an error that a log may hold', async () => {
    const error = await reasonOf(read("'secret name'::bigint"));
    expect((error as Error).message).toContain('secret name');
    expect(JSON.stringify(errorFields(error))).not.toContain('secret');
  });
});

/** Takes every connection and answers with an error, as a server does. */
async function startRefusing(
  code: string,
  message: string,
): Promise<{ readonly url: string; close(): void }> {
  const fields = Buffer.from(`SERROR\0VERROR\0C${code}\0M${message}\0\0`);
  const head = Buffer.from('E....');
  head.writeInt32BE(fields.length + 4, 1);
  const listener = createServer((socket) => {
    socket.on('error', () => undefined).once('data', () => socket.end(Buffer.concat([head, fields])));
  });
  await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
  const { port } = listener.address() as AddressInfo;
  return { url: `postgres://holdfast@127.0.0.1:${port}/holdfast`, close: () => void listener.close() };
}

describe('a server', () => {
  let server: PostgresServer;
  let db: Db;
  beforeAll(async () => {
    server = await startPostgres(findPostgres()!, { max_connections: '20' });
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    db = openDatabase(server.url);
  });
  afterEach(() => db.destroy());

  const problemWith = async (url: string): Promise<string> => {
    const other = openDatabase(url);
    try {
      return ((await reasonOf(checkDatabase(other, url))) as Error | null)?.message ?? 'none';
    } finally {
      await other.destroy();
    }
  };

  it('that can be used has no problem', async () => {
    expect(await problemWith(server.url)).toBe('none');
  });

  it('that cannot be reached or used is named with the remedy, never with the password', async () => {
    const to = (change: (url: URL) => void): string => {
      const url = new URL(server.url);
      url.password = 'hidden';
      change(url);
      return url.href;
    };
    await db.raw('CREATE ROLE guest LOGIN');
    await db.raw("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0");
    const problems = await Promise.all(
      [
        to((url) => (url.port = '1')),
        to((url) => (url.hostname = 'nowhere.invalid')),
        to((url) => (url.pathname = '/missing')),
        to((url) => (url.username = 'nobody-known')),
        to((url) => (url.username = 'guest')),
        to((url) => (url.pathname = '/latin')),
      ].map(problemWith),
    );
    const expected = [
      'no server listens at this address',
      'there is no such host',
      'there is no such database',
      'the server refuses this role',
      'the role may not create tables in the schema public',
      'its encoding is LATIN1',
    ];
    for (const [i, words] of expected.entries()) expect(problems[i]).toContain(words);
    expect(problems.join()).not.toContain('hidden');
  });

  it.each([
    ['28P01', 'password authentication failed', 'the password is wrong'],
    [
      '42704',
      'unrecognized configuration parameter',
      'the server is too old; PostgreSQL 14 or later is needed',
    ],
    ['57P03', 'the database system is starting up', 'the server is starting up or shutting down'],
    ['53300', 'sorry, too many clients already', 'the server has too many connections'],
  ])('that answers with the code %s has a problem with a remedy', async (code, message, words) => {
    const refusing = await startRefusing(code, message);
    expect(await problemWith(refusing.url)).toContain(words);
    refusing.close();
  });

  it('that restarts ends a transaction under way without a part of it, and is used again', async () => {
    await migrate(db);
    const broken = inTransaction(db, async (trx) => {
      await trx('settings').insert({ key: 'half', value: '', updated_at: '' });
      await server.away(() => Promise.resolve());
      await trx('settings').insert({ key: 'rest', value: '', updated_at: '' });
    });
    expect(isUnreachable(await reasonOf(broken))).toBe(true);
    expect(await db('settings').pluck('key')).toEqual([]);
    await inTransaction(db, (trx) => trx('settings').insert({ key: 'whole', value: '', updated_at: '' }));
    expect(await db('settings').pluck('key')).toEqual(['whole']);
  });

  it('is migrated once by many processes at the same time', async () => {
    await db.raw('CREATE DATABASE crowd');
    const all = Array.from({ length: 6 }, () => openDatabase(server.urlOf('crowd')));
    await Promise.all(all.map(migrate));
    const [names, tables] = [
      await all[0]!('knex_migrations').pluck('name'),
      await all[1]!('settings').select(),
    ];
    expect(new Set(names).size).toBe(names.length);
    expect(tables).toEqual([]);
    await Promise.all(all.map((one) => one.destroy()));
  });

  it('with too few connections says so, and serves again when some are free', async () => {
    const crowd = Array.from({ length: 200 }, () => openDatabase(server.url));
    const outcomes = await Promise.allSettled(crowd.map((one) => one.raw('SELECT pg_sleep(0.2)')));
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused.length).toBeGreaterThan(100);
    for (const { reason } of refused) expect(isUnreachable(reason)).toBe(true);
    await Promise.all(crowd.map((one) => one.destroy()));
    expect(await problemWith(server.url)).toBe('none');
  });
});
