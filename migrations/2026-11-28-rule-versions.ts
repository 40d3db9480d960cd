import type { Knex } from 'knex';

/** All retention rules as they were after each change, and which of these a single score was made with. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('rule_versions', (table) => {
    table.integer('number').primary(); // from 1
    table.text('rules').notNullable(); // JSON
    table.integer('restored'); // the version that was gone back to
    table.integer('user_id').nullable().references('users.id').onDelete('SET NULL');
    table.string('created_at', 30).notNullable();
  });
  await db.schema.alterTable('predictions', (table) => {
    table.integer('rules_version');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('predictions', (table) => table.dropColumn('rules_version'));
  await db.schema.dropTable('rule_versions');
}
