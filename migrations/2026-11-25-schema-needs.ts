import type { Knex } from 'knex';

/** Which versions of the program can work on the database, so that an earlier one can run until it is replaced. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('schema_needs', (table) => {
    table.string('migration').notNullable(); // a program that knows it can work on the database as it is
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('schema_needs');
}
