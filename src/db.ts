/**
 * The database connection: SQLite, embedded. Each thread opens its own.
 */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import knex from 'knex';
import type { Knex } from 'knex';
import { migrations } from '../migrations/index.ts';
import { closeToOthers, privateFile, privateFolder } from './private-files.ts';
import { PatientClient } from './sqlite-client.ts';

/** A connection or the transaction that is open on one; the store takes either. */
export type Db = Knex;

/** Runs first in a transaction, and throws if the transaction must not write. */
export type Fence = (trx: Db) => Promise<void>;

const nothing = (): void => undefined;
/** Knex prints errors as well as throwing them; they are reported once, where they are caught. */
const silent = { warn: nothing, error: nothing, deprecate: nothing, debug: nothing };

const fences = new WeakMap<object, Fence>();

/** `url` is `sqlite:PATH`. With a `fence`, no transaction of this connection writes anything once it throws. */
export function openDatabase(url: string, fence?: Fence): Db {
  const path = url.slice('sqlite:'.length);
  if (path !== ':memory:') makePrivateDatabase(resolve(path));
  const db = knex({
    client: PatientClient,
    connection: { filename: path },
    useNullAsDefault: true,
    // Knex writes the statement in front of every message, by default with the values in it.
    compileSqlOnError: false,
    log: silent,
    pool: { min: 1, max: 1, afterCreate: configureSqlite },
  });
  db.on('query-error', withoutStatement);
  if (fence) fences.set(db, fence);
  return db;
}

/** SQLite gives its log the rights of the database file; that one is created here with the right ones. */
function makePrivateDatabase(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: privateFolder });
  // Only where there is none: closing the file of an open database would give up SQLite's locks on it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', privateFile));
  for (const ending of ['', '-wal', '-shm']) closeToOthers(`${path}${ending}`);
}

/** Removes the SQL from a message, for pages, logs and the reasons of failed jobs. */
function withoutStatement(error: Error, { sql }: { readonly sql: string }): void {
  const prefix = `${sql} - `;
  if (error.message.startsWith(prefix)) error.message = error.message.slice(prefix.length);
}

/** A connection that sees what others write and cannot write itself; the database must exist. */
export function openReadOnlyDatabase(url: string): Db {
  const db = knex({
    client: 'better-sqlite3',
    connection: { filename: url.slice('sqlite:'.length), options: { readonly: true } },
    useNullAsDefault: true,
    compileSqlOnError: false,
    log: silent,
    pool: { min: 1, max: 1, afterCreate: configureReader },
  });
  db.on('query-error', withoutStatement);
  return db;
}

/**
 * Checks the whole file, so that a damaged page is found at start and not by the request that reads it.
 * @throws Error with the file and the remedy if it is damaged or not a database
 */
export async function checkDatabase(db: Db, url: string): Promise<void> {
  const damage = await findDamage(db);
  if (damage === null) return;
  const path = resolve(url.slice('sqlite:'.length));
  throw new Error(
    `the database ${path} is damaged or is no database (${damage}). Keep the file, and restore a backup in its place; docs/operations.md, 'A damaged database', says how.`,
  );
}

async function findDamage(db: Db): Promise<string | null> {
  try {
    const rows = await db.raw<readonly { quick_check: string }[]>('PRAGMA quick_check(1)');
    const found = rows[0]?.quick_check ?? 'ok';
    return found === 'ok' ? null : found;
  } catch (error) {
    const { code } = error as { readonly code?: unknown };
    if (typeof code === 'string' && /^SQLITE_(NOTADB|CORRUPT)/.test(code)) return code;
    throw error;
  }
}

const migrateAttempts = 20;

/**
 * Migrates the schema in one transaction. If two processes start together, the second one waits and then finds nothing
 * left to do.
 */
export async function migrate(db: Db): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await whileLocked(db, () => db.migrate.latest({ migrationSource: migrations }));
      return;
    } catch (error) {
      if (attempt === migrateAttempts) throw error;
      await new Promise((resume) => setTimeout(resume, 25 * attempt));
    }
  }
}

/**
 * Runs `work` in one transaction: everything it writes through `trx` happens, or nothing does. It has the
 * write lock from the beginning, and waits while another transaction writes.
 */
export async function inTransaction<T>(db: Db, work: (trx: Db) => Promise<T>): Promise<T> {
  if (db.isTransaction) return db.transaction(work);
  const fence = fences.get(db);
  const fenced = async (trx: Db): Promise<T> => {
    await fence?.(trx);
    return work(trx);
  };
  return whileLocked(db, () => db.transaction(fenced));
}

/** For writes that go past knex: tries again while the database is locked. `attempt` must be harmless to repeat. */
export async function whileLocked<T>(db: Db, attempt: () => Promise<T>): Promise<T> {
  return (db.client as PatientClient).whileLocked(attempt);
}

interface SqliteConnection {
  pragma(statement: string): unknown;
  prepare(sql: string): {
    iterate(bindings: readonly unknown[]): Iterable<Readonly<Record<string, unknown>>>;
  };
}

/** Iterates over the rows of a query without keeping them; the connection is busy meanwhile. */
export async function visitRows(
  db: Db,
  query: Knex.QueryBuilder,
  visit: (row: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  const client = db.client as {
    acquireConnection(): Promise<SqliteConnection>;
    releaseConnection(connection: SqliteConnection): Promise<void>;
  };
  const connection = await client.acquireConnection();
  try {
    const { sql, bindings } = query.toSQL().toNative();
    for (const row of connection.prepare(sql).iterate(bindings)) visit(row);
  } finally {
    await client.releaseConnection(connection);
  }
}

/** WAL with FULL: acknowledged writes survive a crash, and readers never wait for a writer. */
function configureSqlite(connection: SqliteConnection, done: (error: Error | null) => void): void {
  connection.pragma('journal_mode = WAL');
  connection.pragma('synchronous = FULL');
  connection.pragma('foreign_keys = ON');
  // The client waits instead: waiting here would block the thread.
  connection.pragma('busy_timeout = 0');
  connection.pragma('secure_delete = ON');
  done(null);
}

/** Sorting in memory: personal data does not go to temporary files, and reading needs no room on the disk. */
function configureReader(connection: SqliteConnection, done: (error: Error | null) => void): void {
  connection.pragma('query_only = ON');
  connection.pragma('busy_timeout = 5000');
  connection.pragma('temp_store = MEMORY');
  done(null);
}
