/**
 * Applies new thresholds to what is stored, so that no list mixes two meanings of 'high': the levels of single customers
 * and the totals of batches, whose own levels are computed when they are read. At once for a few scores, by a job for
 * many.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { DamagedScores } from '../../errors.ts';
import { countScoreRows, getBatch, listScoredBatchIds, updateBatch } from '../../store/batches.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { lastPredictionId, relabelRisk } from '../../store/risk-relabelling.ts';
import { noteDamage } from '../../store/score-files/damage.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { countLevelsOf } from '../../store/score-files/totals.ts';
import { getSettings } from '../../store/settings.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';

const rowsAtOnce = 2_000;
const restMs = 20;

/** Call in the transaction that saves the thresholds. 'later': a job continues. */
export async function relabelLater(
  { db: trx, folder }: ScoreStore,
  userId: number | null,
  limit = rowsAtOnce,
): Promise<'done' | 'later'> {
  const last = await lastPredictionId(trx);
  if (last + (await countScoreRows(trx)) > limit) {
    await enqueueRelabelling(trx, userId);
    return 'later';
  }
  await relabelRisk(trx, await getSettings(trx), 0, last);
  for (const batchId of await listScoredBatchIds(trx)) await recountBatch({ db: trx, folder }, batchId);
  return 'done';
}

/** Each piece by the thresholds of its moment: a later change queues its own run over all of them. */
export async function relabelPredictions(store: ScoreStore, { step }: JobSteps): Promise<JobOutcome> {
  const { db, folder } = store;
  const last = await lastPredictionId(db);
  for (let after = 0; after < last; after += rowsAtOnce) {
    const answer = await step(after, last);
    if (answer !== 'go on') return answer === 'stop' ? 'stopped' : cancelled();
    await inTransaction(db, async (trx) => {
      await relabelRisk(trx, await getSettings(trx), after, after + rowsAtOnce);
    });
    // Lets other writers take their turn.
    await pause(restMs);
  }
  for (const batchId of await listScoredBatchIds(db)) {
    const answer = await step(last, last);
    if (answer !== 'go on') return answer === 'stop' ? 'stopped' : cancelled();
    await inTransaction(db, (trx) => recountBatch({ db: trx, folder }, batchId));
  }
  return done();
}

/** A batch is scored with the thresholds that held when it began; they may have changed since. Call as it ends. */
export async function relabelAfterScoring(db: Db, batchId: number): Promise<void> {
  const { rules: before } = await getBatch(db, batchId);
  const { mediumFrom, highFrom } = await getSettings(db);
  if (before && (before.mediumFrom !== mediumFrom || before.highFrom !== highFrom))
    await enqueueRelabelling(db, null);
}

/** The totals of a batch are those of its rows. Call inside a transaction. */
async function recountBatch(store: ScoreStore, batchId: number): Promise<void> {
  try {
    const { low, medium, high } = await countLevelsOf(store, batchId);
    await updateBatch(store.db, batchId, { lowCount: low, mediumCount: medium, highCount: high });
  } catch (error) {
    if (!(error instanceof DamagedScores)) throw error;
    // Its page says so; the others are recounted nevertheless.
    await noteDamage(store.db, error);
  }
}

async function enqueueRelabelling(db: Db, createdBy: number | null): Promise<void> {
  await enqueueJob(db, {
    kind: 'relabel-risk',
    payload: {},
    subject: 'Apply the risk levels to stored scores',
    createdBy,
  });
}
