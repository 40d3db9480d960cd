import type { Knex } from 'knex';

/** Plans for a budget, and which customer gets which action in them. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('plans', (table) => {
    table.increments('id');
    table.text('state').notNullable();
    table.text('name').notNullable();
    table.text('filter').notNullable();
    table.text('terms').notNullable();
    table.text('result').nullable();
    table.text('error').nullable();
    table.integer('created_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('created_at').notNullable();
    table.text('finished_at').nullable();
  });
  await db.schema.createTable('plan_members', (table) => {
    table.integer('plan_id').notNullable().references('plans.id').onDelete('CASCADE');
    table.integer('place').notNullable();
    table.text('customer_id').notNullable();
    table.integer('action').notNullable();
    table.double('probability').notNullable();
    table.double('monthly_value').notNullable();
    table.double('expected_saving').notNullable();
    table.primary(['plan_id', 'place']);
    table.index(['customer_id'], 'plan_members_customer');
  });
}

export async function down(db: Knex): Promise<void> {
  for (const table of ['plan_members', 'plans']) await db.schema.dropTable(table);
}
