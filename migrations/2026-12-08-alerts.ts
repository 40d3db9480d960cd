import type { Knex } from 'knex';

/** What checks find, who is told, what was sent, and figures that later ones are compared with. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('alerts', (table) => {
    table.increments('id');
    table.text('kind').notNullable();
    table.text('subject').notNullable();
    table.text('evidence').notNullable();
    table.integer('checks').notNullable();
    table.text('severity').notNullable();
    table.double('money').nullable();
    table.text('title').notNullable();
    table.text('detail').notNullable();
    table.text('href').notNullable();
    table.text('created_at').notNullable();
    table.text('raised_at').nullable();
    table.text('ended_at').nullable();
    table.text('delivery').nullable();
    table.boolean('is_useful').nullable();
    table.index(['raised_at'], 'alerts_raised');
  });
  await db.schema.createTable('alert_receivers', (table) => {
    table.increments('id');
    table.text('channel').notNullable();
    table.text('address').notNullable();
    table.text('secret').nullable();
    table.integer('created_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('created_at').notNullable();
  });
  await db.schema.createTable('alert_messages', (table) => {
    table.increments('id');
    table.integer('receiver_id').notNullable().references('alert_receivers.id').onDelete('CASCADE');
    table.text('message_id').notNullable().unique();
    table.text('content').notNullable();
    table.text('state').notNullable();
    table.integer('tries').notNullable();
    table.text('next_try_at').nullable();
    table.text('error').nullable();
    table.text('created_at').notNullable();
    table.text('sent_at').nullable();
    table.index(['state'], 'alert_messages_state');
  });
  await db.schema.createTable('alert_readings', (table) => {
    table.integer('batch_id').primary();
    table.integer('model_id').notNullable();
    table.integer('high_risk').notNullable();
    table.double('high_risk_loss').nullable();
    table.double('loss').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  for (const table of ['alert_readings', 'alert_messages', 'alert_receivers', 'alerts'])
    await db.schema.dropTable(table);
}
