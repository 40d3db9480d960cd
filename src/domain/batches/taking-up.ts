/** Scoring that goes on, or begins anew because its results so far are not on this machine. */
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { deleteScoresOf, getBatch, updateBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import type { Files } from '../../store/files/files.ts';
import { machineOf } from '../../store/files/machine.ts';
import { isResultFile } from './files.ts';
import { reachCheckpoint } from './result-files.ts';

interface ResultsEnv {
  readonly uploadsDir: string;
  readonly files: Files;
}

/** The batch as it is to be scored from now on. */
export async function takeUp(db: Db, env: ResultsEnv, batchId: number): Promise<BatchRecord> {
  const batch = await getBatch(db, batchId);
  if (batch.checkpoint === null) return batch;
  const isOurs = !env.files.isShared || batch.checkpoint.machine === machineOf(env.uploadsDir);
  // A backup has no results of a scoring that was not finished.
  if (isOurs && reachCheckpoint(env.uploadsDir, batch)) return batch;
  await inTransaction(db, (trx) => forgetResults(trx, env, batch));
  return getBatch(db, batchId);
}

/** Nothing of an earlier scoring counts; when it is scored again, its scores take the place in time that they had. */
export async function forgetResults(
  trx: Db,
  { uploadsDir, files }: ResultsEnv,
  { id, file, scoresAt }: BatchRecord,
): Promise<void> {
  await deleteScoresOf(trx, id);
  await updateBatch(trx, id, { rejectedCount: 0, checkpoint: null, error: null, scoresAt });
  await files.remove(trx, join(uploadsDir, file), isResultFile);
}

/** Its results are stored as they are: who takes it up begins anew. */
export async function leaveResults(trx: Db, batchId: number): Promise<void> {
  const { checkpoint } = await getBatch(trx, batchId);
  if (checkpoint?.machine !== undefined)
    await updateBatch(trx, batchId, { checkpoint: { ...checkpoint, machine: '' } });
}
