import type { Knex } from 'knex';

/** Campaigns with several actions, and campaigns of a plan, in which each member has an action of their own. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('campaigns', (table) => {
    table.text('more_arms').notNullable().defaultTo('[]');
    table.integer('plan_id').nullable();
  });
  await db.schema.alterTable('campaign_members', (table) => {
    table.integer('planned_arm').notNullable().defaultTo(0);
  });
  await db.schema.alterTable('plan_members', (table) => {
    table.text('reason').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('plan_members', (table) => {
    table.dropColumn('reason');
  });
  await db.schema.alterTable('campaign_members', (table) => {
    table.dropColumn('planned_arm');
  });
  await db.schema.alterTable('campaigns', (table) => {
    table.dropColumn('more_arms');
    table.dropColumn('plan_id');
  });
}
