/** The parts of statements that differ between SQLite and PostgreSQL. */
import type { Knex } from 'knex';
import type { Db } from './dialect.ts';

interface Expression {
  readonly sql: string;
  readonly bindings: readonly string[];
}

/** Each is null where the value is of another type, or there is none. */
export interface JsonField {
  readonly text: Expression;
  readonly number: Expression;
}

interface SqlParts {
  /** Milliseconds since 1970, by the clock of the database. */
  readonly now: string;
  /** The condition that a boolean column is true, written as in partial indexes. */
  readonly isTrue: (column: string) => string;
  /** The column, but no index is used for it. */
  readonly withoutIndex: (column: string) => string;
  /** What a JSON object in a text column has under a name. */
  readonly jsonField: (column: string, name: string) => JsonField;
  /** Locks the row that the query finds; rows that somebody else has locked are passed over. */
  readonly takeRow: (query: Knex.QueryBuilder) => void;
  /** Keeps the rows that the query finds from being taken until the end of the transaction. */
  readonly keepRow: (query: Knex.QueryBuilder) => void;
}

const nothing = (): void => undefined;

const sqlite: SqlParts = {
  now: "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)",
  isTrue: (column) => `${column} = 1`,
  withoutIndex: (column) => `+${column}`,
  jsonField: (column, name) => {
    // The name is escaped as in JSON.
    const path = `$.${JSON.stringify(name)}`;
    const ofType = (types: string): Expression => ({
      sql: `(CASE WHEN json_type(${column}, ?) IN (${types}) THEN json_extract(${column}, ?) END)`,
      bindings: [path, path],
    });
    return { text: ofType("'text'"), number: ofType("'integer', 'real'") };
  },
  // A transaction has the whole database to itself.
  takeRow: nothing,
  keepRow: nothing,
};

const postgres: SqlParts = {
  now: 'FLOOR(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint',
  isTrue: (column) => column,
  // Its planner knows how many rows have which value.
  withoutIndex: (column) => column,
  jsonField: (column, name) => {
    // It reads no NUL, not even an escaped one.
    const json = `replace(${column}, '\\u0000', '\\ufffd')::json`;
    const ofType = (type: string, cast: string): Expression => ({
      sql: `(CASE json_typeof(${json} -> ?) WHEN '${type}' THEN (${json} ->> ?)::${cast} END)`,
      bindings: [name, name],
    });
    return { text: ofType('string', 'text'), number: ofType('number', 'double precision') };
  },
  takeRow: (query) => {
    void query.forUpdate().skipLocked();
  },
  // Renewing a lease goes on meanwhile.
  keepRow: (query) => {
    void query.forKeyShare();
  },
};

export function sqlOf(db: Db): SqlParts {
  return isPostgres(db) ? postgres : sqlite;
}

export function isPostgres(db: Db): boolean {
  return (db.client as { readonly dialect: string }).dialect === 'postgresql';
}
