import type { Db } from '../db.ts';

/** True when the database answers a read of a table that every version has. */
export async function isReachable(db: Db): Promise<boolean> {
  try {
    await db('settings').select('key').first();
    return true;
  } catch {
    return false;
  }
}
