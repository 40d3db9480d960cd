/** PostgreSQL, 14 or later: a server that any number of processes share. */
import knex from 'knex';
import type { Knex } from 'knex';
import { commonSettings, withoutStatement } from './dialect.ts';
import type { Db, Dialect } from './dialect.ts';
import { patienceMs, PostgresClient, queueMs } from './postgres-client.ts';
import type { PostgresConnection } from './postgres-client.ts';

/** Of one pool that writes: requests that only read do not wait for each other. */
const mostConnections = 5;
const connectWithinMs = 5_000;
/** A process that was suspended in the middle of a transaction keeps the others waiting no longer than that. */
const idleInTransactionMs = 15_000;
/** How soon the server notices that nobody waits for the answer of a statement any more. */
const checkConnectionMs = 2_000;

/** For every connection; `SET` and not an option of the connection, so that the URL may have options of its own. */
const settings = [
  `SET lock_timeout = ${patienceMs}`,
  `SET idle_in_transaction_session_timeout = ${idleInTransactionMs}`,
  `SET client_connection_check_interval = ${checkConnectionMs}`,
  'SET TIME ZONE UTC',
];

function connect(url: string, most: number, ownSettings: readonly string[]): Db {
  const configure = (
    connection: PostgresConnection,
    done: (error: Error | null, c: unknown) => void,
  ): void => {
    connection.query([...settings, ...ownSettings].join('; ')).then(
      () => {
        done(null, connection);
      },
      (error: unknown) => {
        done(error as Error, connection);
      },
    );
  };
  const db = knex({
    ...commonSettings,
    client: PostgresClient,
    connection: {
      connectionString: url,
      connectionTimeoutMillis: connectWithinMs,
      keepAlive: true,
    } as object,
    acquireConnectionTimeout: queueMs,
    pool: { min: 0, max: most, afterCreate: configure },
  });
  db.on('query-error', withoutStatement);
  return db;
}

const needed = { version: 14, encoding: 'UTF8' };

/** What the server and the role must be able to do. */
interface Abilities {
  readonly version: number;
  readonly encoding: string;
  readonly is_standby: boolean;
  readonly schema: string | null;
  readonly may_create: boolean | null;
}

async function check(db: Db, url: string): Promise<void> {
  const found = await findAbilities(db, url);
  const problem = problemOf(found);
  if (problem !== null) throw new Error(`the database ${withoutPassword(url)} cannot be used: ${problem}`);
}

async function findAbilities(db: Db, url: string): Promise<Abilities> {
  try {
    // From version 14 on there are settings that connections need.
    const { rows } = await db.raw<{ rows: readonly Abilities[] }>(
      `SELECT current_setting('server_version_num')::int AS version, current_setting('server_encoding') AS encoding,
         pg_is_in_recovery() AS is_standby, current_schema() AS schema,
         has_schema_privilege(current_schema(), 'CREATE') AS may_create`,
    );
    return rows[0]!;
  } catch (error) {
    throw new Error(`the database ${withoutPassword(url)} cannot be reached: ${remedyOf(error)}`, {
      cause: error,
    });
  }
}

function problemOf({ version, encoding, is_standby: isStandby, schema, may_create: mayCreate }: Abilities) {
  if (version < needed.version * 10_000)
    return `the server is PostgreSQL ${Math.floor(version / 10_000)}; version ${needed.version} or later is needed.`;
  if (encoding !== needed.encoding)
    return `its encoding is ${encoding}. Create a database with the encoding ${needed.encoding}.`;
  if (isStandby) return 'the server is a standby that cannot be written to. Name the primary server.';
  if (schema === null) return 'no schema of its search path exists. Create one, or change the search path.';
  if (!mayCreate)
    return `the role may not create tables in the schema ${schema}. Make the role the owner of the database.`;
  return null;
}

/** By the code of the error. */
const remedies = new Map([
  ['ECONNREFUSED', 'no server listens at this address. Start it, or correct DATABASE_URL.'],
  ['ENOTFOUND', 'there is no such host. Correct DATABASE_URL.'],
  ['EAI_AGAIN', 'the name of the host cannot be looked up.'],
  ['28P01', 'the password is wrong. Correct DATABASE_URL.'],
  ['28000', 'the server refuses this role. Correct DATABASE_URL, or pg_hba.conf on the server.'],
  ['3D000', 'there is no such database. Create it, or correct DATABASE_URL.'],
  ['42501', 'the role may not connect to this database.'],
  ['53300', 'the server has too many connections. Raise its max_connections.'],
  ['57P03', 'the server is starting up or shutting down. Try again in a moment.'],
  ['42704', `the server is too old; PostgreSQL ${needed.version} or later is needed.`],
]);

function remedyOf(error: unknown): string {
  const { code = '', message } = error as { readonly code?: string; readonly message: string };
  return remedies.get(code) ?? `${message}.`;
}

/** For messages. */
function withoutPassword(url: string): string {
  return url.replace(/^(\w+:\/\/[^:@/]*):[^@]*@/, '$1@').replace(/\?.*$/, '');
}

const rowsAtOnce = 1_000;

async function visitRows(
  db: Db,
  query: Knex.QueryBuilder,
  visit: (row: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  const { sql: statement, bindings } = query.toSQL();
  const read = async (trx: Db): Promise<void> => {
    await trx.raw(`DECLARE visited NO SCROLL CURSOR FOR ${statement}`, [...bindings] as Knex.RawBinding[]);
    for (;;) {
      const { rows } = await trx.raw<{ rows: Readonly<Record<string, unknown>>[] }>(
        `FETCH ${rowsAtOnce} FROM visited`,
      );
      for (const row of rows) visit(row);
      if (rows.length < rowsAtOnce) break;
    }
    await trx.raw('CLOSE visited');
  };
  if (db.isTransaction) await read(db);
  else await db.transaction(read, { readOnly: true });
}

export const postgres: Dialect = {
  open: (url) => connect(url, mostConnections, []),
  openReadOnly: (url) => connect(url, 1, ['SET default_transaction_read_only = on']),
  check,
  transact: (db, work) => (db.client as PostgresClient).inTurn(() => db.transaction(work)),
  migrate: (db, migrate) => postgres.transact(db, migrate),
  visitRows,
  forgetDeleted: async (db, tables) => {
    // Rows that were changed or deleted stay in the files of a table until it is written anew.
    for (const table of tables) await db.raw('VACUUM (FULL) ??', [table]);
  },
  // Pages have checksums where the server was set up with them; it refuses rows that refer to none.
  examine: async (db) => {
    const { rows } = await db.raw<{ rows: readonly { table: string; name: string }[] }>(
      `SELECT conrelid::regclass::text AS table, conname AS name FROM pg_constraint WHERE NOT convalidated`,
    );
    return rows.map(({ table, name }) => `the constraint ${name} of ${table} was never checked`);
  },
};
