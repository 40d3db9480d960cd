import type { Knex } from 'knex';

/** Times are ISO 8601 text in UTC, JSON is text: both mean the same in SQLite and PostgreSQL. */
export async function up(db: Knex): Promise<void> {
  await createPeople(db);
  await createDoor(db);
  await createModels(db);
  await createScoring(db);
  await createRunning(db);
}

export async function down(db: Knex): Promise<void> {
  for (const table of [
    'audit_events',
    'jobs',
    'settings',
    'retention_rules',
    'predictions',
    'batches',
    'models',
    'datasets',
    'one_time_links',
    'users',
    'sessions',
    'rate_limits',
  ]) {
    await db.schema.dropTableIfExists(table);
  }
}

async function createPeople(db: Knex): Promise<void> {
  await db.schema.createTable('users', (table) => {
    table.increments('id');
    table.string('email', 254).notNullable().unique(); // lower case
    table.string('name', 200).notNullable();
    table.string('role', 20).notNullable(); // admin, analyst, viewer
    table.text('password_hash'); // null until the person has chosen one
    table.string('theme', 10).notNullable().defaultTo('system'); // system, light, dark
    table.integer('session_epoch').notNullable().defaultTo(0); // raised to end every running session
    table.string('disabled_at', 30);
    table.string('last_seen_at', 30);
    table.string('created_at', 30).notNullable();
  });
  await db.schema.createTable('one_time_links', (table) => {
    table.string('token_hash', 64).primary(); // SHA-256, hexadecimal; the token itself is never stored
    table.string('purpose', 20).notNullable(); // setup, password
    table.integer('user_id').references('users.id').onDelete('CASCADE');
    table.string('expires_at', 30);
    table.string('used_at', 30);
    table.string('created_at', 30).notNullable();
  });
}

/** As express-session's store and the rate limiter want them. A store may have made its own already. */
async function createDoor(db: Knex): Promise<void> {
  if (!(await db.schema.hasTable('sessions'))) {
    await db.schema.createTable('sessions', (table) => {
      table.string('sid').primary(); // SHA-256 of the identifier
      table.json('sess').notNullable();
      table.timestamp('expired').notNullable().index();
    });
  }
  if (!(await db.schema.hasTable('rate_limits'))) {
    await db.schema.createTable('rate_limits', (table) => {
      table.string('key').primary();
      table.integer('points').notNullable().defaultTo(0);
      table.bigInteger('expire').index(); // milliseconds since 1970
    });
  }
}

async function createModels(db: Knex): Promise<void> {
  await db.schema.createTable('datasets', (table) => {
    table.increments('id');
    table.string('name', 200).notNullable();
    table.string('file', 200).notNullable(); // relative to the data folder
    table.string('sha256', 64).notNullable();
    table.integer('row_count').notNullable();
    table.text('columns').notNullable(); // JSON: InferredColumn[]
    table.boolean('is_sample').notNullable().defaultTo(false);
    table.integer('created_by').references('users.id').onDelete('SET NULL');
    table.string('created_at', 30).notNullable();
  });
  await db.schema.createTable('models', (table) => {
    table.increments('id'); // shown as v1, v2 …
    table.string('name', 200).notNullable();
    table.string('family', 30).notNullable();
    table.string('state', 20).notNullable().index(); // candidate, active, archived
    table.string('file', 200).notNullable(); // relative to the models folder
    table.string('sha256', 64).notNullable();
    table.text('schema').notNullable(); // JSON: ml Schema
    table.double('threshold').notNullable();
    table.text('evaluation').notNullable(); // JSON: ml Evaluation
    table.text('importance').notNullable(); // JSON: [{ feature, points }]
    table.text('provenance').notNullable(); // JSON: ml Provenance
    table.integer('dataset_id').references('datasets.id').onDelete('SET NULL');
    table.boolean('is_sample').notNullable().defaultTo(false);
    table.string('created_at', 30).notNullable();
    table.string('activated_at', 30);
  });
}

