/**
 * A scoring that ended before its end has scored rows all the same: a job makes them the latest of their customers. So it
 * does with scores that could not be read for a while, during which others may have come.
 */
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { DamagedScores } from '../../errors.ts';
import { findBatch, updateBatch } from '../../store/batches.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { localFiles } from '../../store/files/files.ts';
import type { PutFiles } from '../../store/files/files.ts';
import { machineOf } from '../../store/files/machine.ts';
import { noteDamage } from '../../store/score-files/damage.ts';
import { markLatest, prepareMarks } from '../../store/score-files/mark-latest.ts';
import type { PreparedMarks } from '../../store/score-files/mark-latest.ts';
import { scoreFile } from '../../store/score-files/names.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { done } from '../jobs/steps.ts';
import type { JobOutcome } from '../jobs/steps.ts';
import { relabelAfterScoring } from '../risk/relabelling.ts';
import { reachCheckpoint } from './result-files.ts';
import { forgetResults, leaveResults } from './taking-up.ts';

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

export async function markBatchLatest(store: ScoreStore, batchId: number): Promise<JobOutcome> {
  const { db } = store;
  const scores = await storeScores(store, batchId);
  if (scores === 'elsewhere') return done((trx) => forgetUnfinished(trx, store, batchId));
  const marks = await marksOrDamage(store, batchId);
  if (marks instanceof DamagedScores) {
    await noteDamage(db, marks);
    return done();
  }
  return done(async (trx) => {
    const batch = await findBatch(trx, batchId);
    // It has been deleted, or goes on and will be marked at its end.
    if (!batch || !['done', 'failed', 'cancelled'].includes(batch.state)) return;
    await markLatest(trx, { ...store, db: trx }, batchId, marks);
    await relabelAfterScoring(trx, batchId);
    await leaveResults(trx, batchId);
    await scores.note(trx);
  });
}

/** 'elsewhere': another machine has begun them, and they are not stored. */
async function storeScores(store: ScoreStore, batchId: number): Promise<PutFiles | 'elsewhere'> {
  const { db, folder, files = localFiles } = store;
  const batch = await findBatch(db, batchId);
  if (!batch || !files.isShared) return files.put(db, []);
  const path = join(folder, scoreFile(batch.file));
  const isOurs = batch.checkpoint?.machine === machineOf(folder) && reachCheckpoint(folder, batch);
  if (!isOurs && !(await files.isStored(db, path))) return 'elsewhere';
  return files.put(db, isOurs ? [{ path }] : []);
}

/** Who takes the scoring up begins anew. */
async function forgetUnfinished(
  trx: Db,
  { folder, files = localFiles }: ScoreStore,
  batchId: number,
): Promise<void> {
  const batch = await findBatch(trx, batchId);
  const isOver = batch && ['failed', 'cancelled'].includes(batch.state);
  if (!isOver) return;
  await forgetResults(trx, { uploadsDir: folder, files }, batch);
  await updateBatch(trx, batchId, { error: batch.error });
}

async function marksOrDamage(
  store: ScoreStore,
  batchId: number,
): Promise<PreparedMarks | DamagedScores | null> {
  try {
    return await prepareMarks(store, batchId);
  } catch (error) {
    if (error instanceof DamagedScores) return error;
    throw error;
  }
}
