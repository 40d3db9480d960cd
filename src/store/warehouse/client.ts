/** A connection to a database of the company. Every failure is in words (`failures.ts`); nothing of it is logged. */
import { isIP } from 'node:net';
import { Client } from 'pg';
import type { QueryOptions, QueryResult } from 'pg';
import type { WarehouseSettings } from '../../config.ts';
import type { TlsMode } from '../connections.ts';
import { warehouseFailure, WarehouseLost } from './failures.ts';
import type { TypedStatement } from './failures.ts';
import { allowedAddress } from './hosts.ts';

/** Where to connect, and as whom. */
export interface WarehouseTarget {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly username: string;
  readonly password: string;
  readonly tls: TlsMode;
}

const connectWithinMs = 10_000;
const lockWithinMs = 20_000;
/** A process that was suspended in the middle of a transaction keeps others waiting no longer than that. */
const idleInTransactionMs = 60_000;
/** How soon the server notices that nobody waits for an answer any more. */
const checkConnectionMs = 2_000;

export type Warehouse = Awaited<ReturnType<typeof openWarehouse>>;

/** The caller closes it. @throws AppError or WarehouseLost, in words */
export async function openWarehouse(target: WarehouseTarget, settings: WarehouseSettings) {
  const address = await allowedAddress(target.host, settings.hosts);
  const client = new Client({
    host: address,
    port: target.port,
    database: target.database,
    user: target.username,
    password: target.password,
    ssl: tlsOf(target),
    application_name: 'Holdfast',
    connectionTimeoutMillis: connectWithinMs,
    keepAlive: true,
    // Values as the server writes them: numbers with all their digits.
    types: { getTypeParser: () => asText },
  });
  let isLost = false;
  // Without a listener, a connection that is lost between two statements would end the process.
  client.on('error', () => (isLost = true));
  const run = async <T>(work: () => Promise<T>, typed?: TypedStatement): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw isLost
        ? new WarehouseLost('The connection to the database server was lost.')
        : warehouseFailure(error, typed);
    }
  };
  const close = (): Promise<void> => client.end().catch(() => undefined);
  try {
    await run(() => client.connect());
    await run(() => client.query(configure(settings)));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    client,
    run,
    query: (statement: QueryOptions, typed?: TypedStatement): Promise<QueryResult> =>
      run(() => client.query(statement), typed),
    close,
  };
}

function asText(text: string): string {
  return text;
}

function tlsOf({ host, tls }: WarehouseTarget): object | false {
  if (tls === 'off') return false;
  // The connection goes to the address, the certificate is for the name.
  return { rejectUnauthorized: tls === 'verified', ...(isIP(host) === 0 && { servername: host }) };
}

/** Older servers lack some of the settings. */
function configure({ statementSeconds }: WarehouseSettings): string {
  const values = {
    statement_timeout: String(statementSeconds * 1000),
    lock_timeout: String(lockWithinMs),
    idle_in_transaction_session_timeout: String(idleInTransactionMs),
    client_connection_check_interval: String(checkConnectionMs),
    // All rows are read, so the first one need not come early.
    cursor_tuple_fraction: '1',
    client_encoding: 'UTF8',
    TimeZone: 'UTC',
    DateStyle: 'ISO, YMD',
    IntervalStyle: 'iso_8601',
    extra_float_digits: '1',
    bytea_output: 'hex',
  };
  const rows = Object.entries(values).map(([name, value]) => `('${name}', '${value}')`);
  return `SELECT set_config(wanted.name, wanted.value, false) FROM (VALUES ${rows.join(', ')}) AS wanted (name, value)
    WHERE wanted.name IN (SELECT name FROM pg_catalog.pg_settings)`;
}
