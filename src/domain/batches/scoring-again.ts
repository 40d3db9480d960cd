/** Scoring a batch again, with the model and the rules that it was scored with: its score file cannot be read. */
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { recordEvent } from '../../store/audit.ts';
import { getBatch, moveBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { enqueueScoring } from './batches.ts';
import { localFiles } from '../../store/files/files.ts';
import type { UploadEnv, UploadStore } from './batches.ts';
import { removeChallengerFiles } from './files.ts';
import { forgetResults } from './taking-up.ts';

const endedStates = ['done', 'cancelled', 'failed'] as const;

/** Whether everything is still there: the upload, the model, and the rules of that time. */
export async function canBeScoredAgain(
  { db, uploadsDir, files = localFiles }: UploadStore,
  batch: BatchRecord,
): Promise<boolean> {
  const hasEnded = endedStates.some((state) => state === batch.state);
  const isPlanned = batch.modelId !== null && batch.rules !== null && batch.mapping !== null;
  return hasEnded && isPlanned && (await files.has(db, join(uploadsDir, batch.file)));
}

/**
 * Queues the scoring from the beginning; a second request does nothing. Until it is done, none of the batch's scores
 * count; then they take the place in time that they had. @throws Conflict when something that it needs is gone
 */
export async function scoreAgainLater(env: UploadEnv, batchId: number): Promise<void> {
  const { db, uploadsDir, files = localFiles, user } = env;
  await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    if (batch.state === 'scoring') return;
    if (!(await canBeScoredAgain({ ...env, db: trx }, batch)))
      throw new Conflict(
        'This file cannot be scored again: the upload, or the model that scored it, is missing. Delete the file and upload it again.',
      );
    await moveBatch(trx, batchId, endedStates, 'scoring');
    await forgetResults(trx, { uploadsDir, files }, batch);
    await enqueueScoring(trx, user.id, batch);
    await recordEvent(trx, {
      userId: user.id,
      action: 'batch.scored-again',
      subject: batch.originalName,
      after: { rows: batch.rowCount, model: batch.modelLabel },
    });
    // The rows of a challenger are those of the scores; the current one scores the file again.
    await removeChallengerFiles(uploadsDir, batch.file);
  });
}
