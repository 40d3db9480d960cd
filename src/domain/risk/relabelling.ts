/**
 * Applies new thresholds to every stored score, so that no list mixes two meanings of 'high': at once for a few
 * scores, by a job in pieces for many, which would block other writers.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { getBatch } from '../../store/batches.ts';
import { enqueueJob } from '../../store/jobs.ts';
import { lastPredictionId, relabelRisk } from '../../store/risk-relabelling.ts';
import { getSettings } from '../../store/settings.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';

const rowsAtOnce = 2_000;
const restMs = 20;

/** Call in the transaction that saves the thresholds. 'later': a job continues. */
export async function relabelLater(
  trx: Db,
  userId: number | null,
  limit = rowsAtOnce,
): Promise<'done' | 'later'> {
  const last = await lastPredictionId(trx);
  if (last <= limit) {
    await relabelRisk(trx, await getSettings(trx), 0, last);
    return 'done';
  }
  await enqueueRelabelling(trx, userId);
  return 'later';
}

/** Each piece by the thresholds of its moment: a later change queues its own run over all of them. */
export async function relabelPredictions(db: Db, { step }: JobSteps): Promise<JobOutcome> {
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
  return done();
}

/** A batch is scored with the thresholds that held when it began; they may have changed since. Call as it ends. */
export async function relabelAfterScoring(db: Db, batchId: number): Promise<void> {
  const { rules: before } = await getBatch(db, batchId);
  const { mediumFrom, highFrom } = await getSettings(db);
  if (before && (before.mediumFrom !== mediumFrom || before.highFrom !== highFrom))
    await enqueueRelabelling(db, null);
}

async function enqueueRelabelling(db: Db, createdBy: number | null): Promise<void> {
  await enqueueJob(db, {
    kind: 'relabel-risk',
    payload: {},
    subject: 'Apply the risk levels to stored scores',
    createdBy,
  });
}
