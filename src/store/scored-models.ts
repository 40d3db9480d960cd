/** Which models and batches the stored scores came from, without reading every score. */
import type { Db, StoredBoolean } from '../db.ts';
import { sqlOf } from '../db/sql.ts';
import { ColumnMapping } from './batch-documents.ts';
import { readJson } from './json.ts';

export interface ScoredModel {
  readonly modelId: number;
  readonly isSample: boolean;
  /** Its newest finished upload; 0: it scored single customers only. */
  readonly newestBatchId: number;
}

interface GroupRow {
  model_id: number;
  is_sample: StoredBoolean;
  newest: number;
}

/** One entry for each model and kind of customers, sample or own, that has a finished upload or a single score. */
export async function listScoredModels(db: Db): Promise<ScoredModel[]> {
  const batches = await db<GroupRow>('batches')
    .where('state', 'done')
    .where('scored_count', '>', 0)
    .whereNotNull('model_id')
    .groupBy('model_id', 'is_sample')
    .select<GroupRow[]>('model_id', 'is_sample', db.raw('MAX(id) AS newest'));
  const single = await db('predictions')
    .where({ batch_id: null, is_sample: false })
    // Nearly all are latest scores.
    .whereRaw(sqlOf(db).isTrue(sqlOf(db).withoutIndex('is_latest')))
    .whereNotNull('model_id')
    .distinct<{ model_id: number }[]>('model_id');
  return [
    ...batches.map((row) => ({
      modelId: row.model_id,
      isSample: Boolean(row.is_sample),
      newestBatchId: row.newest,
    })),
    ...single.map((row) => ({ modelId: row.model_id, isSample: false, newestBatchId: 0 })),
  ];
}

/** Finished uploads with the places of their columns, as the domain stored them. */
export async function listScoredMappings(
  db: Db,
): Promise<{ readonly batchId: number; readonly modelId: number; readonly mapping: ColumnMapping }[]> {
  const rows = await db<{ id: number; model_id: number; mapping: string }>('batches')
    .where('state', 'done')
    .whereNotNull('model_id')
    .whereNotNull('mapping')
    .select('id', 'model_id', 'mapping');
  return rows.map((row) => ({
    batchId: row.id,
    modelId: row.model_id,
    mapping: readJson(ColumnMapping, row.mapping, `mapping of batch ${row.id}`),
  }));
}
