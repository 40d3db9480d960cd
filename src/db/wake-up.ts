/**
 * Waking the workers of other processes when there is something to do, by LISTEN and NOTIFY of PostgreSQL. It only saves
 * waiting: a message can be lost with a connection, so workers look at the queue now and then in any case.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { Db } from './dialect.ts';
import { isPostgres } from './sql.ts';

const channel = 'holdfast_jobs';
const retryMs = 1_000;

/** Call in the transaction that changes the queue: the message is sent when it is committed, once. */
export async function wakeWorkers(trx: Db): Promise<void> {
  if (isPostgres(trx)) await trx.raw('SELECT pg_notify(?, ?)', [channel, '']);
}

/** How often to look at the queue: a file is asked more often, since nobody is woken there. */
export function pollMsFor(db: Db): number {
  return isPostgres(db) ? 1_000 : 200;
}

/** What a connection of `pg` has. */
interface Connection {
  query(statement: string): Promise<unknown>;
  on(event: 'notification' | 'error' | 'end', listener: () => void): void;
  end(): Promise<void>;
}

export interface Listener {
  stop(): Promise<void>;
}

/** Calls `wake` for each message, and after every gap in which one may have been lost. */
export function onWakeUp(db: Db, wake: () => void): Listener {
  if (!isPostgres(db)) return { stop: () => Promise.resolve() };
  const client = db.client as { acquireRawConnection(): Promise<Connection> };
  const stopping = new AbortController();
  let connection: Connection | null = null;
  const listen = async (): Promise<void> => {
    // A connection of its own: those of the pool come and go.
    connection = await client.acquireRawConnection();
    const ended = new Promise<void>((end) => connection?.on('end', end));
    if (stopping.signal.aborted) await connection.end();
    connection.on('notification', wake);
    await connection.query(`LISTEN ${channel}`);
    wake();
    await ended;
  };
  const keepListening = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      await listen().catch(() => undefined);
      await pause(retryMs, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  const running = keepListening();
  return {
    stop: async () => {
      stopping.abort();
      await connection?.end();
      await running;
    },
  };
}
