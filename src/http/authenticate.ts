/** Loads the user of the session, if the session is still valid. */
import type { Request, RequestHandler } from 'express';
import type { Context } from '../context.ts';
import { timeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { toUser } from '../domain/people/accounts.ts';
import type { User } from '../domain/people/accounts.ts';
import { AppError } from '../errors.ts';
import { findUser } from '../store/users.ts';
import type { UserRecord } from '../store/users.ts';
import { absoluteHours } from './session.ts';
import { csrfTokenOf } from './csrf.ts';

const users = new WeakMap<Request, User>();

export function authenticate(context: Context): RequestHandler {
  return async (req, _res, next) => {
    const { userId, epoch, signedInAt, seenAt } = req.session;
    if (userId !== undefined) {
      const record = await findUser(context.db, userId);
      const now = await timeOf(context.db);
      const alive =
        record?.disabledAt === null &&
        record.sessionEpoch === epoch &&
        isWithin(now, signedInAt, absoluteHours * 3_600_000) &&
        isWithin(now, seenAt, absoluteHours * 3_600_000);
      if (alive) users.set(req, toUser(record));
      else await endSession(req);
    }
    next();
  };
}

export function findCurrentUser(req: Request): User | null {
  return users.get(req) ?? null;
}

/** @throws AppError 401 when nobody is signed in. */
export function currentUser(req: Request): User {
  const user = findCurrentUser(req);
  if (!user) throw new AppError(401, 'not-signed-in', 'Sign in first.');
  return user;
}

/** A new identifier at sign-in prevents session fixation. */
export async function signInSession(db: Db, req: Request, user: UserRecord): Promise<void> {
  await endSession(req);
  req.session.userId = user.id;
  req.session.epoch = user.sessionEpoch;
  const now = await timeOf(db);
  req.session.signedInAt = now;
  req.session.seenAt = now;
  // Made now: pages that are opened at once would each make one, and the last would refuse the forms of the others.
  csrfTokenOf(req);
  users.set(req, toUser(user));
}

/** The session is empty from here on, and an empty session is not stored. */
export function endSession(req: Request): Promise<void> {
  users.delete(req);
  return new Promise((done, fail) => {
    req.session.regenerate((error) => {
      if (error) fail(error as Error);
      else done();
    });
  });
}

/** Only a path of this site; `//evil.example` and `/\evil.example` are addresses elsewhere. */
export function localPath(path: unknown): string {
  return typeof path === 'string' && /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/';
}

/** A time in the future means that the clock was set back; that never makes a session last longer. */
function isWithin(now: number, time: number | undefined, span: number): boolean {
  const age = now - (time ?? 0);
  return age > -60_000 && age < span;
}
