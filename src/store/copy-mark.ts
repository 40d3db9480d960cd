/** Says of a database that it is a copy which is not complete: a process of Holdfast does not start on it. */
import type { Db } from '../db.ts';
import { Conflict } from '../errors.ts';

const mark = 'holdfast_copy';

/** @throws Conflict when the database holds something that is no copy */
export async function beginCopy(trx: Db): Promise<void> {
  if (await isCopyUnderWay(trx)) return;
  for (const name of ['users', 'settings', 'datasets'])
    if (await hasRows(trx, name))
      throw new Conflict(
        'The new database is in use already. Create an empty one, and run this again with it.',
      );
  await trx.schema.createTable(mark, (table) => {
    table.string('started_at').notNullable();
  });
}

async function hasRows(db: Db, table: string): Promise<boolean> {
  const row: unknown = await db(table).first();
  return row !== undefined;
}

export async function endCopy(db: Db): Promise<void> {
  await db.schema.dropTable(mark);
}

export async function isCopyUnderWay(db: Db): Promise<boolean> {
  return db.schema.hasTable(mark);
}
