/** Codes that replace a second factor once, as hashes. */
import type { Db } from '../db.ts';

interface CodeRow {
  readonly user_id: number;
  readonly code_hash: string;
}

/** Earlier ones of the user are gone. */
export async function replaceRecoveryCodes(db: Db, userId: number, hashes: readonly string[]): Promise<void> {
  await db<CodeRow>('recovery_codes').where({ user_id: userId }).delete();
  const rows = hashes.map((hash) => ({ user_id: userId, code_hash: hash }));
  if (rows.length > 0) await db<CodeRow>('recovery_codes').insert(rows);
}

/** True when this call used the code: of two at the same time one wins. */
export async function useRecoveryCode(db: Db, userId: number, hash: string): Promise<boolean> {
  return (await db<CodeRow>('recovery_codes').where({ user_id: userId, code_hash: hash }).delete()) === 1;
}

export async function countRecoveryCodes(db: Db, userId: number): Promise<number> {
  const row = await db<CodeRow>('recovery_codes')
    .where({ user_id: userId })
    .count({ count: '*' })
    .first<{ count: number }>();
  return row.count;
}
