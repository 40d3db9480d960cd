import type { Knex } from 'knex';

/** Whether a model has scored anybody, and its removal, without a look at every score. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('predictions', (table) => {
    table.index(['model_id'], 'predictions_model');
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('predictions', (table) => {
    table.dropIndex([], 'predictions_model');
  });
}
