/**
 * Keys of other programs: `hf_<public part>_<secret part>`. A key is found by its public part, and the secret is compared
 * with its hash. It acts for the person who made it, with the role that they have now.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { isoTimeOf, timeOf } from '../../db/clock.ts';
import { findApiKey, getApiKey, insertApiKey, listApiKeys, updateApiKey } from '../../store/api-keys.ts';
import type { ApiKeyRecord } from '../../store/api-keys.ts';
import { recordEvent } from '../../store/audit.ts';
import { findUser } from '../../store/users.ts';
import { toUser } from '../people/accounts.ts';
import type { User } from '../people/accounts.ts';
import type { Scope } from './scopes.ts';

export interface ApiKeyTerms {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** ISO 8601; null: it does not expire. */
  readonly expiresAt: string | null;
}

/** Who sends a request. */
export interface ApiCaller {
  readonly keyId: number;
  readonly scopes: readonly string[];
  readonly user: User;
}

const keyPattern = /^hf_([0-9a-f]{12})_([\w-]{43})$/;
const usedMs = 60_000;

/** Gives the secret part, which is shown once. */
export async function createApiKey(db: Db, user: User, terms: ApiKeyTerms): Promise<string> {
  const { name, scopes, expiresAt } = terms;
  const prefix = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  await inTransaction(db, async (trx) => {
    await insertApiKey(trx, { ...terms, prefix, secretHash: hashOf(secret), createdBy: user.id });
    const after = { scopes, expiresAt, prefix };
    await recordEvent(trx, { userId: user.id, action: 'api-key.created', subject: name, after });
  });
  return secret;
}

/** The whole key that a secret belongs to; null: it belongs to none. */
export async function wholeKey(db: Db, secret: string): Promise<string | null> {
  const key = (await listApiKeys(db)).find(({ secretHash }) => secretHash === hashOf(secret));
  return key === undefined ? null : `hf_${key.prefix}_${secret}`;
}

export async function revokeApiKey(db: Db, user: User, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const { name, prefix, revokedAt } = await getApiKey(trx, id);
    if (revokedAt !== null) return;
    await updateApiKey(trx, id, { revokedAt: await isoTimeOf(trx) });
    const before = { prefix };
    await recordEvent(trx, { userId: user.id, action: 'api-key.revoked', subject: name, before });
  });
}

/** Who the key belongs to; null: there is no such key, it is revoked or has expired, or its person is disabled. */
export async function findCaller(db: Db, text: string): Promise<ApiCaller | null> {
  const [, prefix, secret] = keyPattern.exec(text) ?? [];
  const key = prefix === undefined ? undefined : await findApiKey(db, prefix);
  if (key === undefined || secret === undefined || !isSame(key.secretHash, hashOf(secret))) return null;
  const now = await timeOf(db);
  const isOver = key.expiresAt !== null && Date.parse(key.expiresAt) <= now;
  const user = await findUser(db, key.createdBy);
  if (key.revokedAt !== null || isOver || user?.disabledAt !== null) return null;
  await noteUse(db, key, now);
  return { keyId: key.id, scopes: key.scopes, user: toUser(user) };
}

/** Once a minute: a request that changes nothing writes nothing. */
async function noteUse(db: Db, { id, lastUsedAt }: ApiKeyRecord, now: number): Promise<void> {
  if (lastUsedAt !== null && Math.abs(now - Date.parse(lastUsedAt)) < usedMs) return;
  await updateApiKey(db, id, { lastUsedAt: new Date(now).toISOString() });
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(a), Buffer.from(b));
}
