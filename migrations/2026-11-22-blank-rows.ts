/** Rows of empty cells are counted on their own; monthly values beyond what files may say by now are not known. */
import type { Knex } from 'knex';

const largestAmount = 999_999_999.99;

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('batches', (table) => {
    table.integer('blank_count').notNullable().defaultTo(0);
  });
  await db('predictions')
    .whereRaw('ABS(monthly_value) > ?', [largestAmount])
    .update({ monthly_value: null, expected_saving: null });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('batches', (table) => table.dropColumn('blank_count'));
}
