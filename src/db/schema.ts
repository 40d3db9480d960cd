/**
 * The schema of the database, and which versions of the program can work on it. While an installation is upgraded one process
 * after the other, the version before works on beside the new one, on the schema of the new one.
 */
import { migrationNames, migrations, neededMigration } from '../../migrations/index.ts';
import type { Db } from './dialect.ts';

export class LaterSchema extends Error {
  constructor(migrations: readonly string[]) {
    super(
      `the database was changed by a later version of Holdfast (${migrations.join(', ')}), and this version cannot work with it. Start the later version.`,
    );
  }
}

/** Gives the migrations of a later version that has changed the database already. @throws LaterSchema if this one cannot work with them */
export async function migrateSchema(db: Db): Promise<string[]> {
  const later = await listLaterMigrations(db);
  if (later.length > 0) await requireSupport(db, later);
  else {
    // Knex would refuse a database that another version has changed since.
    await db.migrate.latest({ migrationSource: migrations, disableMigrationsListValidation: true });
    await storeNeeds(db);
  }
  return later;
}

/** What is left to do, and what later versions have done. */
export async function comparedMigrations(
  db: Db,
): Promise<{ readonly pending: string[]; readonly later: string[] }> {
  const done = new Set(await db<{ name: string }>('knex_migrations').pluck('name'));
  return {
    pending: migrationNames.filter((name) => !done.has(name)),
    later: await listLaterMigrations(db),
  };
}

/** Changes by later versions, which this one does not know. */
export async function listLaterMigrations(db: Db): Promise<string[]> {
  if (!(await db.schema.hasTable('knex_migrations'))) return [];
  const done = await db<{ name: string }>('knex_migrations').orderBy('id').pluck('name');
  return done.filter((name) => !migrationNames.includes(name));
}

async function requireSupport(db: Db, later: readonly string[]): Promise<void> {
  const needed = (await db.schema.hasTable('schema_needs')) ? await readNeeds(db) : undefined;
  if (needed !== undefined && migrationNames.includes(needed)) return;
  throw new LaterSchema(later);
}

async function readNeeds(db: Db): Promise<string | undefined> {
  const row = await db<{ migration: string }>('schema_needs').first();
  return row?.migration;
}

async function storeNeeds(db: Db): Promise<void> {
  if ((await readNeeds(db)) === neededMigration) return;
  await db('schema_needs').delete();
  await db('schema_needs').insert({ migration: neededMigration });
}
