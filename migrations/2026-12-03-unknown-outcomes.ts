import type { Knex } from 'knex';

/** Customers who are missing in a file, and of whom nobody knows what became: they are not asked about again. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('unknown_outcomes', (table) => {
    table.text('customer_id').notNullable();
    table.integer('batch_id').notNullable().references('batches.id').onDelete('CASCADE');
    table.integer('answered_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('answered_at').notNullable();
    table.primary(['batch_id', 'customer_id']);
    table.index(['customer_id']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('unknown_outcomes');
}
