import type { Knex } from 'knex';

/** Who a user is at the provider of single sign-on. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.text('provider_issuer').nullable();
    table.text('provider_subject').nullable();
    table.unique(['provider_issuer', 'provider_subject'], { indexName: 'users_provider' });
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('users', (table) => {
    table.dropUnique(['provider_issuer', 'provider_subject'], 'users_provider');
    table.dropColumns('provider_issuer', 'provider_subject');
  });
}
