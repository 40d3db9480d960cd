import type { Knex } from 'knex';

/** Risk levels that people set for single customers until a day, with what the model said then. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('set_levels', (table) => {
    table.increments('id');
    table.text('customer_id').notNullable();
    table.text('level').notNullable();
    table.text('reason').notNullable();
    table.integer('set_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('set_on').notNullable();
    table.text('set_at').notNullable();
    table.text('ends_on').notNullable();
    table.text('expires_at').notNullable();
    table.text('removed_on').nullable();
    table.text('removed_at').nullable();
    table.text('model_level').notNullable();
    table.double('probability').notNullable();
    table.double('level_probability').notNullable();
    table.index(['customer_id']);
    table.index(['expires_at']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('set_levels');
}
