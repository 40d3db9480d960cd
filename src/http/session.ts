/**
 * Sessions in the database. The store holds a hash of each identifier, so that somebody who reads the
 * database cannot take a session over.
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConnectSessionKnexStore } from 'connect-session-knex';
import type { RequestHandler } from 'express';
import session from 'express-session';
import type { SessionData } from 'express-session';
import type { Config } from '../config.ts';
import type { Context } from '../context.ts';

export const idleMinutes = 30;
export const absoluteHours = 12;

export interface FlashMessage {
  readonly kind: 'success' | 'notice';
  readonly text: string;
}

declare module 'express-session' {
  interface SessionData {
    userId: number;
    /** The user's session epoch at sign-in; a raised one ends the session. */
    epoch: number;
    /** Milliseconds since 1970. */
    signedInAt: number;
    returnTo: string;
    flash: FlashMessage[];
  }
}

export function sessions(context: Context): RequestHandler {
  const secure = isHttps(context.config);
  return session({
    store: new HashedSessionStore({
      knex: context.db,
      createTable: true,
      tableName: 'sessions',
      cleanupInterval: 60_000,
      onDbCleanupError: () => {
        context.log.warn({}, 'Expired sessions could not be removed; the next round tries again');
      },
    }),
    name: secure ? '__Host-holdfast' : 'holdfast',
    secret: sessionSecret(context.config),
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge: idleMinutes * 60_000 },
  });
}

export function isHttps(config: Config): boolean {
  return config.publicUrl?.startsWith('https:') ?? false;
}

/** Configured, or generated once and kept readable for this user alone. */
export function sessionSecret(config: Config): string {
  if (config.sessionSecret !== null) return config.sessionSecret;
  const file = join(config.dataDir, 'session-secret');
  if (!existsSync(file)) {
    mkdirSync(config.dataDir, { recursive: true });
    try {
      writeFileSync(file, randomBytes(48).toString('base64url'), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      // Another process starting at the same time was first.
      if (!existsSync(file)) throw error;
    }
    chmodSync(file, 0o600);
  }
  return readFileSync(file, 'utf8');
}

class HashedSessionStore extends ConnectSessionKnexStore {
  override get(sid: string, callback: (error: unknown, session?: SessionData | null) => void) {
    return super.get(hashed(sid), callback);
  }
  override set(sid: string, data: SessionData, callback?: (error?: unknown) => void) {
    return super.set(hashed(sid), data, callback);
  }
  override touch(sid: string, data: SessionData, callback?: () => void) {
    return super.touch(hashed(sid), data, callback);
  }
  override destroy(sid: string, callback?: (error?: unknown) => void) {
    return super.destroy(hashed(sid), callback);
  }
}

function hashed(sid: string): string {
  return createHash('sha256').update(sid).digest('hex');
}
