/** The database: SQLite, embedded, or PostgreSQL. Each thread opens its own connections. */
import type { Knex } from 'knex';
import type { Db, Dialect } from './db/dialect.ts';
import { postgres } from './db/postgres.ts';
import { LaterSchema, migrateSchema } from './db/schema.ts';
import { isPostgres } from './db/sql.ts';
import { sqlite, sqlitePrefix } from './db/sqlite.ts';

export type { Db, StoredBoolean } from './db/dialect.ts';

/** Runs first in a transaction, and throws if the transaction must not write. */
export type Fence = (trx: Db) => Promise<void>;

const fences = new WeakMap<object, Fence>();

/**
 * `url` is `sqlite:PATH` or `postgres://…`. With a `fence`, no transaction of this connection writes anything once it
 * throws.
 */
export function openDatabase(url: string, fence?: Fence): Db {
  const db = dialectFor(url).open(url);
  if (fence) fences.set(db, fence);
  return db;
}

/** A connection that sees what others write and cannot write itself; the database must exist. */
export function openReadOnlyDatabase(url: string): Db {
  return dialectFor(url).openReadOnly(url);
}

/** The file of an SQLite database; null: the database is not a file of this machine. */
export function databaseFile(url: string): string | null {
  return url.startsWith(sqlitePrefix) ? url.slice(sqlitePrefix.length) : null;
}

/** @throws Error with what is wrong and the remedy if the database is damaged, or cannot be used as it is */
export async function checkDatabase(db: Db, url: string): Promise<void> {
  await dialectOf(db).check(db, url);
}

const migrateAttempts = 20;

/**
 * Migrates the schema. If two processes start together, the second one waits and then finds nothing left to do.
 * Gives the migrations of a later version that has changed the database already. @throws LaterSchema if this one cannot work with them
 */
export async function migrate(db: Db): Promise<string[]> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await dialectOf(db).migrate(db, migrateSchema);
    } catch (error) {
      if (error instanceof LaterSchema || attempt === migrateAttempts) throw error;
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
  return dialectOf(db).transact(db, fenced);
}

/** Iterates over the rows of a query without keeping them. */
export async function visitRows(
  db: Db,
  query: Knex.QueryBuilder,
  visit: (row: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  await dialectOf(db).visitRows(db, query, visit);
}

/** Removes what was deleted from the files of the database for good. `tables`: where something was. */
export async function forgetDeleted(db: Db, tables: readonly string[]): Promise<void> {
  await dialectOf(db).forgetDeleted(db, tables);
}

/** What is wrong inside, in words: damage, and rows that refer to others that are not there. It reads the whole database. */
export async function examineDatabase(db: Db): Promise<string[]> {
  return dialectOf(db).examine(db);
}

function dialectFor(url: string): Dialect {
  return url.startsWith(sqlitePrefix) ? sqlite : postgres;
}

function dialectOf(db: Db): Dialect {
  return isPostgres(db) ? postgres : sqlite;
}
