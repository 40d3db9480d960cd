import type { Knex } from 'knex';

/** Databases of the company: connections, queries that give files or datasets, and tables that scores are written to. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('connections', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.text('host').notNullable();
    table.integer('port').notNullable();
    table.text('database_name').notNullable();
    table.text('username').notNullable();
    table.text('password').notNullable(); // encrypted
    table.text('tls').notNullable(); // verified, encrypted or off
    table.integer('created_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('created_at').notNullable();
  });
  await db.schema.createTable('queries', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.integer('connection_id').notNullable().references('connections.id');
    table.text('statement').notNullable();
    table.text('kind').notNullable(); // batch or dataset
    table.text('dataset_kind').nullable();
    table.boolean('scores_at_once').notNullable().defaultTo(false);
    table.integer('write_connection_id').nullable().references('connections.id'); // where its scores go
    table.text('write_table').nullable();
    table.text('repeats').notNullable().defaultTo('never'); // daily, weekly
    table.integer('weekday').notNullable().defaultTo(1); // 1 is Monday, 7 Sunday
    table.text('at_time').notNullable().defaultTo('06:00'); // in the time zone of the organisation
    table.text('scheduled_from').nullable(); // the next run is the first time of the schedule after it
    table.text('state').notNullable(); // of the last run: new, reading, done, failed, cancelled
    table.text('error').nullable();
    table.integer('row_count').notNullable().defaultTo(0);
    table.text('started_at').nullable();
    table.text('finished_at').nullable();
    // What the last run gave.
    table.integer('batch_id').nullable().references('batches.id').onDelete('SET NULL');
    table.integer('dataset_id').nullable().references('datasets.id').onDelete('SET NULL');
    table.integer('created_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('created_at').notNullable();
    table.index(['batch_id'], 'queries_batch');
  });
  await db.schema.createTable('score_writes', (table) => {
    table.increments('id');
    table.integer('batch_id').notNullable().references('batches.id').onDelete('CASCADE');
    table.integer('connection_id').notNullable().references('connections.id').onDelete('CASCADE');
    table.text('table_name').notNullable();
    table.text('state').notNullable(); // writing, done, failed, cancelled
    table.text('error').nullable();
    table.integer('row_count').notNullable().defaultTo(0);
    table.integer('created_by').nullable().references('users.id').onDelete('SET NULL');
    table.text('created_at').notNullable();
    table.text('finished_at').nullable();
    table.index(['batch_id'], 'score_writes_batch');
  });
}

export async function down(db: Knex): Promise<void> {
  for (const table of ['score_writes', 'queries', 'connections']) await db.schema.dropTable(table);
}
