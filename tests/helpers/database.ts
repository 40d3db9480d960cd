/** The database of a test: a file, or a copy of an empty database on the PostgreSQL server of the run. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase } from '../../src/db.ts';
import type { Db } from '../../src/db.ts';

/** The name of the database that is copied. */
export const template = 'holdfast_template';

/** The address of the server's own database; undefined: the test runs on SQLite. */
const server = process.env['TEST_POSTGRES_URL'];
export const isOnPostgres = server !== undefined;

export interface TestDatabase {
  readonly url: string;
  remove(): Promise<void>;
}

/** `folder`: where the file goes. */
export async function createTestDatabase(folder: string): Promise<TestDatabase> {
  if (server === undefined)
    return { url: `sqlite:${join(folder, 'holdfast.db')}`, remove: () => Promise.resolve() };
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const copy = process.env['TEST_POSTGRES_COPY'] ?? '';
  await command(server, `CREATE DATABASE ${name} TEMPLATE ${template} ${copy}`);
  return {
    url: server.replace(/[^/]*$/, name),
    remove: () => command(server, `DROP DATABASE ${name} WITH (FORCE)`),
  };
}

async function command(url: string, statement: string): Promise<void> {
  const db = openDatabase(url);
  try {
    await db.raw(statement);
  } finally {
    await db.destroy();
  }
}

/** The tables of PostgreSQL that hold the text anywhere. */
export async function tablesWith(db: Db, text: string): Promise<string[]> {
  const rows = await db<{ tablename: string; schemaname: string }>('pg_tables')
    .where({ schemaname: 'public' })
    .select('tablename');
  const tables = rows.map(({ tablename }) => tablename);
  const found = await Promise.all(
    tables.map((name) => db(`${name} as row`).whereRaw('strpos(row::text, ?) > 0', [text]).first()),
  );
  return tables.filter((_, i) => found[i] !== undefined);
}
