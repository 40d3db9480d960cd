import type { Knex } from 'knex';

/** What became of the outcomes that a column of a batch says. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('batches', (table) => {
    table.text('outcomes').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('batches', (table) => {
    table.dropColumn('outcomes');
  });
}
