/** Keys of other programs. Of the secret there is only a hash. */
import { z } from 'zod';
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';
import { NotFound } from '../errors.ts';
import { readJson } from './json.ts';

export interface ApiKeyRecord {
  readonly id: number;
  readonly name: string;
  /** The public part of the key, by which it is found. */
  readonly prefix: string;
  /** SHA-256 of the secret part. */
  readonly secretHash: string;
  readonly scopes: readonly string[];
  /** Whose rights it has. */
  readonly createdBy: number;
  readonly createdAt: string;
  /** null: it does not expire. */
  readonly expiresAt: string | null;
  /** To the minute; null: not yet. */
  readonly lastUsedAt: string | null;
  readonly revokedAt: string | null;
}

export type NewApiKey = Omit<ApiKeyRecord, 'id' | 'createdAt' | 'lastUsedAt' | 'revokedAt'>;

interface ApiKeyRow {
  id: number;
  name: string;
  prefix: string;
  secret_hash: string;
  scopes: string;
  created_by: number;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}

/** Newest first. */
export async function listApiKeys(db: Db): Promise<ApiKeyRecord[]> {
  return (await db<ApiKeyRow>('api_keys').orderBy('id', 'desc')).map(toApiKey);
}

/** @throws NotFound */
export async function getApiKey(db: Db, id: number): Promise<ApiKeyRecord> {
  const row = await db<ApiKeyRow>('api_keys').where({ id }).first();
  if (!row) throw new NotFound('key');
  return toApiKey(row);
}

export async function findApiKey(db: Db, prefix: string): Promise<ApiKeyRecord | undefined> {
  const row = await db<ApiKeyRow>('api_keys').where({ prefix }).first();
  return row && toApiKey(row);
}

export async function insertApiKey(db: Db, key: NewApiKey): Promise<void> {
  await db('api_keys').insert({
    name: key.name,
    prefix: key.prefix,
    secret_hash: key.secretHash,
    scopes: JSON.stringify(key.scopes),
    created_by: key.createdBy,
    created_at: await isoTimeOf(db),
    expires_at: key.expiresAt,
  });
}

export async function updateApiKey(
  db: Db,
  id: number,
  { lastUsedAt, revokedAt }: Partial<Pick<ApiKeyRecord, 'lastUsedAt' | 'revokedAt'>>,
): Promise<void> {
  await db('api_keys')
    .where({ id })
    .update({
      ...(lastUsedAt !== undefined && { last_used_at: lastUsedAt }),
      ...(revokedAt !== undefined && { revoked_at: revokedAt }),
    });
}

function toApiKey(row: ApiKeyRow): ApiKeyRecord {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    secretHash: row.secret_hash,
    scopes: readJson(z.array(z.string()), row.scopes, `scopes of API key ${row.id}`),
    createdBy: row.created_by,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
