import type { Db } from '../db.ts';
import { isoTimeOf, timeOf } from '../db/clock.ts';

/** What is kept of a session; `sid` is a hash of the identifier that the browser has. */
interface SessionRow {
  readonly sid: string;
  /** JSON. */
  readonly sess: string;
  /** ISO 8601. */
  readonly expired: string;
  /** null: from before sessions had one. */
  readonly user_id: number | null;
}

/** The JSON of a session that has not expired. */
export async function findSession(db: Db, sid: string): Promise<string | null> {
  const row = await db<SessionRow>('sessions')
    .where({ sid })
    .where('expired', '>=', await isoTimeOf(db))
    .first();
  return row?.sess ?? null;
}

/** `lastsMs`: from now on. */
type NewSession = Pick<SessionRow, 'sid' | 'sess'> & { readonly lastsMs: number; readonly userId: number };

export async function insertSession(db: Db, session: NewSession): Promise<void> {
  const row = await toRow(db, session);
  await db<SessionRow>('sessions').insert(row).onConflict('sid').merge();
}

/** Nothing happens where there is none. */
export async function updateSession(db: Db, session: NewSession): Promise<void> {
  const { sid, ...change } = await toRow(db, session);
  await db<SessionRow>('sessions').where({ sid }).update(change);
}

async function toRow(db: Db, { sid, sess, lastsMs, userId }: NewSession): Promise<SessionRow> {
  return { sid, sess, expired: new Date((await timeOf(db)) + lastsMs).toISOString(), user_id: userId };
}

export async function deleteSession(db: Db, sid: string): Promise<void> {
  await db<SessionRow>('sessions').where({ sid }).delete();
}

/** Those of a user that have not expired. */
export async function listSessions(db: Db, userId: number): Promise<Pick<SessionRow, 'sid' | 'sess'>[]> {
  return db<SessionRow>('sessions')
    .where({ user_id: userId })
    .where('expired', '>=', await isoTimeOf(db))
    .select('sid', 'sess');
}

/** False: the user has no such session. */
export async function deleteSessionOf(db: Db, userId: number, sid: string): Promise<boolean> {
  return (await db<SessionRow>('sessions').where({ user_id: userId, sid }).delete()) === 1;
}

export async function deleteSessionsOf(db: Db, userId: number): Promise<void> {
  await db<SessionRow>('sessions').where({ user_id: userId }).delete();
}

export async function deleteExpiredSessions(db: Db): Promise<void> {
  await db<SessionRow>('sessions')
    .where('expired', '<', await isoTimeOf(db))
    .delete();
}
