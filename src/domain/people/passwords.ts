/**
 * Passwords: Argon2id with OWASP's parameters (19 MiB, two passes, one lane), length instead of
 * composition rules, and a check for long passwords that are easy to guess.
 */
import { hash, hashRaw, verify } from '@node-rs/argon2';
import { Unavailable } from '../../errors.ts';
import { isCommonPassword } from './common-passwords.ts';

export const minPasswordLength = 15;
/** Of somebody who is also asked for a one-time code. */
const minLengthWithSecondFactor = 8;
export const maxPasswordLength = 256;

// Argon2id is the library's default algorithm.
const parameters = { memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 };

/** Hashing is deliberately expensive: at most two at once, so that many sign-ins at a time cannot use up the machine. */
const maxAtOnce = 2;
/** The longest queue; further requests are refused, because the wait would be seconds. */
const maxWaiting = 30;
let running = 0;
const waiting: (() => void)[] = [];

export function hashPassword(password: string): Promise<string> {
  return taking(() => hash(password, parameters));
}

/** Of a recovery code: the same for the same code and salt, so that it can be looked up. */
export async function hashCode(code: string, salt: Uint8Array): Promise<string> {
  const bytes = await taking(() => hashRaw(code, { ...parameters, salt }));
  return bytes.toString('base64');
}

/** How long a password has to be, in characters. */
export function leastPasswordLength(hasSecondFactor: boolean): number {
  return hasSecondFactor ? minLengthWithSecondFactor : minPasswordLength;
}

/**
 * Checks a password. With no stored hash it does the same work and says no, so that an unknown address and
 * a wrong password take the same time.
 */
export async function isPassword(password: string, storedHash: string | null): Promise<boolean> {
  if (password.length > maxPasswordLength) return false;
  decoy ??= hashPassword('no account has this password');
  const matches = await verifyAgainst(storedHash ?? (await decoy), password);
  return matches && storedHash !== null;
}

let decoy: Promise<string> | undefined;

/** What is wrong with a new password in plain words, or null. `personal`: the words that belong to its owner. */
export function passwordProblem(
  password: string,
  personal: readonly string[],
  minLength = minPasswordLength,
): string | null {
  if (password.length < minLength)
    return `Use at least ${minLength} characters. Several words are easy to remember.`;
  if (password.length > maxPasswordLength) return `Use at most ${maxPasswordLength} characters.`;
  if (isCommonPassword(password, personal))
    return 'This password is easy to guess. Choose words that nobody would connect with you.';
  return null;
}

function verifyAgainst(storedHash: string, password: string): Promise<boolean> {
  return taking(() => verify(storedHash, password));
}

async function taking<T>(work: () => Promise<T>): Promise<T> {
  if (running < maxAtOnce) running++;
  else if (waiting.length < maxWaiting) await new Promise<void>((resume) => waiting.push(resume));
  else throw new Unavailable('Too many people are signing in. Try again in a moment.');
  try {
    return await work();
  } finally {
    // The slot passes directly to the next in the queue.
    const next = waiting.shift();
    if (next) next();
    else running--;
  }
}
