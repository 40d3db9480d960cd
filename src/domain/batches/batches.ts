/** The steps of a batch: received, matched, checked, scored. */
import { join } from 'node:path';
import type { Config } from '../../config.ts';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { recordEvent } from '../../store/audit.ts';
import { getBatch, insertBatch, moveBatch, updateBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { requestCancel } from '../../store/job-cancellation.ts';
import { enqueueJob, listOpenJobs } from '../../store/jobs.ts';
import type { Job } from '../../store/jobs.ts';
import { getModel } from '../../store/models.ts';
import type { ModelRecord } from '../../store/models.ts';
import { localFiles } from '../../store/files/files.ts';
import type { Files } from '../../store/files/files.ts';
import { openFiles } from '../../store/files/open-files.ts';
import type { User } from '../people/accounts.ts';
import type { CsvIntake } from '../csv/intake.ts';
import type { ColumnMapping } from './mapping.ts';
import { freezeRules } from '../scoring/context.ts';
import { linkFile, originalFile, removeFiles, uploadOf } from './files.ts';

/** Where uploads are. */
export interface UploadStore {
  readonly db: Db;
  readonly uploadsDir: string;
  /** The folder alone, unless it is shared. */
  readonly files?: Files;
}

/** With the user who uploads. */
export interface UploadEnv extends UploadStore {
  readonly user: User;
}

export function openUploadStore({ db, config }: { readonly db: Db; readonly config: Config }): UploadStore {
  return { db, uploadsDir: config.uploadsDir, files: openFiles(config) };
}

/** A file in the uploads folder. */
export interface ReceivedFile {
  readonly file: string;
  readonly originalName: string;
}

/**
 * Registers a file that was uploaded. `takeIn` reads all of it, which takes a while for a large file: a request lets a
 * task do it. `begin` does what comes next in the same transaction, and refuses the file by throwing.
 * @throws AppError 415 or 422 with the reason; the file is then deleted
 */
export async function receiveBatch(
  { user, ...store }: UploadEnv,
  received: ReceivedFile,
  takeIn: (path: string) => Promise<CsvIntake>,
  begin?: (trx: Db, batch: BatchRecord) => Promise<void>,
): Promise<BatchRecord> {
  try {
    const register = await prepareBatch(store, received, takeIn);
    return await inTransaction(store.db, async (trx) => {
      const batch = await register(trx, user.id);
      if (!begin) return batch;
      await begin(trx, batch);
      return getBatch(trx, batch.id);
    });
  } catch (error) {
    await removeFiles(store.uploadsDir, received.file);
    throw error;
  }
}

/** Reads and keeps the file. What it gives registers it, in the caller's transaction. */
export async function prepareBatch(
  { db, uploadsDir, files = localFiles }: UploadStore,
  { file, originalName }: ReceivedFile,
  takeIn: (path: string) => Promise<CsvIntake>,
): Promise<(trx: Db, userId: number | null) => Promise<BatchRecord>> {
  await linkFile(join(uploadsDir, file), join(uploadsDir, originalFile(file)));
  const intake = await takeIn(join(uploadsDir, file));
  const stored = await files.put(db, uploadOf(uploadsDir, file));
  return async (trx, userId) => {
    const id = await insertBatch(trx, { ...intake, userId, originalName, file, isSample: false });
    await stored.note(trx);
    return getBatch(trx, id);
  };
}

/** What a batch is scored with. */
export interface BatchPlan {
  readonly model: ModelRecord;
  readonly mapping: ColumnMapping;
}

/** Sets model and mapping and queues the check of the whole file. */
export async function checkBatchLater(
  db: Db,
  user: User,
  batchId: number,
  { model, mapping }: BatchPlan,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    if (!(await moveBatch(trx, batchId, ['uploaded', 'checked'], 'checking'))) return;
    await updateBatch(trx, batchId, { modelId: model.id, modelLabel: model.label, mapping, report: null });
    await enqueueCheck(trx, user.id, batch);
  });
}

/** Who asked for a scoring; null: somebody whose account is gone. */
interface Scorer {
  readonly id: number | null;
}

/** Sets model and mapping and queues the scoring, which checks each row as well. */
export async function checkAndScoreLater(
  db: Db,
  user: Scorer,
  batchId: number,
  { model, mapping }: BatchPlan,
): Promise<void> {
  await inTransaction(db, async (trx) => {
    if (!(await moveBatch(trx, batchId, ['uploaded', 'checked'], 'scoring'))) return;
    await updateBatch(trx, batchId, { report: null });
    await startScoring(trx, user.id, batchId, { model, mapping });
    await recordScoring(trx, user, await getBatch(trx, batchId));
  });
}

/** Queues the scoring of a checked batch; a second request does nothing. */
export async function scoreBatchLater(db: Db, user: User, batchId: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    if (!(await moveBatch(trx, batchId, ['checked'], 'scoring'))) return;
    await updateBatch(trx, batchId, {
      rules: await freezeRules(trx, await getModel(trx, batch.modelId ?? 0)),
    });
    await enqueueScoring(trx, user.id, batch);
    await recordScoring(trx, user, batch);
  });
}

/** Scores a file that Holdfast made itself, without a check. */
export async function startScoring(
  trx: Db,
  userId: number | null,
  batchId: number,
  { model, mapping }: BatchPlan,
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

/** Continues a batch that was cancelled or has failed, at its checkpoint. */
export async function resumeBatch(db: Db, user: User, batchId: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const batch = await getBatch(trx, batchId);
    const next = batch.rules === null ? 'checking' : 'scoring';
    if (!(await moveBatch(trx, batchId, ['cancelled', 'failed'], next))) return;
    await updateBatch(trx, batchId, { error: null });
    if (next === 'scoring') await enqueueScoring(trx, user.id, batch);
    else await enqueueCheck(trx, user.id, batch);
  });
}

/** Stops at the next chunk and keeps what is scored. */
export async function cancelBatch(db: Db, batchId: number): Promise<void> {
  await inTransaction(db, async (trx) => {
    const job = await findRunningJob(trx, batchId);
    if (job && (await requestCancel(trx, job.id))) await updateBatch(trx, batchId, { state: 'cancelled' });
  });
}

/** The queued or running job of a batch. */
export async function findRunningJob(db: Db, batchId: number): Promise<Job | undefined> {
  return (await listOpenJobs(db)).find((job) => job.payload['batchId'] === batchId);
}

async function recordScoring(trx: Db, user: Scorer, batch: BatchRecord): Promise<void> {
  await recordEvent(trx, {
    userId: user.id,
    action: 'batch.scored',
    subject: batch.originalName,
    after: { rows: batch.rowCount, model: batch.modelLabel },
  });
}

async function enqueueCheck(trx: Db, userId: number, batch: BatchRecord): Promise<void> {
  await enqueueJob(trx, {
    kind: 'check-batch',
    payload: { batchId: batch.id },
    subject: `Check ${batch.originalName}`,
    createdBy: userId,
  });
}

export async function enqueueScoring(trx: Db, userId: number | null, batch: BatchRecord): Promise<void> {
  await enqueueJob(trx, {
    kind: 'score-batch',
    payload: { batchId: batch.id },
    subject: `Score ${batch.originalName}`,
    createdBy: userId,
  });
}
