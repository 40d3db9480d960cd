/**
 * Deleting a batch with its scores and files; earlier scores of its customers count again. A few scores are deleted at
 * once, many by a job in pieces, because one long transaction would block other requests.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { deleteBatch, findBatch, getBatch, updateBatch } from '../../store/batches.ts';
import type { BatchRecord, BatchSummary } from '../../store/batches.ts';
import { enqueueJob, listOpenJobs } from '../../store/jobs.ts';
import type { Job } from '../../store/jobs.ts';
import { deletePredictionsOf } from '../../store/prediction-writes.ts';
import type { User } from '../people/accounts.ts';
import { removeFiles } from './files.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';

const rowsAtOnce = 2_000;
/** More would block the web thread for too long. */
const mostByRequest = 500;
const restMs = 20;

/** 'later': a job deletes it. @throws Conflict while it is checked or scored */
export async function removeBatch(
  { db, uploadsDir, user }: { readonly db: Db; readonly uploadsDir: string; readonly user: User },
  batchId: number,
  limit = mostByRequest,
): Promise<'done' | 'later'> {
  const removed = await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    if (batch.state === 'scoring' || batch.state === 'checking')
      throw new Conflict('This file is being checked or scored. Cancel that first.');
    if (isBeingRemoved(batch)) {
      await resumeRemoval(trx, user.id, batch);
      return null;
    }
    await recordEvent(trx, {
      userId: user.id,
      action: 'batch.removed',
      subject: batch.originalName,
      before: { rows: batch.rowCount },
    });
    if (batch.scoredCount > limit) {
      await resumeRemoval(trx, user.id, batch);
      return null;
    }
    await deletePredictionsOf(trx, batchId);
    await deleteBatch(trx, batchId);
    return batch;
  });
  if (!removed) return 'later';
  await removeFiles(uploadsDir, removed.file);
  return 'done';
}

/** Queues the removal unless it is queued already. Call inside a transaction. */
export async function resumeRemoval(
  trx: Db,
  userId: number | null,
  batch: BatchSummary,
  { withSample = false } = {},
): Promise<void> {
  if (await findRemovalJob(trx, batch.id)) return;
  const before: BatchBefore = { state: batch.state, error: batch.error, scoredCount: batch.scoredCount };
  await updateBatch(trx, batch.id, { state: 'removing', error: null });
  await enqueueJob(trx, {
    kind: 'remove-batch',
    payload: {
      removedBatchId: batch.id,
      ...(isBeingRemoved(batch) ? {} : { before }),
      ...(withSample ? { withSample } : {}),
    },
    subject: `Delete ${batch.originalName}`,
    createdBy: userId,
  });
}

/** Part of the batch may be deleted; only the rest can still be deleted. */
export function isBeingRemoved({ state }: Pick<BatchRecord, 'state'>): boolean {
  return state === 'removing' || state === 'partly-removed';
}

/** What a batch was before its removal began. */
type BatchBefore = Pick<BatchRecord, 'state' | 'error' | 'scoredCount'>;

/**
 * The job that removes a batch was cancelled or has failed: the batch is restored if nothing is deleted yet, otherwise
 * it says what is left. Call in the transaction that ends the job; does nothing for jobs of other kinds.
 */
export async function endRemoval(trx: Db, payload: Job['payload'], reason: string): Promise<void> {
  const { removedBatchId, before } = payload as { removedBatchId?: unknown; before?: BatchBefore };
  if (typeof removedBatchId !== 'number') return;
  const batch = await findBatch(trx, removedBatchId);
  if (!batch) return;
  const isUntouched = before?.scoredCount === batch.scoredCount;
  await updateBatch(
    trx,
    batch.id,
    isUntouched ? { state: before.state, error: before.error } : { state: 'partly-removed', error: reason },
  );
}

/** The queued or running job that removes a batch. */
export async function findRemovalJob(db: Db, batchId: number): Promise<Job | undefined> {
  return (await listOpenJobs(db)).find((job) => job.payload['removedBatchId'] === batchId);
}

/** An interrupted run is continued by the next. */
export async function removeBatchRows(
  db: Db,
  uploadsDir: string,
  payload: Job['payload'],
  { step, stored }: JobSteps,
): Promise<JobOutcome> {
  const batchId = Number(payload['removedBatchId']);
  const batch = await findBatch(db, batchId);
  if (!batch) return done();
  for (let removed = 0; ;) {
    const answer = await step(removed, batch.scoredCount);
    if (answer === 'stop') return 'stopped';
    if (answer === 'cancel') return cancelled((trx) => endRemoval(trx, payload, 'It was cancelled.'));
    const count = await inTransaction(db, async (trx) => {
      await stored?.(trx);
      return deletePredictionsOf(trx, batchId, rowsAtOnce);
    });
    if (count === 0) break;
    removed += count;
    // Lets other writers take their turn.
    await pause(restMs);
  }
  await removeFiles(uploadsDir, batch.file);
  return done((trx) => deleteBatch(trx, batchId));
}
