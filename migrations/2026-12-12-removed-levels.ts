import type { Knex } from 'knex';

/** Who removed a set level before its end, or replaced it. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('set_levels', (table) => {
    table.integer('removed_by').nullable();
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('set_levels', (table) => {
    table.dropColumn('removed_by');
  });
}
