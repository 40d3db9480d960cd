import type { Db } from '../db.ts';

/** What is kept of a session; `sid` is a hash of the identifier that the browser has. */
interface SessionRow {
  readonly sid: string;
  /** JSON. */
  readonly sess: string;
  /** ISO 8601. */
  readonly expired: string;
}

/** The JSON of a session that has not expired. */
export async function findSession(db: Db, sid: string, now: string): Promise<string | null> {
  const row = await db<SessionRow>('sessions').where({ sid }).where('expired', '>=', now).first();
  return row?.sess ?? null;
}

export async function insertSession(db: Db, row: SessionRow): Promise<void> {
  await db<SessionRow>('sessions').insert(row).onConflict('sid').merge();
}

/** Nothing happens where there is none. */
export async function updateSession(db: Db, { sid, ...change }: SessionRow): Promise<void> {
  await db<SessionRow>('sessions').where({ sid }).update(change);
}

export async function deleteSession(db: Db, sid: string): Promise<void> {
  await db<SessionRow>('sessions').where({ sid }).delete();
}

export async function deleteExpiredSessions(db: Db, now: string): Promise<void> {
  await db<SessionRow>('sessions').where('expired', '<', now).delete();
}
