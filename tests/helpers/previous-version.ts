/**
 * A database and files as the version before score files left them: every score of a batch is a wide row of
 * `predictions`. Written with that version's schema, by SQL, so that nothing of today is in it.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrations } from '../../migrations/index.ts';
import { openDatabase } from '../../src/db.ts';
import type { Db } from '../../src/db.ts';
import { guessMapping } from '../../src/domain/batches/mapping.ts';
import { toStored } from '../../src/domain/scoring/record.ts';
import { createScorer, scoreCustomers } from '../../src/domain/scoring/scoring.ts';
import { exampleRules } from '../../src/domain/retention/example-rules.ts';
import { storeModel, trainOnTable } from '../../src/domain/training/fit.ts';
import { readTrainingTable } from '../../src/domain/training/table.ts';
import type { Model } from '../../src/ml/model/model.ts';
import { activateModel } from '../../src/store/models.ts';
import { listRules } from '../../src/store/retention-rules.ts';
import type { NewPrediction } from '../../src/store/prediction-writes.ts';
import { customersCsv } from './app.ts';
import { planOf } from './plan.ts';
import { insertRows } from './predictions.ts';

const newestMigration = '2026-11-23-example-rules';
export const previousThresholds = { mediumFrom: 0.3, highFrom: 0.6, valueMonths: 12, valueMargin: 1 };

export interface PreviousVersion {
  /** For `createTestApp`, which then opens this database. */
  readonly env: Readonly<Record<string, string>>;
  readonly db: Db;
  readonly folder: string;
  readonly uploadsDir: string;
  readonly modelsDir: string;
}

export async function createPreviousVersion(): Promise<PreviousVersion> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-previous-'));
  const [dataDir, modelsDir, uploadsDir] = ['data', 'models', 'uploads'].map((name) => join(folder, name));
  for (const path of [dataDir, modelsDir, uploadsDir]) mkdirSync(path!);
  const env = {
    DATABASE_URL: `sqlite:${join(folder, 'holdfast.db')}`,
    DATA_DIR: dataDir!,
    MODELS_DIR: modelsDir!,
    UPLOADS_DIR: uploadsDir!,
  };
  const db = openDatabase(env.DATABASE_URL);
  await db.migrate.latest({ migrationSource: await migrationsUntil(newestMigration) });
  return { env, db, folder, uploadsDir: uploadsDir!, modelsDir: modelsDir! };
}

async function migrationsUntil(name: string): Promise<typeof migrations> {
  const all = await migrations.getMigrations([]);
  const last = all.findIndex((one) => one.name === name);
  return { ...migrations, getMigrations: () => Promise.resolve(all.slice(0, last + 1)) };
}

/** A small logistic model, active, with the example rules. */
export async function storePreviousModel({ db, modelsDir }: PreviousVersion) {
  const table = readTrainingTable(customersCsv(600, 7, true));
  const model = trainOnTable(table, planOf(['logistic'], 1), () => undefined);
  const names = { name: 'Before', datasetId: null, isSample: false };
  const id = await storeModel(db, modelsDir, model, names);
  await activateModel(db, id);
  for (const [position, rule] of exampleRules.entries())
    await db('retention_rules').insert({
      position,
      action: rule.action,
      why: rule.why,
      conditions: JSON.stringify(rule.conditions),
      cost: rule.cost,
      save_rate: rule.saveRate,
      enabled: true,
      is_example: false,
      updated_at: '2026-11-23T00:00:00.000Z',
    });
  return { id, model };
}

interface PreviousBatch {
  readonly file: string;
  readonly state?: string;
  readonly isSample?: boolean;
  /** How many rows of the file are scored; all unless told. */
  readonly scored?: number;
  readonly at: string;
}

