/** The whole database at one moment, as an SQLite file, while others write: of PostgreSQL too. */
import { inTransaction, migrate, openDatabase, openReadOnlyDatabase } from '../../db.ts';
import type { Db } from '../../db.ts';
import { isPostgres } from '../../db/sql.ts';
import { sqlitePrefix, writeSnapshot } from '../../db/sqlite.ts';
import { Conflict } from '../../errors.ts';
import { continueNumbersInFile, copyTables, findDifference } from '../copy.ts';

/** `share`: of the work, in [0, 1]; null where nobody knows. */
export type OnShare = (share: number | null) => void;

/** Writes the database to a new file at `path`. @throws Conflict where a copy of PostgreSQL is not the same */
export async function takeSnapshot(url: string, path: string, report: OnShare): Promise<void> {
  const db = openReadOnlyDatabase(url);
  try {
    if (isPostgres(db)) await copyPostgres(db, path, report);
    else
      await writeSnapshot(db, path, ({ totalPages, remainingPages }) => {
        report(totalPages === 0 ? null : 1 - remainingPages / totalPages);
      });
  } finally {
    await db.destroy();
  }
}

/** In one transaction that sees the database as it was when it began. */
async function copyPostgres(db: Db, path: string, report: OnShare): Promise<void> {
  const file = openDatabase(`${sqlitePrefix}${path}`);
  try {
    await migrate(file);
    const copy = async (from: Db): Promise<void> => {
      await requireSameSchema(from, file);
      await copyTables(from, file, () => {
        report(null);
      });
      const difference = await findDifference(from, file);
      if (difference !== null)
        throw new Conflict(`The copy of the database is not the same (${difference}). Try again.`);
      await continueNumbersInFile(from, file);
    };
    await db.transaction(copy, { isolationLevel: 'repeatable read', readOnly: true });
    await file.raw('PRAGMA wal_checkpoint(TRUNCATE)');
  } finally {
    await file.destroy();
  }
}

async function requireSameSchema(from: Db, to: Db): Promise<void> {
  const [there, here] = [await listMigrations(from), await listMigrations(to)];
  if (there.join() !== here.join())
    throw new Conflict(
      'The database was made by another version of Holdfast. Back up with that version, or start this one first.',
    );
}

/** Names of the changes of the schema so far. */
export async function listMigrations(db: Db): Promise<string[]> {
  return db('knex_migrations').orderBy('name').pluck('name');
}

/** The files are not in a store any more, but in the folders. */
export async function forgetStoredFiles(db: Db): Promise<void> {
  if (!(await db.schema.hasTable('stored_files'))) return;
  await inTransaction(db, async (trx) => {
    await trx('stored_files').delete();
    await trx('discarded_files').delete();
  });
}
