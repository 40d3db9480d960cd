import type { Knex } from 'knex';

/** Where the scores of batches are that were rows of `predictions` before, so that their addresses still lead to them. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('earlier_ids', (table) => {
    table.integer('first_id').primary(); // numbers first_id … last_id were those of consecutive rows
    table.integer('last_id').notNullable();
    table.integer('batch_id').notNullable().references('batches.id').onDelete('CASCADE').index();
    table.integer('first_row').notNullable(); // of its score file
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('earlier_ids');
}
