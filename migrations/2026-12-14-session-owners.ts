import type { Knex } from 'knex';

/** Whose a session is, so that people see and end theirs. Those from before have none, and end by themselves. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('sessions', (table) => {
    table.integer('user_id').nullable();
    table.index(['user_id'], 'sessions_user');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('sessions', (table) => {
    table.dropIndex(['user_id'], 'sessions_user');
    table.dropColumn('user_id');
  });
}
