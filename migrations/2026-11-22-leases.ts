import type { Knex } from 'knex';

/** A job's lease has a number, and a row of a batch is scored once. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('jobs', (table) => {
    table.integer('lease').notNullable().defaultTo(0); // raised by each claim: who holds an older one writes nothing
    table.string('waits_for', 200); // why it is not tried before `retry_at`, in words
    table.bigInteger('retry_at'); // milliseconds since 1970, by the database's clock
  });
  await removeDoubles(db);
  await db.schema.alterTable('predictions', (table) => {
    table.dropIndex(['batch_id', 'row_number']);
    table.unique(['batch_id', 'row_number']);
  });
}

export async function down(db: Knex): Promise<void> {
  await db.schema.alterTable('predictions', (table) => {
    table.dropUnique(['batch_id', 'row_number']);
    table.index(['batch_id', 'row_number']);
  });
  await db.schema.alterTable('jobs', (table) => {
    table.dropColumns('lease', 'waits_for', 'retry_at');
  });
}

/** Two processes could score the same rows before. The score that counts stays, and the batch's totals follow. */
async function removeDoubles(db: Knex): Promise<void> {
  const ranked = db('predictions')
    .select('id', 'batch_id')
    .rowNumber('place', (over) => {
      void over.partitionBy(['batch_id', 'row_number']).orderBy([
        { column: 'is_latest', order: 'desc' },
        { column: 'id', order: 'desc' },
      ]);
    })
    .whereNotNull('batch_id')
    .whereNotNull('row_number')
    .as('ranked');
  const doubled = await db.from(ranked).where('place', '>', 1).distinct<{ batch_id: number }[]>('batch_id');
  for (const { batch_id: batchId } of doubled) {
    await db('predictions')
      .whereIn('id', db.from(ranked).select('id').where('place', '>', 1).where({ batch_id: batchId }))
      .delete();
    const countOf = (condition: string): Knex.Raw =>
      db.raw(`(SELECT COUNT(*) FROM predictions WHERE batch_id = batches.id AND ${condition})`);
    await db('batches')
      .where({ id: batchId })
      .update({
        scored_count: countOf('1 = 1'),
        noted_count: countOf("notes <> '[]'"),
        low_count: countOf("risk_level = 'low'"),
        medium_count: countOf("risk_level = 'medium'"),
        high_count: countOf("risk_level = 'high'"),
      });
    await db('batches')
      .where({ id: batchId, state: 'done' })
      .update({ rejected_count: db.raw('row_count - scored_count') });
  }
}
