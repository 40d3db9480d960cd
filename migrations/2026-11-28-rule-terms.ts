import type { Knex } from 'knex';

/** How customers are reached, what is said to them, and the days on which a rule applies. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('retention_rules', (table) => {
    table.string('channel', 40).notNullable().defaultTo('');
    table.text('message').notNullable().defaultTo('');
    table.string('valid_from', 10); // days, such as 2026-11-20
    table.string('valid_to', 10);
  });
}

export async function down(db: Knex): Promise<void> {
  for (const column of ['channel', 'message', 'valid_from', 'valid_to'])
    await db.schema.alterTable('retention_rules', (table) => table.dropColumn(column));
}
