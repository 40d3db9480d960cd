import type { Knex } from 'knex';

/** The day on which a control was contacted nevertheless, as a person says. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('campaign_members', (table) => {
    table.text('contacted_on').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('campaign_members', (table) => {
    table.dropColumn('contacted_on');
  });
}
