import type { Knex } from 'knex';
import { sqlOf } from '../src/db/sql.ts';

/**
 * Lists and totals of a million rows needed indexes that cover them. Now `predictions` holds single customers only, which
 * are read in the order of their numbers: each index less makes a score, and the removal of scores that were converted,
 * cheaper. Those by batch and row, customer, time and model stay.
 */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('predictions', (table) => {
    for (const name of ['predictions_overview', 'predictions_search', 'predictions_upload'])
      table.dropIndex([], name);
  });
  // Whether customers of a file that was scored have a score of their own; it covers the question.
  await db.raw(
    `CREATE INDEX predictions_latest ON predictions (customer_id, created_at)
     WHERE ${sqlOf(db).isTrue('is_latest')} AND batch_id IS NULL`,
  );
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('predictions', (table) => {
    table.dropIndex([], 'predictions_latest');
    const sums = ['probability', 'risk_level', 'monthly_value', 'expected_saving', 'created_at'];
    table.index(['batch_id', ...sums], 'predictions_upload');
    table.index(['is_latest', 'customer_id', 'model_id', 'is_sample', 'risk_level'], 'predictions_search');
    table.index(['is_latest', ...sums, 'model_id', 'is_sample'], 'predictions_overview');
  });
}
