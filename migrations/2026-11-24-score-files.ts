import type { Knex } from 'knex';

/** Scores of batches lie in files beside the uploads; the database says what of them counts. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('batches', (table) => {
    table.integer('score_rows').notNullable().defaultTo(0); // rows and bytes of the score file up to the checkpoint
    table.bigInteger('score_bytes').notNullable().defaultTo(0);
    table.integer('latest_count').notNullable().defaultTo(0); // how many of the rows are their customer's latest score
    table.string('scores_at', 30); // when they became latest; null: not yet
  });
  await db.schema.createTable('latest_rows', (table) => {
    table.integer('batch_id').notNullable().references('batches.id').onDelete('CASCADE');
    table.integer('chunk').notNullable(); // of 65,536 rows of the score file
    table.binary('bits').notNullable(); // bit r % 8 of byte r / 8: row r of the chunk is a latest score
    table.primary(['batch_id', 'chunk']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.dropTable('latest_rows');
  await db.schema.alterTable('batches', (table) => {
    table.dropColumns('score_rows', 'score_bytes', 'latest_count', 'scores_at');
  });
}
