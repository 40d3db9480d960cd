import type { Knex } from 'knex';

/** Filters of a page under a name, for one person or for everybody. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('saved_views', (table) => {
    table.increments('id');
    table.text('path').notNullable();
    table.text('name').notNullable();
    table.text('query').notNullable();
    table.boolean('is_shared').notNullable();
    table.integer('owner_id').notNullable().references('users.id').onDelete('CASCADE');
    table.text('created_at').notNullable();
    table.index(['path'], 'saved_views_path');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('saved_views');
}
