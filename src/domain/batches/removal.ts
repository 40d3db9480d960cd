/**
 * Deleting a batch with its scores and files; earlier scores of its customers count again. A few scores are deleted at
 * once, many by a job: finding the earlier ones of a million customers takes a second or two.
 */
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict, DamagedScores } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import {
  countScoreRows,
  deleteBatch,
  deleteScoresOf,
  findBatch,
  getBatch,
  updateBatch,
} from '../../store/batches.ts';
import type { BatchRecord, BatchSummary } from '../../store/batches.ts';
import { enqueueJob, listOpenJobs } from '../../store/jobs.ts';
import type { Job } from '../../store/jobs.ts';
import { restoreBefore } from '../../store/score-files/restore-latest.ts';
import type { UploadEnv } from './batches.ts';
import { localFiles } from '../../store/files/files.ts';
import type { Files } from '../../store/files/files.ts';
import { removeFiles } from './files.ts';
import { cancelled, done } from '../jobs/steps.ts';
import type { JobOutcome, JobSteps } from '../jobs/steps.ts';

/** More scores of the batch, or in all batches, which are searched for earlier ones, would block the web thread. */
const mostByRequest = 500;
const mostSearched = 50_000;

/** 'later': a job deletes it. @throws Conflict while it is checked or scored */
export async function removeBatch(
  { db, uploadsDir, files = localFiles, user }: UploadEnv,
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
    if (batch.scoredCount > limit || (batch.scoredCount > 0 && (await countScoreRows(trx)) > mostSearched)) {
      await resumeRemoval(trx, user.id, batch);
      return null;
    }
    await forgetScores(trx, uploadsDir, batchId);
    await files.remove(trx, join(uploadsDir, batch.file));
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

/** An interrupted run is continued by the next: first the scores end to count, then the files go. */
export async function removeBatchScores(
  db: Db,
  uploadsDir: string,
  payload: Job['payload'],
  { step }: JobSteps,
  files: Files = localFiles,
): Promise<JobOutcome> {
  const batchId = Number(payload['removedBatchId']);
  const batch = await findBatch(db, batchId);
  if (!batch) return done();
  const answer = await step(0, batch.scoredCount);
  if (answer === 'stop') return 'stopped';
  if (answer === 'cancel') return cancelled((trx) => endRemoval(trx, payload, 'It was cancelled.'));
  await inTransaction(db, (trx) => forgetScores(trx, uploadsDir, batchId));
  await removeFiles(uploadsDir, batch.file);
  return done(async (trx) => {
    await files.remove(trx, join(uploadsDir, batch.file));
    await deleteBatch(trx, batchId);
  });
}

/** Earlier scores of its customers count again. Call inside a transaction. */
async function forgetScores(trx: Db, uploadsDir: string, batchId: number): Promise<void> {
  try {
    await restoreBefore(trx, { db: trx, folder: uploadsDir }, batchId);
  } catch (error) {
    // Nobody can say whose scores they were; a damaged file can be deleted nevertheless.
    if (!(error instanceof DamagedScores)) throw error;
  }
  await deleteScoresOf(trx, batchId);
}
