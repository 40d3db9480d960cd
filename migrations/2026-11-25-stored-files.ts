import type { Knex } from 'knex';

/** Files in a store that several machines share. Both tables are empty where each machine has its own. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('stored_files', (table) => {
    table.string('name', 255).primary(); // folder and name: uploads/…, models/…, data/…
    table.string('key', 100).notNullable().unique(); // of the object: SHA-256 and a random part
    table.bigInteger('bytes').notNullable();
    table.string('kind', 10).notNullable().index(); // kept: on every machine; fetched: where it is needed
  });
  await db.schema.createTable('discarded_files', (table) => {
    table.string('key', 100).primary(); // of an object that nothing refers to any more, until it is deleted
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('discarded_files');
  await db.schema.dropTable('stored_files');
}
