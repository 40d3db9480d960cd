import type { Knex } from 'knex';

/** Totals and the list of one upload without reading its wide rows. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('predictions', (table) => {
    table.index(
      ['batch_id', 'probability', 'risk_level', 'monthly_value', 'expected_saving', 'created_at'],
      'predictions_upload',
    );
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('predictions', (table) => {
    table.dropIndex([], 'predictions_upload');
  });
}
