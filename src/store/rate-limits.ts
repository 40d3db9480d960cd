/** How often something may be tried. Counts are in the database: they survive a restart, and all processes share them. */
import { timeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';

export interface Limit {
  readonly tries: number;
  readonly withinMs: number;
  /** Whoever tries once more waits for so long from then on; without it, until the time is over. */
  readonly blockMs?: number;
}

interface LimitRow {
  readonly key: string;
  readonly points: number;
  /** Milliseconds since 1970. */
  readonly expire: number;
}

/** Takes one try. Gives the milliseconds until there is one again; 0: this one may be made. */
export async function takeTry(db: Db, key: string, { tries, withinMs, blockMs }: Limit): Promise<number> {
  const time = await timeOf(db);
  // A time too far ahead comes from a clock that was set back, and counts as past.
  const latest = time + Math.max(withinMs, blockMs ?? 0);
  const ifOpen = (then: string): string => `CASE WHEN rate_limits.expire BETWEEN ? AND ? THEN ${then} END`;
  const expire =
    blockMs === undefined
      ? db.raw(ifOpen('rate_limits.expire ELSE ?'), [time, latest, time + withinMs])
      : db.raw(ifOpen('(CASE rate_limits.points WHEN ? THEN ? ELSE rate_limits.expire END) ELSE ?'), [
          ...[time, latest, tries, time + blockMs, time + withinMs],
        ]);
  const [row] = await db<LimitRow>('rate_limits')
    .insert({ key, points: 1, expire: time + withinMs })
    .onConflict('key')
    .merge({ points: db.raw(ifOpen('rate_limits.points + 1 ELSE 1'), [time, latest]), expire } as object)
    .returning(['points', 'expire']);
  return row!.points > tries ? row!.expire - time : 0;
}

/** The try does not count. */
export async function giveBackTry(db: Db, key: string): Promise<void> {
  await db('rate_limits').where({ key }).where('points', '>', 0).decrement('points');
}

export async function forgetTries(db: Db, key: string): Promise<void> {
  await db('rate_limits').where({ key }).delete();
}

export async function deleteExpiredLimits(db: Db): Promise<void> {
  await db('rate_limits')
    .where('expire', '<', await timeOf(db))
    .delete();
}
