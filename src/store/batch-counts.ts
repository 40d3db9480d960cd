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

function toCounts({ batch_id: id, counts }: CountsRow): BatchCounts {
  return readJson(BatchCounts, counts, `counts of batch ${id}`);
}
