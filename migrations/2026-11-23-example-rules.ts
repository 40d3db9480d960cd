/** The rules that a database started with are marked as examples, unless somebody has saved them since. */
import type { Knex } from 'knex';

const firstRules = [
  'Personal call from a retention specialist',
  'Offer a one-year contract with the first month free',
  'Welcome call within the first half-year',
  'Three months of technical support for free',
  'Move to automatic payment with a small credit',
  'Review the plan and right-size it',
  'Check-in e-mail with an offer to talk',
];

export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('retention_rules', (table) => {
    table.boolean('is_example').notNullable().defaultTo(false);
  });
  await db('retention_rules').where({ version: 1 }).whereIn('action', firstRules).update({ is_example: 1 });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('retention_rules', (table) => table.dropColumn('is_example'));
}
