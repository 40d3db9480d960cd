/**
 * Knex's PostgreSQL client with these changes:
 * - A transaction that writes has the whole database to itself, as in SQLite: it begins by taking one advisory lock.
 *   docs/decisions/0027-postgresql.md says why.
 * - Columns hold what they hold in SQLite: integers of 64 bits, text of any length in the order of its bytes.
 * - Numbers come back as numbers, JSON and times as text.
 */
import type { Knex } from 'knex';
import PgClient from 'knex/lib/dialects/postgres/index.js';
import { isLocked } from './failures.ts';

/** How long to wait for the transactions of other processes; then PostgreSQL refuses. */
export const patienceMs = 10_000;
/** How long to wait for a connection or a turn of this process, which many requests at once may queue for. */
export const queueMs = 30_000;
/** Names the lock of those who write; any number that no other program on the same database uses. */
const writeLock = 0x686f6c64;

type Parser = (text: string) => unknown;

interface Driver {
  readonly types: { getTypeParser(type: number, format: string): Parser };
}

export interface PostgresConnection {
  /** Set by knex: the connection is not used again. */
  __knex__disposed?: unknown;
  query(statement: string): Promise<unknown>;
}

const asText: Parser = (text) => text;
/** By the numbers of the types. */
const parsers: Readonly<Record<number, Parser>> = {
  20: toNumber, // bigint
  1700: toNumber, // numeric: the sum of bigints
  114: asText, // json
  1184: (text) => new Date(text).toISOString(), // timestamp with time zone
};

/** @throws RangeError rather than give another number than the one that is stored */
function toNumber(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && !Number.isSafeInteger(value))
    throw new RangeError(`The number ${text} of the database is too large.`);
  return value;
}

function locked(): Error {
  return Object.assign(new Error('The database is locked.'), { code: '55P03' });
}

export class PostgresClient extends PgClient {
  /** Transactions of this process queue here, so that those that wait hold no connections. */
  private line: Promise<unknown> = Promise.resolve();
  /** When the last one was refused for a lock. */
  private refusedAt = -Infinity;

  constructor(config: Knex.Config) {
    const types = {
      getTypeParser: (type: number, format: string): Parser =>
        parsers[type] ?? (this.driver as Driver).types.getTypeParser(type, format),
    };
    super({ ...config, client: 'pg', connection: { ...(config.connection as object), types } });
  }

  /**
   * Runs `work` after what came before it. @throws an error with the code of a lock that could not be had: after too long
   * a queue, or if others keep the lock so long that the one before was refused too
   */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const arrived = performance.now();
    let hasBegun = false;
    const run = this.line.then(() => {
      hasBegun = true;
      if (performance.now() - arrived > queueMs || this.refusedAt - arrived > patienceMs / 2) throw locked();
      return work().catch((error: unknown) => {
        if (isLocked(error)) this.refusedAt = performance.now();
        throw error;
      });
    });
    this.line = run.catch(() => undefined);
    return new Promise((done, fail) => {
      const deadline = setTimeout(() => {
        if (!hasBegun) fail(locked());
      }, queueMs);
      run.then(done, fail).finally(() => {
        clearTimeout(deadline);
      });
    });
  }

  override columnCompiler(...args: unknown[]): object {
    const compiler = super.columnCompiler(...args) as { bigincrements: unknown };
    // The byte order is that of SQLite, and the same on every server.
    const text = 'text collate "C"';
    return Object.assign(compiler, {
      integer: 'bigint',
      increments: compiler.bigincrements,
      varchar: text,
      text,
    });
  }

  /** PostgreSQL stores no NUL in a text. */
  override prepBindings(bindings: unknown[] = []): unknown[] {
    return super
      .prepBindings(bindings)
      .map((value) => (typeof value === 'string' ? value.replaceAll('\0', '\ufffd') : value));
  }

  override async _query(connection: PostgresConnection, query: { sql: string }): Promise<unknown> {
    if (query.sql === 'BEGIN;') query.sql = `BEGIN; SELECT pg_advisory_xact_lock(${writeLock});`;
    else return super._query(connection, query);
    try {
      return await super._query(connection, query);
    } catch (error) {
      // It has begun all the same, and the next user of the connection must not inherit it.
      await connection.query('ROLLBACK').catch((failure: unknown) => (connection.__knex__disposed = failure));
      throw error;
    }
  }
}
