import type { Knex } from 'knex';

/** One-time codes after the password: the encrypted secret, the last time step whose code was used, and recovery codes. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.text('second_factor').nullable();
    table.integer('second_factor_step').notNullable().defaultTo(0);
  });
  await db.schema.createTable('recovery_codes', (table) => {
    table.integer('user_id').notNullable().references('users.id').onDelete('CASCADE');
    table.text('code_hash').notNullable();
    table.primary(['user_id', 'code_hash']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('recovery_codes');
  await db.schema.alterTable('users', (table) => {
    table.dropColumns('second_factor', 'second_factor_step');
  });
}
