/** The sessions of a user, for the user and for administrators. */
import type { Request } from 'express';
import { z } from 'zod';
import type { Db } from '../db.ts';
import { timeOf } from '../db/clock.ts';
import { listSessions } from '../store/sessions.ts';
import type { UserRecord } from '../store/users.ts';
import { absoluteHours } from './session.ts';
import { storedId } from './session-store.ts';

export interface UserSession {
  /** The hash under which it is stored: nobody can sign in with it. */
  readonly id: string;
  readonly userAgent: string;
  readonly address: string;
  /** Milliseconds since 1970. */
  readonly signedInAt: number;
  /** Milliseconds since 1970, at most a minute behind. */
  readonly seenAt: number;
}

const Stored = z.object({
  seenAt: z.number(),
  passport: z.object({
    user: z.object({
      epoch: z.number(),
      signedInAt: z.number(),
      userAgent: z.string(),
      address: z.string(),
    }),
  }),
});

/** Those that still count, the last used first. */
export async function listUserSessions(db: Db, user: UserRecord): Promise<UserSession[]> {
  const oldest = (await timeOf(db)) - absoluteHours * 3_600_000;
  const sessions = (await listSessions(db, user.id)).flatMap(({ sid, sess }) => {
    const stored = Stored.safeParse(JSON.parse(sess));
    if (!stored.success) return [];
    const { epoch, ...details } = stored.data.passport.user;
    const isLive = epoch === user.sessionEpoch && details.signedInAt > oldest;
    return isLive ? [{ id: sid, seenAt: stored.data.seenAt, ...details }] : [];
  });
  return sessions.sort((a, b) => b.seenAt - a.seenAt);
}

/** That of the request, as in the list. */
export function currentSessionId(req: Request): string {
  return storedId(req.sessionID);
}
