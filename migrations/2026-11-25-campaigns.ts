import type { Knex } from 'knex';

/** Campaigns with a control group, their members as they were at the launch, and what became of customers. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('campaigns', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.text('state').notNullable();
    table.text('filter').notNullable();
    table.text('action').notNullable();
    table.double('cost').notNullable();
    table.double('save_rate').notNullable();
    table.double('smallest_save_rate').notNullable();
    table.integer('horizon_days').notNullable();
    table.double('control_share').nullable();
    table.integer('seed').nullable();
    table.double('value_months').nullable();
    table.integer('member_count').notNullable().defaultTo(0);
    table.integer('control_count').notNullable().defaultTo(0);
    table.text('members_sha256').nullable();
    table.text('error').nullable();
    table.integer('created_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('created_at').notNullable();
    table.text('launched_on').nullable();
    table.text('ends_on').nullable();
    table.text('closed_at').nullable();
  });
  await db.schema.createTable('campaign_members', (table) => {
    table.integer('campaign_id').notNullable().references('campaigns.id').onDelete('CASCADE');
    table.integer('place').notNullable();
    table.text('customer_id').notNullable();
    table.double('probability').notNullable();
    table.double('monthly_value').nullable();
    table.integer('stratum').notNullable();
    table.integer('arm').notNullable();
    table.double('propensity').notNullable();
    table.primary(['campaign_id', 'place']);
    table.unique(['customer_id', 'campaign_id']);
  });
  await db.schema.createTable('customer_outcomes', (table) => {
    table.increments('id');
    table.text('customer_id').notNullable();
    table.text('seen_on').notNullable();
    table.integer('has_left').notNullable();
    table.text('source').notNullable();
    table.integer('recorded_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('recorded_at').notNullable();
    table.unique(['customer_id', 'seen_on']);
  });
}

export async function down(db: Knex): Promise<void> {
  for (const table of ['customer_outcomes', 'campaign_members', 'campaigns'])
    await db.schema.dropTable(table);
}
