import type { Knex } from 'knex';

/** Why each member was likely to leave at the launch, and groups of customers whom contact made leave. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('campaign_members', (table) => {
    table.text('reason').nullable();
  });
  await db.schema.alterTable('campaigns', (table) => {
    table.text('harmed').nullable();
    table.text('harm_until').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('campaigns', (table) => {
    table.dropColumn('harmed');
    table.dropColumn('harm_until');
  });
  await db.schema.alterTable('campaign_members', (table) => {
    table.dropColumn('reason');
  });
}
