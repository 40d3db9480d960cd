import type { Knex } from 'knex';

/** Keys of other programs, and the answers to their requests that can be asked for again. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('api_keys', (table) => {
    table.increments('id');
    table.text('name').notNullable();
    table.text('prefix').notNullable().unique();
    table.text('secret_hash').notNullable();
    table.text('scopes').notNullable();
    table.integer('created_by').notNullable().references('users.id').onDelete('CASCADE');
    table.text('created_at').notNullable();
    table.text('expires_at').nullable();
    table.text('last_used_at').nullable();
    table.text('revoked_at').nullable();
  });
  await db.schema.createTable('api_answers', (table) => {
    table.integer('api_key_id').notNullable().references('api_keys.id').onDelete('CASCADE');
    table.text('name_hash').notNullable();
    table.text('fingerprint').notNullable();
    table.text('begun_at').notNullable();
    table.integer('status').nullable();
    table.text('location').nullable();
    table.binary('body').nullable();
    table.primary(['api_key_id', 'name_hash']);
    table.index(['begun_at'], 'api_answers_begun');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('api_answers');
  await db.schema.dropTable('api_keys');
}
