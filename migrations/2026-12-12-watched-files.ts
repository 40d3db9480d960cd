import type { Knex } from 'knex';

/** Files that were put into the watched folder, by what they contain. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('watched_files', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.text('stamp').notNullable();
    table.text('sha256').nullable().unique();
    table.integer('batch_id').nullable();
    table.text('state').notNullable();
    table.text('note').nullable();
    table.text('created_at').notNullable();
    table.text('moved_at').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('watched_files');
}
