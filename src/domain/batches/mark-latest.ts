/** A scoring that ended before its end has scored rows all the same: a job makes them the latest of their customers. */
import type { Db } from '../../db.ts';
import { findBatch } from '../../store/batches.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { markLatest, prepareMarks } from '../../store/score-files/latest.ts';
import { done } from '../jobs/steps.ts';
import type { JobOutcome } from '../jobs/steps.ts';

/** Call in the transaction that ends the scoring where its own thread cannot. */
export async function markLatestLater(trx: Db, batchId: number): Promise<void> {
  const batch = await findBatch(trx, batchId);
  if (!batch || batch.scoreRows === 0) return;
  await enqueueJob(trx, {
    kind: 'mark-latest',
    payload: { markedBatchId: batchId },
    subject: `Count the scores of ${batch.originalName}`,
    createdBy: batch.userId,
  });
}

export async function markBatchLatest(db: Db, folder: string, batchId: number): Promise<JobOutcome> {
  const marks = await prepareMarks({ db, folder }, batchId);
  return done(async (trx) => {
    const batch = await findBatch(trx, batchId);
    // It has been deleted, or goes on and will be marked at its end.
    if (batch?.state === 'failed' || batch?.state === 'cancelled')
      await markLatest(trx, { db: trx, folder }, batchId, marks);
  });
}
