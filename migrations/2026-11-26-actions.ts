import type { Knex } from 'knex';

/** What people have to do for customers. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('actions', (table) => {
    table.increments('id');
    table.text('customer_id').notNullable();
    table.text('action').notNullable();
    table.integer('campaign_id').nullable().references('campaigns.id').onDelete('SET NULL');
    table.integer('owner_id').nullable().references('users.id').onDelete('SET NULL');
    table.text('due_on').notNullable();
    table.text('status').notNullable();
    table.text('result').nullable();
    table.text('notes').notNullable().defaultTo('');
    table.integer('created_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('created_at').notNullable();
    table.text('closed_at').nullable();
    table.index(['status', 'due_on', 'id'], 'actions_queue');
    table.index(['customer_id'], 'actions_customer');
  });
  // One open action of a kind for each customer, however many people ask for it at once.
  await db.raw("CREATE UNIQUE INDEX actions_open ON actions (customer_id, action) WHERE status = 'open'");
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('actions');
}
