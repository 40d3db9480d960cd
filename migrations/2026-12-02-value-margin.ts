import type { Knex } from 'knex';

/** The margin that a campaign's customers were counted with at its launch. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('campaigns', (table) => {
    table.double('value_margin').notNullable().defaultTo(1);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('campaigns', (table) => {
    table.dropColumn('value_margin');
  });
}
