/** SQLite, embedded: one file, and one connection for each thread. */
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import knex from 'knex';
import type { Knex } from 'knex';
import { Conflict } from '../errors.ts';
import { closeToOthers, privateFile, privateFolder } from '../private-files.ts';
import { commonSettings, withoutStatement } from './dialect.ts';
import type { Db, Dialect } from './dialect.ts';
import { PatientClient } from './sqlite-client.ts';

export const sqlitePrefix = 'sqlite:';

/** `url` is `sqlite:PATH`. */
function open(url: string): Db {
  const path = url.slice(sqlitePrefix.length);
  if (path !== ':memory:') makePrivateDatabase(resolve(path));
  const db = knex({
    ...commonSettings,
    client: PatientClient,
    connection: { filename: path },
    useNullAsDefault: true,
    pool: { min: 1, max: 1, afterCreate: configureWriter },
  });
  db.on('query-error', withoutStatement);
  return db;
}

/** SQLite gives its log the rights of the database file; that one is created here with the right ones. */
function makePrivateDatabase(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: privateFolder });
  // Only where there is none: closing the file of an open database would give up SQLite's locks on it.
  if (!existsSync(path)) closeSync(openSync(path, 'a', privateFile));
  for (const ending of ['', '-wal', '-shm']) closeToOthers(`${path}${ending}`);
}

function openReadOnly(url: string): Db {
  const db = knex({
    ...commonSettings,
    client: 'better-sqlite3',
    connection: { filename: url.slice(sqlitePrefix.length), options: { readonly: true } },
    useNullAsDefault: true,
    pool: { min: 1, max: 1, afterCreate: configureReader },
  });
  db.on('query-error', withoutStatement);
  return db;
}

/** Checks the whole file, so that a damaged page is found at start and not by the request that reads it. */
async function check(db: Db, url: string): Promise<void> {
  const damage = await findDamage(db);
  if (damage === null) return;
  const path = resolve(url.slice(sqlitePrefix.length));
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

/** Numbers of pages. */
export interface SnapshotStep {
  readonly totalPages: number;
  readonly remainingPages: number;
}

interface SqliteConnection {
  exec(statement: string): unknown;
  /** `progress` answers how many pages come next. */
  backup(path: string, options: { progress: (step: SnapshotStep) => number }): Promise<unknown>;
  pragma(statement: string): unknown;
  prepare(sql: string): {
    iterate(bindings: readonly unknown[]): Iterable<Readonly<Record<string, unknown>>>;
  };
}

/** The connection is busy meanwhile. */
async function visitRows(
  db: Db,
  query: Knex.QueryBuilder,
  visit: (row: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  await onConnection(db, (connection) => {
    const { sql, bindings } = query.toSQL().toNative();
    const values = bindings.map((value) => (typeof value === 'boolean' ? Number(value) : value));
    for (const row of connection.prepare(sql).iterate(values)) visit(row);
  });
}

async function onConnection(
  db: Db,
  work: (connection: SqliteConnection) => Promise<void> | void,
): Promise<void> {
  const client = db.client as {
    acquireConnection(): Promise<SqliteConnection>;
    releaseConnection(connection: SqliteConnection): Promise<void>;
  };
  const connection = await client.acquireConnection();
  try {
    await work(connection);
  } finally {
    await client.releaseConnection(connection);
  }
}

/** Of each step of a snapshot; between two of them others can have the thread. */
const pagesAtOnce = 1_000;

/** Writes the database as it is now to a new file, while others write on. */
export function writeSnapshot(db: Db, path: string, report: (step: SnapshotStep) => void): Promise<void> {
  return onConnection(db, async (connection) => {
    // A snapshot held by the connection: a copy would begin anew whenever somebody else writes.
    connection.exec('BEGIN; SELECT 1 FROM sqlite_master');
    try {
      await connection.backup(path, {
        progress: (step) => {
          report(step);
          return pagesAtOnce;
        },
      });
    } finally {
      connection.exec('COMMIT');
    }
  });
}

/** Whole, with its indexes; the check at start leaves these out. */
async function examine(db: Db): Promise<string[]> {
  const damage = await db.raw<readonly { integrity_check: string }[]>('PRAGMA integrity_check(10)');
  const orphans = await db.raw<readonly { table: string; parent: string }[]>('PRAGMA foreign_key_check');
  return [
    ...damage.map((row) => row.integrity_check).filter((text) => text !== 'ok'),
    ...orphans
      .slice(0, 10)
      .map(({ table, parent }) => `a row of ${table} refers to one of ${parent} that is not there`),
  ];
}

/** WAL with FULL: acknowledged writes survive a crash, and readers never wait for a writer. */
function configureWriter(connection: SqliteConnection, done: (error: Error | null) => void): void {
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

function whileLocked<T>(db: Db, begin: () => Promise<T>): Promise<T> {
  return (db.client as PatientClient).whileLocked(begin);
}

const checkpointAttempts = 100;

/** The log of the database still holds the pages as they were; deleting overwrites them in the database itself. */
async function forgetDeleted(db: Db): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const [result] = await db.raw<readonly { busy: number }[]>('PRAGMA wal_checkpoint(TRUNCATE)');
    if (result?.busy !== 1) return;
    // Somebody reads what the log holds.
    if (attempt === checkpointAttempts)
      throw new Conflict('The database is in use, so that its log still holds what was deleted. Try again.');
    await new Promise((resume) => setTimeout(resume, 100));
  }
}

export const sqlite: Dialect = {
  open,
  openReadOnly,
  check,
  transact: (db, work) => whileLocked(db, () => db.transaction(work)),
  migrate: (db, migrate) => whileLocked(db, () => migrate(db)),
  visitRows,
  forgetDeleted,
  examine,
};
