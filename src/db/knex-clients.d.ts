/** Knex's own clients, which it does not describe itself. */
declare module 'knex/lib/dialects/better-sqlite3/index.js' {
  import type { Knex } from 'knex';

  export default class SqliteClient extends Knex.Client {
    /** Set inside a transaction. */
    transacting?: boolean;
    _query(connection: unknown, query: { sql: string }): Promise<unknown>;
  }
}

declare module 'knex/lib/dialects/postgres/index.js' {
  import type { Knex } from 'knex';

  export default class PostgresClient extends Knex.Client {
    /** The module `pg`. */
    driver: unknown;
    columnCompiler(...args: unknown[]): object;
    prepBindings(bindings: unknown[]): unknown[];
    _query(connection: unknown, query: { sql: string }): Promise<unknown>;
  }
}
