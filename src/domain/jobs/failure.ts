/** Changes the state of a job's record when the job finally fails or is cancelled. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { removeGroupsOf } from '../../store/batch-blocks.ts';
import { findBatch, updateBatch } from '../../store/batches.ts';
import { findDataset, updateDataset } from '../../store/datasets.ts';
import type { Job } from '../../store/jobs.ts';
import { endRun } from '../../store/queries.ts';
import { endScoreWrite } from '../../store/score-writes.ts';
import { requestCancel } from '../../store/job-cancellation.ts';
import { findJob } from '../../store/jobs.ts';
import { failReading } from '../../store/past-tests.ts';
import { markLatestLater } from '../batches/mark-latest.ts';
import { endRemoval } from '../batches/removal.ts';
import { removePartsFolder } from '../batches/shared/parts.ts';
import { stopLaunch } from '../campaigns/campaigns.ts';
import { partsOf } from '../datasets/import/convert.ts';
import { stopPlan } from '../plans/plans.ts';
import { failComparison } from '../datasets/labels/comparison.ts';
import { relabelAfterScoring } from '../risk/relabelling.ts';
import { stopTraining } from '../training/queue.ts';

/** Call in the transaction that ends the job as cancelled. */
export async function cancelSubject(trx: Db, payload: Job['payload']): Promise<void> {
  const { batchId, datasetId, trainingId, comparisonOf, campaignId, planId, pastTestId } = payload;
  await endRemoval(trx, payload, 'It was cancelled.');
  if (typeof batchId === 'number') {
    await updateBatch(trx, batchId, { state: 'cancelled' });
    await relabelAfterScoring(trx, batchId);
    await markLatestLater(trx, batchId);
  }
  if (typeof datasetId === 'number')
    await updateDataset(trx, datasetId, {
      state: 'failed',
      error: 'Its reading was cancelled. Remove it, or upload it again.',
    });
  if (typeof trainingId === 'number') await stopTraining(trx, trainingId, 'cancelled', null);
  if (typeof comparisonOf === 'number') await failComparison(trx, comparisonOf, 'It was cancelled.');
  if (typeof campaignId === 'number') await stopLaunch(trx, campaignId, 'The launch was cancelled.');
  if (typeof planId === 'number') await stopPlan(trx, planId, 'It was cancelled.');
  if (typeof pastTestId === 'number') await failReading(trx, pastTestId, 'It was cancelled.');
  await endWarehouseWork(trx, payload, { state: 'cancelled' });
}

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
    if (job && (await requestCancel(trx, id))) await cancelSubject(trx, job.payload);
  });
}

export async function failSubject(db: Db, job: Job, message: string): Promise<void> {
  const { batchId, datasetId, trainingId, comparisonOf, campaignId, planId, pastTestId } = job.payload;
  await endRemoval(db, job.payload, message);
  if (typeof batchId === 'number') {
    await updateBatch(db, batchId, { state: 'failed', error: message });
    await markLatestLater(db, batchId);
  }
  if (typeof datasetId === 'number') await updateDataset(db, datasetId, { state: 'failed', error: message });
  if (typeof trainingId === 'number') await stopTraining(db, trainingId, 'failed', message);
  if (typeof comparisonOf === 'number') await failComparison(db, comparisonOf, message);
  if (typeof campaignId === 'number') await stopLaunch(db, campaignId, message);
  if (typeof planId === 'number') await stopPlan(db, planId, message);
  if (typeof pastTestId === 'number') await failReading(db, pastTestId, message);
  await endWarehouseWork(db, job.payload, { state: 'failed', error: message });
}

async function endWarehouseWork(
  trx: Db,
  { queryId, scoreWriteId }: Job['payload'],
  end: { readonly state: 'failed' | 'cancelled'; readonly error?: string },
): Promise<void> {
  if (typeof queryId === 'number') await endRun(trx, queryId, end);
  if (typeof scoreWriteId === 'number') await endScoreWrite(trx, scoreWriteId, end);
}
