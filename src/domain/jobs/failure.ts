/** Jobs that end before their work is done: cancelled ones, and files that a thread had begun. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { removeGroupsOf } from '../../store/batch-blocks.ts';
import { findBatch } from '../../store/batches.ts';
import { findDataset } from '../../store/datasets.ts';
import { requestCancel } from '../../store/job-cancellation.ts';
import { findJob } from '../../store/jobs.ts';
import type { Job } from '../../store/jobs.ts';
import { removePartsFolder } from '../batches/shared/parts.ts';
import { partsOf } from '../datasets/import/convert.ts';
import { stopSubjects } from './subjects.ts';

/** Files that the thread of a job had begun when it was ended. Call while the lease is held. */
export async function removeParts(
  db: Db,
  { dataDir, uploadsDir }: Pick<Config, 'dataDir' | 'uploadsDir'>,
  { id, payload }: Job,
): Promise<void> {
  const { batchId, datasetId } = payload;
  await removeGroupsOf(db, id);
  const batch = typeof batchId === 'number' ? await findBatch(db, batchId) : undefined;
  if (batch) removePartsFolder(join(uploadsDir, batch.file));
  const dataset = typeof datasetId === 'number' ? await findDataset(db, datasetId) : undefined;
  if (!dataset) return;
  for (const path of partsOf(join(dataDir, dataset.file))) await rm(path, { force: true });
}

/** Ends a queued job at once, a running one within moments. */
export async function cancelJob(db: Db, id: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const job = await findJob(trx, id);
    if (job && (await requestCancel(trx, id))) await stopSubjects(trx, job.payload, { state: 'cancelled' });
  });
}