async function createScoring(db: Knex): Promise<void> {
  await db.schema.createTable('batches', (table) => {
    table.increments('id');
    table.integer('user_id').references('users.id').onDelete('SET NULL');
    table.integer('model_id').references('models.id').onDelete('SET NULL');
    table.string('model_label', 200); // kept when the model is gone
    table.string('original_name', 255).notNullable();
    table.string('file', 100).notNullable(); // random name in the uploads folder, UTF-8
    table.bigInteger('byte_size').notNullable();
    table.string('sha256', 64).notNullable();
    table.text('format').notNullable(); // JSON: encoding, delimiter, decimal sign, notes
    table.text('header').notNullable(); // JSON: string[]
    table.text('mapping'); // JSON: feature name → column index, or null for 'not in the file'
    table.string('state', 20).notNullable().index(); // uploaded, mapped, checking, checked, scoring, done, failed, cancelled
    table.text('report'); // JSON: what the check of the whole file found
    table.text('rules'); // JSON: the thresholds and retention rules that this batch is scored with
    table.text('checkpoint'); // JSON: where to go on after a restart
    table.integer('row_count').notNullable().defaultTo(0);
    table.integer('scored_count').notNullable().defaultTo(0);
    table.integer('rejected_count').notNullable().defaultTo(0);
    table.integer('noted_count').notNullable().defaultTo(0);
    table.integer('low_count').notNullable().defaultTo(0);
    table.integer('medium_count').notNullable().defaultTo(0);
    table.integer('high_count').notNullable().defaultTo(0);
    table.text('error');
    table.boolean('is_sample').notNullable().defaultTo(false);
    table.string('created_at', 30).notNullable();
    table.string('finished_at', 30);
  });
  await db.schema.createTable('predictions', (table) => {
    table.increments('id');
    table.integer('batch_id').references('batches.id').onDelete('CASCADE');
    table.integer('row_number'); // in the uploaded file, the header being row 1
    table.string('customer_id', 200); // as written in the file, null where the file names none
    table.string('source', 10).notNullable(); // form, batch, api
    table.integer('model_id').references('models.id').onDelete('SET NULL');
    table.double('probability').notNullable();
    table.string('risk_level', 10).notNullable(); // low, medium, high
    table.text('reasons').notNullable(); // JSON: [{ feature, value, points }], strongest first
    table.text('actions').notNullable(); // JSON: [{ ruleId, action, why, cost, expectedSaving }]
    table.string('recommended_action', 200);
    table.double('expected_saving');
    table.double('monthly_value'); // what the customer pays a month, where known
    table.text('inputs').notNullable(); // JSON: feature → raw text
    table.text('notes').notNullable(); // JSON: string[]
    table.boolean('is_latest').notNullable().defaultTo(true); // the newest score of this customer
    table.boolean('is_sample').notNullable().defaultTo(false);
    table.integer('created_by').references('users.id').onDelete('SET NULL');
    table.string('created_at', 30).notNullable();
    table.index(['batch_id', 'row_number']);
    // Covers the totals and the histogram of dashboards, which then never read the wide rows.
    table.index(
      ['is_latest', 'probability', 'risk_level', 'monthly_value', 'expected_saving', 'created_at'],
      'predictions_dashboard',
    );
    table.index(['customer_id', 'is_latest']);
    table.index(['created_at']);
  });
  await db.schema.createTable('retention_rules', (table) => {
    table.increments('id');
    table.integer('position').notNullable(); // lower comes first
    table.string('action', 200).notNullable();
    table.text('why').notNullable();
    table.text('conditions').notNullable(); // JSON
    table.double('cost').notNullable();
    table.double('save_rate').notNullable(); // expected share of leavers kept, 0 to 1
    table.boolean('enabled').notNullable().defaultTo(true);
    table.integer('version').notNullable().defaultTo(1);
    table.string('updated_at', 30).notNullable();
  });
}

async function createRunning(db: Knex): Promise<void> {
  await db.schema.createTable('settings', (table) => {
    table.string('key', 60).primary();
    table.text('value').notNullable(); // JSON
    table.string('updated_at', 30).notNullable();
  });
  await db.schema.createTable('jobs', (table) => {
    table.increments('id');
    table.string('kind', 30).notNullable();
    table.string('state', 20).notNullable().index(); // queued, running, done, failed, cancelled
    table.text('payload').notNullable(); // JSON
    table.string('subject', 200).notNullable(); // in plain words: 'Score customers.csv'
    table.integer('done').notNullable().defaultTo(0);
    table.integer('total').notNullable().defaultTo(0);
    table.string('stage', 200);
    table.integer('attempts').notNullable().defaultTo(0);
    table.string('lease_owner', 100);
    table.bigInteger('lease_expires_at'); // milliseconds since 1970, by the database's clock
    table.boolean('cancel_requested').notNullable().defaultTo(false);
    table.text('error');
    table.integer('created_by').references('users.id').onDelete('SET NULL');
    table.string('created_at', 30).notNullable();
    table.string('started_at', 30);
    table.string('finished_at', 30);
  });
  await db.schema.createTable('audit_events', (table) => {
    table.increments('id');
    table.string('at', 30).notNullable().index();
    table.integer('user_id').references('users.id').onDelete('SET NULL');
    table.string('action', 60).notNullable().index(); // such as user.created
    table.string('subject', 200).notNullable();
    table.text('before'); // JSON
    table.text('after'); // JSON
  });
}
