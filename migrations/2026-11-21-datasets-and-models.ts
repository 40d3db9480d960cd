import type { Knex } from 'knex';

/** Datasets that people bring, trainings on them, and the life of models after training. */
export async function up(db: Knex): Promise<void> {
  await db.schema.alterTable('datasets', (table) => {
    table.string('original_name', 255);
    table.integer('byte_size');
    table.string('kind', 20).notNullable().defaultTo('customers'); // customers, transactions
    table.string('state', 20).notNullable().defaultTo('ready'); // reading, ready, failed
    table.integer('series_id'); // the first version's id; null: this is the first
    table.integer('version').notNullable().defaultTo(1);
    table.text('notes').notNullable().defaultTo('[]'); // JSON: string[], what was noticed when reading
    table.text('label'); // JSON: a column and its positive level, or a proxy rule
    table.text('profile'); // JSON: figures per column, associations, issues
    table.text('error');
    table.string('confirmed_at', 30); // when an analyst confirmed the columns
  });
  await db.schema.createTable('trainings', (table) => {
    table.increments('id');
    table.integer('dataset_id').references('datasets.id').onDelete('CASCADE');
    table.string('name', 200).notNullable();
    table.text('plan').notNullable(); // JSON: effort, families, parameters, imbalance, folds, seed, budget, columns
    table.string('state', 20).notNullable().index(); // queued, running, done, failed, cancelled
    table.text('progress').notNullable().defaultTo('{}'); // JSON: stage, trials, best so far
    table.integer('model_id').references('models.id').onDelete('SET NULL');
    table.text('error');
    table.integer('created_by').references('users.id').onDelete('SET NULL');
    table.string('created_at', 30).notNullable();
    table.string('started_at', 30);
    table.string('finished_at', 30);
  });
  await createModelLife(db);
  await createRepairs(db);
}

export async function down(db: Knex): Promise<void> {
  for (const table of [
    'remembered_names',
    'challenger_scores',
    'promotion_tests',
    'activations',
    'trainings',
  ]) {
    await db.schema.dropTableIfExists(table);
  }
  await db.schema.alterTable('batches', (table) => table.dropColumn('mends_batch_id'));
  await db.schema.alterTable('datasets', (table) =>
    table.dropColumns(
      ...['original_name', 'byte_size', 'kind', 'state', 'series_id', 'version'],
      ...['notes', 'label', 'profile', 'error', 'confirmed_at'],
    ),
  );
}

async function createModelLife(db: Knex): Promise<void> {
  await db.schema.createTable('activations', (table) => {
    table.increments('id'); // the newest says which model scores; the one before is what a rollback restores
    table.integer('model_id').notNullable().references('models.id').onDelete('CASCADE');
    table.integer('previous_model_id').references('models.id').onDelete('SET NULL');
    table.integer('user_id').references('users.id').onDelete('SET NULL');
    table.string('at', 30).notNullable();
  });
  await db.schema.createTable('promotion_tests', (table) => {
    table.increments('id');
    table.string('name', 200).notNullable();
    table.text('definition').notNullable(); // JSON: a direction or a golden customer
    table.boolean('enabled').notNullable().defaultTo(true);
    table.integer('created_by').references('users.id').onDelete('SET NULL');
    table.string('created_at', 30).notNullable();
  });
  await db.schema.createTable('challenger_scores', (table) => {
    table.integer('prediction_id').notNullable().references('predictions.id').onDelete('CASCADE');
    table.integer('model_id').notNullable().references('models.id').onDelete('CASCADE').index();
    table.double('probability').notNullable();
    table.primary(['prediction_id', 'model_id']);
  });
}

async function createRepairs(db: Knex): Promise<void> {
  await db.schema.alterTable('batches', (table) => {
    table.integer('mends_batch_id'); // the upload whose rejected rows were mended into this one
  });
  await db.schema.createTable('remembered_names', (table) => {
    table.increments('id');
    table.string('feature', 200).notNullable();
    table.string('found', 200).notNullable(); // folded: what the file said
    table.string('level', 200).notNullable().defaultTo(''); // '' for a column's name, else the level that was meant
    table.string('kind', 10).notNullable(); // column, level
    table.string('used_at', 30).notNullable();
    table.unique(['kind', 'feature', 'found']);
  });
}
