/**
 * Knex's SQLite client with three changes:
 * - Transactions begin IMMEDIATE, so that one that reads before it writes is never refused halfway.
 * - Waiting for a locked database does not block the thread, as the driver's own waiting would.
 * - Many statements in a row yield to other work: the driver answers synchronously, and the next statement would
 *   otherwise follow before the event loop continues.
 */
import { promisify } from 'node:util';
import type { Knex } from 'knex';
import SqliteClient from 'knex/lib/dialects/better-sqlite3/index.js';
import { isLocked } from './failures.ts';

/** How long to wait for the database; then the error of the last attempt is thrown. */
const patienceMs = 10_000;
const pauseMs = 5;
/** How long statements may follow each other before the event loop continues. */
const turnMs = 10;
const nextTurn = promisify(setImmediate);
/** Each round of the event loop takes one new connection in: after a crowd, the next would wait for a turn of each. */
const rounds = 20;
let turnBegan = 0;

interface SqliteConnection {
  readonly inTransaction: boolean;
  readonly readonly: boolean;
  exec(statement: string): unknown;
}

interface Runner {
  run(): Promise<unknown>;
}

export class PatientClient extends SqliteClient {
  /** Waiting writers queue, and only the first one retries: many retries at once would keep the thread busy. */
  private line: Promise<unknown> = Promise.resolve();

  constructor(config: Knex.Config) {
    // The rate limiter asks the configuration which driver this is.
    super({ ...config, client: 'better-sqlite3' });
  }

  /** Tries again while the database is locked. No connection is held between attempts, so reads continue. */
  async whileLocked<T>(attempt: () => Promise<T>): Promise<T> {
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
    const deadline = performance.now() + patienceMs;
    const turn = this.line.then(() => keepTrying(attempt, deadline));
    this.line = turn.catch(() => undefined);
    return turn;
  }

  override runner(builder: unknown): Runner {
    const runner = super.runner(builder) as Runner;
    // A transaction has the lock already.
    if (this.transacting) return runner;
    const attempt = (): Promise<unknown> => (super.runner(builder) as Runner).run();
    return Object.assign(runner, { run: () => this.whileLocked(attempt) });
  }

  override async acquireConnection(): Promise<unknown> {
    const connection: unknown = await super.acquireConnection();
    if (performance.now() - turnBegan > turnMs) {
      for (let round = 0; round < rounds; round++) await nextTurn();
      turnBegan = performance.now();
    }
    return connection;
  }

  override _query(connection: SqliteConnection, query: { sql: string }): Promise<unknown> {
    if (query.sql === 'BEGIN;' && !connection.readonly) query.sql = 'BEGIN IMMEDIATE;';
    return super._query(connection, query);
  }

  /** A commit that failed may leave its transaction open; the next user of the connection must not inherit it. */
  override validateConnection(connection: SqliteConnection): Promise<boolean> {
    if (connection.inTransaction) connection.exec('ROLLBACK');
    return Promise.resolve(true);
  }
}

async function keepTrying<T>(attempt: () => Promise<T>, deadline: number): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLocked(error) || performance.now() > deadline) throw error;
    }
    await new Promise((resume) => setTimeout(resume, pauseMs));
  }
}
