import type { Db } from '../db.ts';

/** The counts themselves are kept by the rate limiter. `now`: milliseconds. */
export async function deleteExpiredLimits(db: Db, now: number): Promise<void> {
  await db('rate_limits').where('expire', '<', now).delete();
}
