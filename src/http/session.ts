/** Sessions: the cookie, its lifetime, and the secret that signs it. */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Request, RequestHandler } from 'express';
import session from 'express-session';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';
import { timeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { errorFields } from '../errors.ts';
import { privateFile, privateFolder } from '../private-files.ts';
import { HashedSessionStore } from './session-store.ts';

export const absoluteHours = 12;
/** How often a session that is in use is written again; between writes, looking at pages writes nothing. */
const writeAgainMs = 60_000;

export interface FlashMessage {
  readonly kind: 'success' | 'notice' | 'warning';
  readonly text: string;
}

/** What a session says about its user. */
export interface SessionUser {
  readonly id: number;
  /** The user's session epoch at sign-in; a raised one ends the session. */
  readonly epoch: number;
  /** Milliseconds since 1970. */
  readonly signedInAt: number;
  /** What the browser calls itself, cut off. */
  readonly userAgent: string;
  readonly address: string;
}

declare module 'express-session' {
  interface SessionData {
    /** Kept by Passport; there is no user once the session has ended. */
    passport: { readonly user?: SessionUser };
    /** Milliseconds since 1970, at most a minute behind. */
    seenAt: number;
    flash: FlashMessage[];
  }
}

export function sessions(context: Context): RequestHandler {
  const secure = isHttps(context.config);
  const store = new HashedSessionStore(context.db);
  const handler = session({
    store,
    name: secure ? '__Host-holdfast' : 'holdfast',
    secret: sessionSecret(context.config),
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: {
      httpOnly: true,
      sameSite: 'lax',
      secure: secure || 'auto',
      path: '/',
      // The end is in the store: in the cookie it would be by the clock of this machine.
    },
  });
  store.rememberNew();
  return (req, res, next) => {
    // The configured address decides whether browsers use HTTPS, not the headers of the proxy.
    if (secure) Object.defineProperty(req, 'secure', { value: true });
    let isPassedOn = false;
    void handler(req, res, (error?: unknown) => {
      if (isPassedOn) {
        // Called again when the session could not be saved after the answer; Express would print the error.
        context.log.error({ err: errorFields(error) }, 'A session could not be saved');
        return;
      }
      isPassedOn = true;
      if (error !== undefined) next(error);
      else
        noteUse(context.db, req).then(() => {
          next();
        }, next);
    });
  };
}

export function isHttps(config: Config): boolean {
  return config.publicUrl?.startsWith('https:') ?? false;
}

/** Configured, or generated once and kept readable for this user alone. */
export function sessionSecret(config: Config): string {
  if (config.sessionSecret !== null) return config.sessionSecret;
  const file = join(config.dataDir, 'session-secret');
  if (!existsSync(file)) createSecret(config.dataDir, file);
  const secret = readFileSync(file, 'utf8');
  if (secret.length < 32)
    throw new Error(
      `the session secret in ${file} is damaged. Delete the file; all users will have to sign in again.`,
    );
  return secret;
}

/** Written under a temporary name first: a crash leaves no partial secret, and of two processes one wins. */
function createSecret(folder: string, file: string): void {
  mkdirSync(folder, { recursive: true, mode: privateFolder });
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  try {
    writeFileSync(temporary, randomBytes(48).toString('base64url'), {
      mode: privateFile,
      flag: 'wx',
      flush: true,
    });
    linkSync(temporary, file);
  } catch (error) {
    if (!existsSync(file)) throw error;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** Only a session that holds something is kept alive; an empty one is not even stored. */
async function noteUse(db: Db, { session: used }: Request): Promise<void> {
  if (Object.keys(used).length <= 1) return;
  const now = await timeOf(db);
  if (used.seenAt === undefined || now - used.seenAt >= writeAgainMs) used.seenAt = now;
}
