/** The steps of a bulk upload: received, mapped, checked, scored. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { recordEvent } from '../../store/audit.ts';
import { getBatch, insertBatch, moveBatch, updateBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { enqueueJob, listOpenJobs, requestCancel } from '../../store/jobs.ts';
import type { Job } from '../../store/jobs.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import type { User } from '../people/accounts.ts';
import type { CsvIntake } from '../csv/intake.ts';
import type { ColumnMapping } from './mapping.ts';
import { freezeRules } from '../scoring/context.ts';

/**
 * Takes a stored upload in. `takeIn` examines the file, which takes as long as it is large: a request has it done by
 * a task.
 * @throws AppError 415 or 422 in words; the file is gone then
 */
export async function receiveBatch(
  db: Db,
  uploadsDir: string,
  user: User,
  { file, originalName }: { readonly file: string; readonly originalName: string },
  takeIn: (path: string) => Promise<CsvIntake>,
): Promise<BatchRecord> {
  try {
    const intake = await takeIn(join(uploadsDir, file));
    const id = await insertBatch(db, { ...intake, userId: user.id, originalName, file, isSample: false });
    return await getBatch(db, id);
  } catch (error) {
    await rm(join(uploadsDir, file), { force: true });
    throw error;
  }
}

/** Fixes model and mapping and queues the check of the whole file. */
export async function checkBatchLater(
  db: Db,
  user: User,
  batchId: number,
  model: ModelRecord,
  mapping: ColumnMapping,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    if (!(await moveBatch(trx, batchId, ['uploaded', 'checked'], 'checking'))) return;
    await updateBatch(trx, batchId, { modelId: model.id, modelLabel: model.label, mapping, report: null });
    await enqueueJob(trx, {
      kind: 'check-batch',
      payload: { batchId },
      subject: `Check ${batch.originalName}`,
      createdBy: user.id,
    });
  });
}

/** Queues the scoring of a checked batch; a second click finds it under way and does nothing. */
export async function scoreBatchLater(db: Db, user: User, batchId: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    if (!(await moveBatch(trx, batchId, ['checked'], 'scoring'))) return;
    await updateBatch(trx, batchId, {
      rules: await freezeRules(trx, await getModel(trx, batch.modelId ?? 0)),
    });
    await enqueueScoring(trx, user.id, batch);
    await recordEvent(trx, {
      userId: user.id,
      action: 'batch.scored',
      subject: batch.originalName,
      after: { rows: batch.rowCount, model: batch.modelLabel },
    });
  });
}

/** Scores a file of our own without asking. */
export async function startScoring(
  trx: Db,
  userId: number | null,
  batchId: number,
  model: ModelRecord,
  mapping: ColumnMapping,
): Promise<void> {
  const change = {
    modelId: model.id,
    modelLabel: model.label,
    mapping,
    rules: await freezeRules(trx, model),
    state: 'scoring' as const,
  };
  await updateBatch(trx, batchId, change);
  await enqueueScoring(trx, userId, await getBatch(trx, batchId));
}

/** Goes on with a batch that was cancelled or has failed, at its checkpoint. */
export async function resumeBatch(db: Db, user: User, batchId: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    const next = batch.rules === null ? 'checking' : 'scoring';
    if (!(await moveBatch(trx, batchId, ['cancelled', 'failed'], next))) return;
    await updateBatch(trx, batchId, { error: null });
    if (next === 'scoring') await enqueueScoring(trx, user.id, batch);
    else
      await enqueueJob(trx, {
        kind: 'check-batch',
        payload: { batchId },
        subject: `Check ${batch.originalName}`,
        createdBy: user.id,
      });
  });
}

/** Stops at the next chunk; what is scored stays. */
export async function cancelBatch(db: Db, batchId: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const job = await findRunningJob(trx, batchId);
    if (!job) return;
    await requestCancel(trx, job.id);
    if (job.state === 'queued') await updateBatch(trx, batchId, { state: 'cancelled' });
  });
}

/** The job that works on a batch or will. */
export async function findRunningJob(db: Db, batchId: number): Promise<Job | undefined> {
  return (await listOpenJobs(db)).find((job) => job.payload['batchId'] === batchId);
}

async function enqueueScoring(trx: Db, userId: number | null, batch: BatchRecord): Promise<void> {
  await enqueueJob(trx, {
    kind: 'score-batch',
    payload: { batchId: batch.id },
    subject: `Score ${batch.originalName}`,
    createdBy: userId,
  });
}
