/** A database that refuses some updates, as one that crashes just then would. */
import type { Db } from '../../src/db.ts';
import { isOnPostgres } from './database.ts';

/** `condition`: SQL about the NEW row of the table. Call what it gives to have updates accepted again. */
export async function refuseUpdates(
  db: Db,
  table: string,
  condition: string,
): Promise<() => PromiseLike<unknown>> {
  const trigger = `CREATE TRIGGER refuse BEFORE UPDATE ON ${table}`;
  if (!isOnPostgres) {
    await db.raw(`${trigger} WHEN ${condition} BEGIN SELECT RAISE(ABORT, 'crash'); END`);
    return () => db.raw('DROP TRIGGER refuse');
  }
  await db.raw(
    "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'crash'; END $$",
  );
  await db.raw(`${trigger} FOR EACH ROW WHEN (${condition}) EXECUTE FUNCTION refuse()`);
  return () => db.raw(`DROP TRIGGER refuse ON ${table}`);
}