/** Scores a CSV file of plain cells as that version did: the upload, the results and one row a customer. */
export async function scorePreviously(
  before: PreviousVersion,
  { id: modelId, model }: { readonly id: number; readonly model: Model },
  csv: string,
  { file, state = 'done', isSample = false, scored, at }: PreviousBatch,
): Promise<number> {
  const { db, uploadsDir } = before;
  const [header, ...records] = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  const mapping = guessMapping(model.schema, header!);
  const rules = { ...previousThresholds, rules: await listRules(db) };
  const customers = records.slice(0, scored).map((cells) => ({
    cells: mapping.features.map((place) => (place === null ? undefined : cells[place])),
    value: mapping.value === null ? undefined : cells[mapping.value],
  }));
  const results = scoreCustomers(createScorer(model, rules, customers.length), customers, '.');
  writeFileSync(join(uploadsDir, file), csv);
  if (state === 'done') writeFileSync(join(uploadsDir, `${file}.scored.csv`), `results of ${file}`);
  const [batch] = await db<{ id: number }>('batches')
    .insert({
      model_id: modelId,
      model_label: 'v1 Before',
      original_name: `${file}.csv`,
      file,
      byte_size: csv.length,
      sha256: '',
      format: JSON.stringify({ delimiter: ',', decimal: '.', encoding: 'utf-8', notes: [] }),
      header: JSON.stringify(header),
      mapping: JSON.stringify(mapping),
      rules: JSON.stringify(rules),
      state,
      row_count: records.length,
      rejected_count: results.filter(({ ok }) => !ok).length,
      is_sample: isSample,
      created_at: at,
      finished_at: at,
    } as object)
    .returning('id');
  if (scored !== undefined) await stopPreviously(before, { id: batch!.id, file, csv, scored });
  const stored = results.flatMap((result, i) => {
    const customerId = records[i]![mapping.identifier!]!.trim();
    const origin = {
      batchId: batch!.id,
      rowNumber: i + 2,
      customerId: customerId === '' ? null : customerId,
      source: 'batch' as const,
      modelId,
      isSample,
      createdBy: null,
      createdAt: at,
    };
    return result.ok ? [toStored(result.customer, origin)] : [];
  });
  await insertPreviously(db, stored);
  await countPreviously(db, batch!.id);
  return batch!.id;
}

/** Result files and a checkpoint as of a run that ended after so many rows. */
async function stopPreviously(
  { db, uploadsDir }: PreviousVersion,
  {
    id,
    file,
    csv,
    scored,
  }: { readonly id: number; readonly file: string; readonly csv: string; readonly scored: number },
): Promise<void> {
  const done = csv.split('\n').slice(0, scored + 1);
  const bytes = done.join('\n').length + 1;
  for (const kind of ['scored', 'rejected'])
    writeFileSync(join(uploadsDir, `${file}.${kind}.csv.part`), `${done.join('\n')}\n`);
  const position = { offset: bytes, records: scored + 1 };
  const checkpoint = JSON.stringify({ position, scoredBytes: bytes, rejectedBytes: bytes });
  await db('batches').where({ id }).update({ checkpoint });
}

/** Rows of `predictions`; the newest of each customer is the latest. */
export async function insertPreviously(db: Db, rows: readonly NewPrediction[]): Promise<void> {
  for (const row of rows) {
    if (row.customerId !== null && row.source !== 'what-if')
      await db('predictions').where({ customer_id: row.customerId }).update({ is_latest: 0 });
    const known = { ...row };
    // That version did not store it.
    delete known.rulesVersion;
    await insertRows(db, [known]);
  }
}

async function countPreviously(db: Db, id: number): Promise<void> {
  const countOf = (condition: string) =>
    db.raw(`(SELECT COUNT(*) FROM predictions WHERE batch_id = batches.id AND ${condition})`);
  await db('batches')
    .where({ id })
    .update({
      scored_count: countOf('1 = 1'),
      noted_count: countOf("notes <> '[]'"),
      low_count: countOf("risk_level = 'low'"),
      medium_count: countOf("risk_level = 'medium'"),
      high_count: countOf("risk_level = 'high'"),
    });
}
