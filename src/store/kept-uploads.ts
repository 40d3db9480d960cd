/** How much room the uploads take that are kept: files to score, and datasets. The sample does not count. */
import type { Db } from '../db.ts';

export interface KeptUploads {
  readonly files: number;
  readonly bytes: number;
}

/** Of one user, or of everybody (null). */
export async function countKeptUploads(db: Db, userId: number | null): Promise<KeptUploads> {
  const found = await Promise.all([
    countRows(db, 'batches', userId === null ? {} : { user_id: userId }),
    countRows(db, 'datasets', userId === null ? {} : { created_by: userId }),
  ]);
  return {
    files: found.reduce((sum, { files }) => sum + files, 0),
    bytes: found.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

async function countRows(db: Db, table: 'batches' | 'datasets', owner: object): Promise<KeptUploads> {
  const row = await db(table)
    .where({ is_sample: false, ...owner })
    .count({ files: '*' })
    .sum({ bytes: 'byte_size' })
    .first<{ files: number; bytes: number | string | null }>();
  // Sums are null where there are no rows, and decimals in PostgreSQL, which come as text.
  return { files: row.files, bytes: Number(row.bytes ?? 0) };
}
