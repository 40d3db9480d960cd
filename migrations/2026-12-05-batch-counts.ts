import type { Knex } from 'knex';

/** Rows of a scored file by bin of the training data, to compare the two. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('batch_counts', (table) => {
    table.integer('batch_id').primary().references('batches.id').onDelete('CASCADE');
    table.text('counts').notNullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('batch_counts');
}
