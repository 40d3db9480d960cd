/**
 * A scoring that ended before its end has scored rows all the same: a job makes them the latest of their customers. So it
 * does with scores that could not be read for a while, during which others may have come.
 */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { DamagedScores } from '../../errors.ts';
import { findBatch, updateBatch } from '../../store/batches.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { noteDamage } from '../../store/score-files/damage.ts';
import { markLatest, prepareMarks } from '../../store/score-files/mark-latest.ts';
import type { PreparedMarks } from '../../store/score-files/mark-latest.ts';
import { done } from '../jobs/steps.ts';
import type { JobOutcome } from '../jobs/steps.ts';
import { relabelAfterScoring } from '../risk/relabelling.ts';

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

/** Its score file is as it was written again. */
export async function countRepairedScores(db: Db, batchId: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    await updateBatch(trx, batchId, { scoresProblem: null });
    await markLatestLater(trx, batchId);
  });
}

export async function markBatchLatest(db: Db, folder: string, batchId: number): Promise<JobOutcome> {
  const marks = await marksOrDamage(db, folder, batchId);
  if (marks instanceof DamagedScores) {
    await noteDamage(db, marks);
    return done();
  }
  return done(async (trx) => {
    const batch = await findBatch(trx, batchId);
    // It has been deleted, or goes on and will be marked at its end.
    if (!batch || !['done', 'failed', 'cancelled'].includes(batch.state)) return;
    await markLatest(trx, { db: trx, folder }, batchId, marks);
    await relabelAfterScoring(trx, batchId);
  });
}

async function marksOrDamage(
  db: Db,
  folder: string,
  batchId: number,
): Promise<PreparedMarks | DamagedScores | null> {
  try {
    return await prepareMarks({ db, folder }, batchId);
  } catch (error) {
    if (error instanceof DamagedScores) return error;
    throw error;
  }
}
