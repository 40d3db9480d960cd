/** Who a request is from. Passport keeps the user of the session; here is what makes a session valid. */
import passport from 'passport';
import { Strategy as PasswordStrategy } from 'passport-local';
import type { Request, RequestHandler, Response } from 'express';
import type { Context } from '../context.ts';
import { timeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { authenticate, toUser } from '../domain/people/accounts.ts';
import type { User } from '../domain/people/accounts.ts';
import { AppError } from '../errors.ts';
import { getSettings } from '../store/settings.ts';
import { findUser } from '../store/users.ts';
import type { UserRecord } from '../store/users.ts';
import { csrfTokenOf } from './csrf.ts';
import { absoluteHours } from './session.ts';
import type { SessionUser } from './session.ts';

/** The signed-in user as requests carry them. */
type SignedInUser = User & {
  /** That of the user record; a session of an earlier one has ended. */
  readonly sessionEpoch: number;
  /** Whether a one-time code is asked for after the password. */
  readonly hasSecondFactor: boolean;
  /** Whether nothing else can be done before a second factor is set up. */
  readonly needsSecondFactor?: boolean;
};

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- where Passport looks for the type of `req.user`
  namespace Express {
    // eslint-disable-next-line @typescript-eslint/no-empty-object-type
    interface User extends SignedInUser {}
  }
}

type Described = (error: unknown, user?: SessionUser) => void;
type Recognised = (error: unknown, user?: Express.User | false | null) => void;
export type Passport = InstanceType<typeof passport.Passport>;

/** The ways to sign in, by name, and the users of sessions. */
export function createPassport({ db }: Context): Passport {
  const instance = new passport.Passport();
  instance.use(
    'password',
    new PasswordStrategy({ usernameField: 'email' }, (email, password, done) => {
      authenticate(db, email.trim(), password).then((user) => {
        done(null, user ? signedInUser(user) : false);
      }, done);
    }),
  );
  instance.serializeUser((req: Request, user: Express.User, done: Described) => {
    describeSession(db, req, user).then((described) => {
      done(null, described);
    }, done);
  });
  instance.deserializeUser((req: Request, user: SessionUser, done: Recognised) => {
    findLive(db, user, req.session.seenAt).then((live) => {
      done(null, live ?? false);
    }, done);
  });
  return instance;
}

/** Loads the user of the session. One that is not valid any more is removed. */
export function identify(instance: Passport): RequestHandler[] {
  const endDeadSession: RequestHandler = async (req, _res, next) => {
    if (req.session.passport !== undefined && !req.user) await endSession(req);
    next();
  };
  return [instance.session() as RequestHandler, endDeadSession];
}

/** Who it is, and where that way to sign in says to go on. */
interface Recognition {
  readonly user: Express.User;
  readonly next: string;
}
type Answer = (error: unknown, user?: Express.User | false | null, info?: { readonly next?: string }) => void;

/** The user whom a way to sign in recognises by the request; null: nobody. */
export function recognise(
  instance: Passport,
  way: 'password' | 'single-sign-on',
  req: Request,
  res: Response,
): Promise<Recognition | null> {
  return new Promise((done, fail) => {
    const answer: Answer = (error, user, info) => {
      if (error instanceof Error) fail(error);
      else done(user ? { user, next: info?.next ?? '/' } : null);
    };
    (instance.authenticate(way, answer) as RequestHandler)(req, res, fail);
  });
}

async function describeSession(db: Db, req: Request, user: Express.User): Promise<SessionUser> {
  const now = await timeOf(db);
  req.session.seenAt = now;
  return {
    id: user.id,
    epoch: user.sessionEpoch,
    signedInAt: now,
    userAgent: (req.get('user-agent') ?? '').slice(0, 300),
    address: req.ip ?? 'unknown',
  };
}

async function findLive(db: Db, user: SessionUser, seenAt: number | undefined): Promise<Express.User | null> {
  const record = await findUser(db, user.id);
  const now = await timeOf(db);
  const isLive =
    record?.disabledAt === null &&
    record.sessionEpoch === user.epoch &&
    isWithin(now, user.signedInAt, absoluteHours * 3_600_000) &&
    isWithin(now, seenAt, absoluteHours * 3_600_000);
  if (!isLive) return null;
  const canHaveFactor = record.secondFactor === null && record.passwordHash !== null;
  const needsSecondFactor = canHaveFactor && (await getSettings(db)).requiresSecondFactor;
  return { ...signedInUser(record), needsSecondFactor };
}

export function signedInUser(user: UserRecord): SignedInUser {
  const { sessionEpoch, secondFactor } = user;
  return { ...toUser(user), sessionEpoch, hasSecondFactor: secondFactor !== null };
}

export function findCurrentUser(req: Request): User | null {
  return req.user ?? null;
}

/** @throws AppError 401 when nobody is signed in. */
export function currentUser(req: Request): User {
  const user = findCurrentUser(req);
  if (!user) throw new AppError(401, 'not-signed-in', 'Sign in first.');
  return user;
}

/** Passport gives the session a new identifier, which prevents session fixation. */
export async function signInSession(req: Request, user: SignedInUser): Promise<void> {
  await new Promise<void>((done, fail) => {
    req.logIn(user, settle(done, fail));
  });
  // Made now: pages that are opened at once would each make one, and the last would refuse the forms of the others.
  csrfTokenOf(req);
}

/** The session is empty from here on, and an empty session is not stored. */
export function endSession(req: Request): Promise<void> {
  return new Promise((done, fail) => {
    req.logOut(settle(done, fail));
  });
}

function settle(done: () => void, fail: (error: Error) => void) {
  return (error: unknown): void => {
    if (error) fail(error as Error);
    else done();
  };
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
