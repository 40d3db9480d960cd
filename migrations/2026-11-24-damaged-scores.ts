import type { Knex } from 'knex';

/** A score file that cannot be read is noted, so that everything else is read without it. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('batches', (table) => {
    table.string('scores_problem', 200); // what is wrong with it; null: nothing is known to be
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('batches', (table) => {
    table.dropColumn('scores_problem');
  });
}
