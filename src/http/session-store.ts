/**
 * Sessions in the database, under a hash of each identifier, so that somebody who reads the database cannot take a
 * session over. It does nothing by itself: expired ones are removed by the sweep.
 */
import { createHash } from 'node:crypto';
import type { Request } from 'express';
import session from 'express-session';
import type { SessionData } from 'express-session';
import { z } from 'zod';
import type { Db } from '../db.ts';
import { deleteSession, findSession, insertSession, updateSession } from '../store/sessions.ts';

/** A session that is not used ends after this time. */
const idleMs = 30 * 60_000;

type Done = (error?: unknown) => void;

export class HashedSessionStore extends session.Store {
  private readonly db: Db;
  /** Generated in this process and not stored yet. */
  private readonly fresh = new WeakSet<object>();

  constructor(db: Db) {
    super();
    this.db = db;
  }

  override get(sid: string, callback: (error: unknown, session?: SessionData | null) => void): void {
    findSession(this.db, storedId(sid)).then((text) => {
      callback(null, text === null ? null : readSession(text));
    }, callback);
  }

  /** express-session gives its store the function that makes a session; what it makes is noted. */
  rememberNew(): void {
    const store = this as unknown as { generate: (req: Request) => void };
    const { generate } = store;
    store.generate = (req) => {
      generate(req);
      this.fresh.add(req.session);
    };
  }

  /**
   * Only a new session is inserted. One that was read is updated where it still exists: a request that was under
   * way when somebody signed out must not bring the session back.
   */
  override set(sid: string, data: SessionData, callback: Done = () => undefined): void {
    // A stranger's: express-session writes a regenerated one down even when nothing is in it.
    const user = (data as Partial<SessionData>).passport?.user;
    if (user === undefined) {
      callback();
      return;
    }
    const session = { sid: storedId(sid), sess: JSON.stringify(data), lastsMs: idleMs, userId: user.id };
    const write = this.fresh.has(data) ? insertSession : updateSession;
    write(this.db, session).then(() => {
      this.fresh.delete(data);
      callback();
    }, callback);
  }

  /** A session in use is written once a minute (see session.ts); a page that changes nothing writes nothing. */
  override touch(_sid: string, _data: SessionData, callback?: () => void): void {
    callback?.();
  }

  override destroy(sid: string, callback: Done = () => undefined): void {
    deleteSession(this.db, storedId(sid)).then(() => {
      callback();
    }, callback);
  }
}

/** Under which a session is stored. */
export function storedId(sid: string): string {
  return createHash('sha256').update(sid).digest('hex');
}

const StoredSession = z.looseObject({ cookie: z.looseObject({}) });

/** A damaged session has ended: its owner signs in again. */
function readSession(text: string): SessionData | null {
  try {
    // express-session wrote it; only that it still is an object with a cookie can be checked.
    return z.custom<SessionData>((value) => StoredSession.safeParse(value).success).parse(JSON.parse(text));
  } catch {
    return null;
  }
}
