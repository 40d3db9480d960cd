/** What differs between the databases that Holdfast runs on. Everything else is the same SQL, written with knex. */
import type { Knex } from 'knex';

/** A connection or the transaction that is open on one; the store takes either. */
export type Db = Knex;

/** A boolean as a row has it: SQLite gives 0 and 1. */
export type StoredBoolean = boolean | 0 | 1;

type Row = Readonly<Record<string, unknown>>;

export interface Dialect {
  open(url: string): Db;
  /** A connection that sees what others write and cannot write itself; the database must exist. */
  openReadOnly(url: string): Db;
  /** @throws Error with the remedy if the database cannot be used. */
  check(db: Db, url: string): Promise<void>;
  /** Runs `work` in a transaction that has the write lock from its beginning. Waiting ends with an error: for others after ten seconds. */
  transact<T>(db: Db, work: (trx: Db) => Promise<T>): Promise<T>;
  /** Runs all of `migrate` in one transaction where the database can, otherwise each migration in its own. */
  migrate<T>(db: Db, migrate: (db: Db) => Promise<T>): Promise<T>;
  visitRows(db: Db, query: Knex.QueryBuilder, visit: (row: Row) => void): Promise<void>;
  /** Removes what was deleted from the files of the database for good. `tables`: where something was. */
  forgetDeleted(db: Db, tables: readonly string[]): Promise<void>;
  /** What is wrong inside, in words: damaged pages, and rows that refer to others that are not there. It reads everything. */
  examine(db: Db): Promise<string[]>;
}

const nothing = (): void => undefined;
/** Knex prints errors as well as throwing them; they are reported once, where they are caught. */
const silent = { warn: nothing, error: nothing, deprecate: nothing, debug: nothing };

/** For every connection. Knex writes the statement in front of every message, by default with the values in it. */
export const commonSettings = { compileSqlOnError: false, log: silent } as const;

/** Removes the SQL from a message, for pages, logs and the reasons of failed jobs. */
export function withoutStatement(error: Error, { sql }: { readonly sql: string }): void {
  const prefix = `${sql} - `;
  if (error.message.startsWith(prefix)) error.message = error.message.slice(prefix.length);
}
