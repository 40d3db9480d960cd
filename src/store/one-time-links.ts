import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';

export type LinkPurpose = 'setup' | 'password';

export interface OneTimeLink {
  readonly tokenHash: string;
  readonly purpose: LinkPurpose;
  readonly userId: number | null;
}

interface LinkRow {
  token_hash: string;
  purpose: LinkPurpose;
  user_id: number | null;
  expires_at: string | null;
  used_at: string | null;
}

export async function insertLink(
  db: Db,
  link: OneTimeLink & { readonly expiresAt: string | null },
): Promise<void> {
  await db('one_time_links').insert({
    token_hash: link.tokenHash,
    purpose: link.purpose,
    user_id: link.userId,
    expires_at: link.expiresAt,
    created_at: await isoTimeOf(db),
  });
}

/** The link if it is unused and has not run out. */
export async function findOpenLink(
  db: Db,
  tokenHash: string,
  purpose: LinkPurpose,
): Promise<OneTimeLink | undefined> {
  const row = await db<LinkRow>('one_time_links')
    .where({ token_hash: tokenHash, purpose, used_at: null })
    .first();
  if (!row || (row.expires_at !== null && row.expires_at < (await isoTimeOf(db)))) return undefined;
  return { tokenHash: row.token_hash, purpose: row.purpose, userId: row.user_id };
}

/** True when this call used the link: of two at the same time one wins. */
export async function useLink(db: Db, tokenHash: string): Promise<boolean> {
  const changed = await db('one_time_links')
    .where({ token_hash: tokenHash, used_at: null })
    .update({ used_at: await isoTimeOf(db) });
  return changed === 1;
}

export async function removeOpenLinks(db: Db, purpose: LinkPurpose, userId: number | null): Promise<void> {
  await db('one_time_links').where({ purpose, user_id: userId, used_at: null }).delete();
}
