import type { Knex } from 'knex';
import { sqlOf } from '../src/db/sql.ts';

/** Totals, counts and sorted lists of a million scores without reading the wide rows. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('predictions', (table) => {
    table.dropIndex([], 'predictions_dashboard');
    // Now with what tells one population from another.
    table.index(
      [
        ...['is_latest', 'probability', 'risk_level', 'monthly_value', 'expected_saving', 'created_at'],
        ...['model_id', 'is_sample'],
      ],
      'predictions_overview',
    );
    table.index(['is_latest', 'customer_id', 'model_id', 'is_sample', 'risk_level'], 'predictions_search');
  });
  await db.raw(
    `CREATE INDEX predictions_sample ON predictions (is_sample) WHERE ${sqlOf(db).isTrue('is_sample')}`,
  );
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('predictions', (table) => {
    table.dropIndex([], 'predictions_sample');
    table.dropIndex([], 'predictions_search');
    table.dropIndex([], 'predictions_overview');
    table.index(
      ['is_latest', 'probability', 'risk_level', 'monthly_value', 'expected_saving', 'created_at'],
      'predictions_dashboard',
    );
  });
}
