import type { Knex } from 'knex';

/** Each event of the audit log gets the hash of itself and of the event before it; those before this change with the next event. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('audit_events', (table) => {
    table.text('salt').nullable();
    table.text('content_hash').nullable();
    table.text('hash').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('audit_events', (table) => {
    table.dropColumn('salt');
    table.dropColumn('content_hash');
    table.dropColumn('hash');
  });
}
