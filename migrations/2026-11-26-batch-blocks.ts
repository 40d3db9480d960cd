import type { Knex } from 'knex';

/** Groups of a file's blocks that the worker which scores the file offers to others. */
export async function up(db: Knex): Promise<void> {
  await db.schema.createTable('batch_blocks', (table) => {
    table.increments('id');
    table.integer('job_id').notNullable(); // the scoring, and the number of its lease: an older one's do not count
    table.integer('lease').notNullable();
    table.integer('number').notNullable(); // from 0, in the order of the file
    table.string('program').notNullable(); // the version that cut them; others might score in another way
    table.text('places').notNullable(); // JSON: where in the upload they are
    table.string('state', 20).notNullable(); // offered, taken, done or failed
    table.integer('claim').notNullable().defaultTo(0); // raised by each claim: who holds an older one is not heard
    table.string('worker', 100);
    table.bigInteger('taken_until'); // milliseconds since 1970, by the database's clock
    table.unique(['job_id', 'lease', 'number']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('batch_blocks');
}
