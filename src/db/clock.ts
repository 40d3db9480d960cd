/** Times that processes on several machines compare: those of the database's clock, whatever their own clocks say. */
import type { Db } from './dialect.ts';
import { isPostgres, sqlOf } from './sql.ts';

/** In between, the time is counted on by a clock that nobody sets. */
const askAgainMs = 60_000;

interface Reading {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** When it was read, in milliseconds of this process. */
  readonly at: number;
}

/** By the settings of a database's connections, which its transactions share. */
const readings = new WeakMap<object, Reading>();

/** Milliseconds since 1970. */
export async function timeOf(db: Db): Promise<number> {
  // A file is used by one machine, and has its clock.
  if (!isPostgres(db)) return Date.now();
  const key = (db.client as { readonly config: object }).config;
  let reading = readings.get(key);
  if (reading === undefined || performance.now() - reading.at > askAgainMs) {
    reading = { time: await askTime(db), at: performance.now() };
    readings.set(key, reading);
  }
  return Math.floor(reading.time + performance.now() - reading.at);
}

/** As it is stored: ISO 8601, UTC. */
export async function isoTimeOf(db: Db): Promise<string> {
  return new Date(await timeOf(db)).toISOString();
}

/** Milliseconds since 1970, asked of the database each time. */
export async function askTime(db: Db): Promise<number> {
  const [row] = await db.select<{ now: number }[]>(db.raw(`${sqlOf(db).now} AS now`));
  return row!.now;
}
