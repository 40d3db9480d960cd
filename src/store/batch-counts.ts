/** What was counted of the rows of a batch while it was scored. It names no customer. */
import type { Db } from '../db.ts';
import { BatchCounts } from './batch-count-documents.ts';
import { readJson } from './json.ts';

interface CountsRow {
  batch_id: number;
  counts: string;
}

/** Replaces those of an earlier scoring. */
export async function saveBatchCounts(trx: Db, batchId: number, counts: BatchCounts): Promise<void> {
  const row = { batch_id: batchId, counts: JSON.stringify(counts) };
  await trx<CountsRow>('batch_counts').insert(row).onConflict('batch_id').merge();
}

export async function findBatchCounts(db: Db, batchId: number): Promise<BatchCounts | null> {
  const row = await db<CountsRow>('batch_counts').where({ batch_id: batchId }).first();
  return row === undefined ? null : toCounts(row);
}

export interface CountedBatch {
  readonly id: number;
  readonly name: string;
  readonly finishedAt: string;
  readonly counts: BatchCounts;
}

/** Of files that a model scored to their end, newest first. */
export async function listBatchCounts(db: Db, modelId: number, limit: number): Promise<CountedBatch[]> {
  const rows: (CountsRow & { original_name: string; finished_at: string })[] = await db('batch_counts')
    .join('batches', 'batches.id', 'batch_counts.batch_id')
    .where({ model_id: modelId, state: 'done' })
    .orderBy('batch_id', 'desc')
    .limit(limit)
    .select('batch_id', 'counts', 'original_name', 'finished_at');
  return rows.map((row) => ({
    id: row.batch_id,
    name: row.original_name,
    finishedAt: row.finished_at,
    counts: toCounts(row),
  }));
}

function toCounts({ batch_id: id, counts }: CountsRow): BatchCounts {
  return readJson(BatchCounts, counts, `counts of batch ${id}`);
}
