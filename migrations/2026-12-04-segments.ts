import type { Knex } from 'knex';

/** Segments of customers, and the groupings that some of them come from. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('groupings', (table) => {
    table.increments('id');
    table.text('kind').notNullable();
    table.text('name').notNullable();
    table.text('state').notNullable();
    table.text('terms').notNullable();
    table.text('findings').nullable();
    table.text('error').nullable();
    table.integer('created_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('created_at').notNullable();
  });
  await db.schema.createTable('segments', (table) => {
    table.increments('id');
    table.integer('grouping_id').nullable().references('groupings.id').onDelete('CASCADE');
    table.integer('place').nullable();
    table.text('name').notNullable();
    table.text('parts').notNullable();
    table.integer('created_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('created_at').notNullable();
    table.index(['grouping_id'], 'segments_grouping');
  });
}

export async function down(db: Knex): Promise<void> {
  for (const table of ['segments', 'groupings']) await db.schema.dropTable(table);
}
