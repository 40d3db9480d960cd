import type { Knex } from 'knex';

/** When a person last opened the first page, and when before the visit that goes on: what is new is told from then on. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.text('home_seen_at').nullable();
    table.text('home_seen_before').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.dropColumns('home_seen_at', 'home_seen_before');
  });
}
