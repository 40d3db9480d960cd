import type { Knex } from 'knex';

/** Randomised tests of the past, read from a dataset. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('past_tests', (table) => {
    table.increments('id');
    table.integer('dataset_id').notNullable().references('datasets.id').onDelete('CASCADE');
    table.text('state').notNullable();
    table.text('choice').nullable();
    table.text('findings').nullable();
    table.text('error').nullable();
    table.integer('created_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('created_at').notNullable();
    table.index(['dataset_id'], 'past_tests_dataset');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('past_tests');
}
