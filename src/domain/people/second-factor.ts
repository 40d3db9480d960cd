/**
 * One-time codes of an authenticator app (TOTP, RFC 6238) after the password. The secret is encrypted with SECRETS_KEY,
 * each code counts once, and ten recovery codes stand in for a lost device.
 */
import { createHash, randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import type { Config } from '../../config.ts';
import { timeOf } from '../../db/clock.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict, Unprocessable } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { replaceRecoveryCodes, useRecoveryCode } from '../../store/recovery-codes.ts';
import { getSettings, saveSettings } from '../../store/settings.ts';
import {
  getUser,
  listUsers,
  raiseSessionEpoch,
  takeSecondFactorStep,
  updateUser,
} from '../../store/users.ts';
import type { UserRecord } from '../../store/users.ts';
import { decryptSecret, encryptSecret, renewSecret } from '../warehouse/secrets.ts';
import { resetPassword } from './accounts.ts';
import type { User } from './accounts.ts';
import { hashCode, isPassword, minPasswordLength } from './passwords.ts';

export interface PeopleEnv {
  readonly db: Db;
  readonly config: Config;
}

/** What an authenticator app needs; nothing of it is stored yet. */
export interface NewSecondFactor {
  /** Base32. */
  readonly secret: string;
  /** `otpauth://totp/…`, as QR codes contain it. */
  readonly uri: string;
}

const secretBytes = 20;
const recoveryCodes = 10;
const recoveryCodeLength = 10;
/** 5 bits a character, without those that look alike. */
const recoveryAlphabet = '0123456789abcdefghjkmnpqrstvwxyz';
/** Steps of 30 seconds by which a device's clock may be wrong. */
const window = 1;

/** `secret`: of an earlier call, to be shown again. */
export function describeSecondFactor(
  user: User,
  organisation: string,
  secret = new Secret({ size: secretBytes }).base32,
): NewSecondFactor {
  const totp = new TOTP({ issuer: `Holdfast ${organisation}`, label: user.email, secret });
  return { secret, uri: totp.toString() };
}

/** Turns the second factor on and gives the recovery codes, which are not shown again. Other sessions of the user end. */
export async function turnOnSecondFactor(
  { db, config }: PeopleEnv,
  userId: number,
  typed: { readonly secret: string; readonly code: string; readonly password: string },
): Promise<readonly string[]> {
  const user = await getUser(db, userId);
  if (user.secondFactor !== null) throw new Conflict('Your second factor is on already.');
  await requirePassword(user, typed.password);
  const step = stepOf(typed.secret, typed.code, await timeOf(db));
  if (step === null) throw wrongCode();
  const codes = newRecoveryCodes();
  const hashes = await hashCodes(codes, typed.secret);
  const secondFactor = encryptSecret(config.secretsKeys, typed.secret, purposeOf(userId));
  await inTransaction(db, async (trx) => {
    await updateUser(trx, userId, { secondFactor });
    await takeSecondFactorStep(trx, userId, step);
    await replaceRecoveryCodes(trx, userId, hashes);
    await raiseSessionEpoch(trx, userId);
    await recordEvent(trx, { userId, action: 'user.second-factor-on', subject: user.name });
  });
  return codes;
}

/** Whether the code, of the app or for recovery, is right; 'used': it was, and has been used already. */
export async function useCode(
  { db, config }: PeopleEnv,
  user: UserRecord,
  typed: string,
): Promise<'right' | 'wrong' | 'used'> {
  const secret = decryptSecret(config.secretsKeys, user.secondFactor ?? '', purposeOf(user.id));
  const code = typed.toLowerCase().replace(/[\s-]/g, '');
  if (code.length === recoveryCodeLength) {
    const [hash = ''] = await hashCodes([code], secret);
    return (await useRecoveryCode(db, user.id, hash)) ? 'right' : 'wrong';
  }
  const step = stepOf(secret, code, await timeOf(db));
  if (step === null) return 'wrong';
  return (await takeSecondFactorStep(db, user.id, step)) ? 'right' : 'used';
}

/** New recovery codes instead of those before. */
export async function renewRecoveryCodes(
  env: PeopleEnv,
  userId: number,
  typed: { readonly code: string; readonly password: string },
): Promise<readonly string[]> {
  const user = await getUser(env.db, userId);
  await requireBoth(env, user, typed);
  const codes = newRecoveryCodes();
  const secret = decryptSecret(env.config.secretsKeys, user.secondFactor ?? '', purposeOf(userId));
  const hashes = await hashCodes(codes, secret);
  await inTransaction(env.db, async (trx) => {
    await replaceRecoveryCodes(trx, userId, hashes);
    await recordEvent(trx, { userId, action: 'user.recovery-codes-renewed', subject: user.name });
  });
  return codes;
}

export async function turnOffSecondFactor(
  env: PeopleEnv,
  userId: number,
  typed: { readonly code: string; readonly password: string },
): Promise<void> {
  const user = await getUser(env.db, userId);
  if ((await getSettings(env.db)).requiresSecondFactor)
    throw new Conflict('Your organisation requires a second factor from everybody.');
  await requireBoth(env, user, typed);
  if (typed.password.length < minPasswordLength)
    throw new Unprocessable([
      {
        field: 'currentPassword',
        message: `Without a second factor a password needs at least ${minPasswordLength} characters. Change it first.`,
      },
    ]);
  await inTransaction(env.db, async (trx) => {
    await removeFactor(trx, userId);
    await recordEvent(trx, { userId, action: 'user.second-factor-off', subject: user.name });
  });
}

/**
 * For somebody who has lost the device and the recovery codes. The password ends too, because it may be too short for
 * standing alone: gives the token of a link for choosing one.
 */
export async function resetSecondFactor(db: Db, by: User, userId: number): Promise<string> {
  return inTransaction(db, async (trx) => {
    const token = await resetPassword(trx, by, userId);
    await removeFactor(trx, userId);
    const { name } = await getUser(trx, userId);
    await recordEvent(trx, { userId: by.id, action: 'user.second-factor-reset', subject: name });
    return token;
  });
}

/** @throws Conflict without a key that secrets could be encrypted with */
export async function requireSecondFactor(
  { db, config }: PeopleEnv,
  by: User,
  requiresSecondFactor: boolean,
): Promise<void> {
  if (requiresSecondFactor && config.secretsKeys.length === 0)
    throw new Conflict('Second factors need the setting SECRETS_KEY on the server.');
  await inTransaction(db, async (trx) => {
    const before = (await getSettings(trx)).requiresSecondFactor;
    await saveSettings(trx, { requiresSecondFactor });
    await recordEvent(trx, {
      userId: by.id,
      action: 'settings.second-factor',
      subject: 'Users',
      before: { requiresSecondFactor: before },
      after: { requiresSecondFactor },
    });
  });
}

/** Encrypts every secret with the first key, so that the others can be taken out of the setting. */
export async function renewSecondFactors({ db, config: { secretsKeys } }: PeopleEnv): Promise<void> {
  if (secretsKeys.length < 2) return;
  await inTransaction(db, async (trx) => {
    for (const { id, secondFactor } of await listUsers(trx)) {
      const renewed = secondFactor === null ? null : renewSecret(secretsKeys, secondFactor, purposeOf(id));
      if (renewed !== null) await updateUser(trx, id, { secondFactor: renewed });
    }
  });
}

async function requireBoth(
  env: PeopleEnv,
  user: UserRecord,
  typed: { readonly code: string; readonly password: string },
): Promise<void> {
  if (user.secondFactor === null) throw new Conflict('Your second factor is off.');
  await requirePassword(user, typed.password);
  if ((await useCode(env, user, typed.code)) !== 'right') throw wrongCode();
}

async function requirePassword(user: UserRecord, password: string): Promise<void> {
  if (!(await isPassword(password, user.passwordHash)))
    throw new Unprocessable([{ field: 'currentPassword', message: 'Incorrect current password.' }]);
}

function wrongCode(): Unprocessable {
  return new Unprocessable([
    { field: 'code', message: 'Incorrect code. Enter the code that the app shows now.' },
  ]);
}

async function removeFactor(db: Db, userId: number): Promise<void> {
  await updateUser(db, userId, { secondFactor: null });
  await replaceRecoveryCodes(db, userId, []);
  await raiseSessionEpoch(db, userId);
}

/** The time step that the code is of; null: of none near `now`, in milliseconds since 1970. */
function stepOf(secret: string, code: string, now: number): number | null {
  const totp = new TOTP({ secret });
  const delta = totp.validate({ token: code.replace(/\s/g, ''), timestamp: now, window });
  return delta === null ? null : totp.counter({ timestamp: now }) + delta;
}

function newRecoveryCodes(): string[] {
  return Array.from({ length: recoveryCodes }, () =>
    [...randomBytes(recoveryCodeLength)].map((byte) => recoveryAlphabet[byte % 32]).join(''),
  );
}

/** The secret is the salt: it is random, each user's own, and not in the database as it is. */
async function hashCodes(codes: readonly string[], secret: string): Promise<string[]> {
  const salt = createHash('sha256').update(secret).digest();
  const hashes: string[] = [];
  for (const code of codes) hashes.push(await hashCode(code, salt));
  return hashes;
}

/** Who copies a secret to another user in the database gains nothing. */
function purposeOf(userId: number): string {
  return `second factor of user ${userId}`;
}
