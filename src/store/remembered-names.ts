/** What people said a file's names mean, kept for the next file. */
import type { Db } from '../db.ts';
import { isoTimeOf } from '../db/clock.ts';

export interface RememberedName {
  readonly kind: 'column' | 'level';
  /** The model's feature. */
  readonly feature: string;
  /** What the file said, folded. */
  readonly found: string;
  /** For levels: the one that is meant. */
  readonly level: string;
}

interface RememberedRow extends RememberedName {
  id: number;
  used_at: string;
}

/** The newest first: of two meanings the later one holds. */
export async function listRememberedNames(db: Db): Promise<RememberedName[]> {
  const rows = await db<RememberedRow>('remembered_names')
    .orderBy([
      { column: 'used_at', order: 'desc' },
      { column: 'id', order: 'desc' },
    ])
    .limit(10_000);
  return rows.map(({ kind, feature, found, level }) => ({ kind, feature, found, level }));
}

/** Saying it again replaces what was said before. */
export async function rememberNames(db: Db, names: readonly RememberedName[]): Promise<void> {
  if (names.length === 0) return;
  const usedAt = await isoTimeOf(db);
  await db('remembered_names')
    .insert(names.map((name) => ({ ...name, used_at: usedAt })))
    .onConflict(['kind', 'feature', 'found'])
    .merge();
}

export async function forgetNames(
  db: Db,
  names: readonly Pick<RememberedName, 'kind' | 'feature' | 'found'>[],
): Promise<void> {
  for (const { kind, feature, found } of names) {
    await db('remembered_names').where({ kind, feature, found }).delete();
  }
}
