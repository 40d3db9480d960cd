/**
 * Erases one customer: from the scores of batches and their CSV files in place, and the scores of the form as rows. What
 * remains are probabilities that belong to nobody, so that totals do not change. Can be repeated after a crash.
 */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { deleteActionsOf } from '../../store/actions.ts';
import { recordEvent } from '../../store/audit.ts';
import { getBatch, listAllBatchIds } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { forgetMember } from '../../store/campaign-members.ts';
import { localFiles } from '../../store/files/files.ts';
import { forgetInSavedViews } from '../../store/saved-views.ts';
import { forgetInSegments } from '../../store/segments.ts';
import { scoreFile } from '../../store/score-files/names.ts';
import { deletePredictionsOf } from '../../store/prediction-writes.ts';
import { deleteUnknownOutcomesOf } from '../../store/unknown-outcomes.ts';
import { eraseCustomer } from '../../store/score-files/erase.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { removeColumnsFile } from '../batches/checked-columns.ts';
import { removePartsFolder } from '../batches/shared/parts.ts';
import { eraseRecords } from '../batches/csv-erasure.ts';
import { batchFile, originalFile } from '../batches/files.ts';

export interface Erasure {
  /** Scores of the form and what-ifs, which are deleted. */
  readonly singleScores: number;
  /** Scores of files, which belong to nobody now. */
  readonly fileScores: number;
  /** Rows of uploads and result files, which are blank now. */
  readonly csvRows: number;
  /** Files without a column that identifies customers: nobody can say whether the customer is in them. */
  readonly unsearched: readonly string[];
}

/** @throws Conflict while a file is checked or scored; FilesUnavailable where files are shared and cannot be reached */
export async function eraseEverywhere(store: ScoreStore, customerId: string): Promise<Erasure> {
  const erased = await eraseOnce(store, customerId);
  if (store.files?.isShared !== true) return erased;
  // Another process may have fetched a file as it was before, while it was erased here: what is stored is searched again.
  for (let round = 1; round < mostRounds; round++)
    if (isNothing(await eraseOnce(store, customerId))) return erased;
  throw new Conflict('The files were in use. Try again in a moment.');
}

const mostRounds = 5;

function isNothing({ singleScores, fileScores, csvRows }: Erasure): boolean {
  return singleScores + fileScores + csvRows === 0;
}

async function eraseOnce(store: ScoreStore, customerId: string): Promise<Erasure> {
  const { db, folder, files = localFiles } = store;
  const batches: BatchRecord[] = [];
  for (const id of await listAllBatchIds(db)) batches.push(await getBatch(db, id));
  const busy = batches.find(({ state }) => state === 'checking' || state === 'scoring');
  if (busy)
    throw new Conflict(
      `${busy.originalName} is being checked or scored. Wait for it, or cancel it, and try again.`,
    );
  const paths = batches.flatMap(({ file }) => listErasable(file)).map((name) => join(folder, name));
  await files.bring(db, paths);
  let csvRows = 0;
  /** Uploads that the customer was in. */
  const uploads: string[] = [];
  for (const batch of batches) {
    const { rows, isInUpload } = await eraseFromFiles(folder, batch, customerId);
    csvRows += rows;
    if (isInUpload) uploads.push(batch.file);
  }
  const fileScores = await eraseCustomer(store, customerId);
  const finished = paths.map((path) => ({ path }));
  const stored = await files.put(db, finished);
  const singleScores = await inTransaction(db, async (trx) => {
    const deleted = await deletePredictionsOf(trx, customerId);
    await deleteActionsOf(trx, customerId);
    await forgetInSegments(trx, customerId);
    await forgetInSavedViews(trx, customerId);
    await forgetMember(trx, customerId, `erased-${randomUUID()}`);
    await deleteUnknownOutcomesOf(trx, customerId);
    for (const file of uploads) await files.remove(trx, join(folder, originalFile(file)));
    await stored.note(trx);
    // Who it was is what nobody may know any more.
    await recordEvent(trx, {
      userId: null,
      action: 'customer.erased',
      subject: 'A customer',
      after: { scores: deleted + fileScores, rows: csvRows },
    });
    return deleted;
  });
  await files.discard(db);
  const unsearched = batches.filter(({ mapping }) => (mapping?.identifier ?? null) === null);
  return {
    singleScores,
    fileScores,
    csvRows,
    unsearched: unsearched.map(({ originalName }) => originalName),
  };
}

/** What of a batch says who its customers are, apart from the bytes as they came. */
function listErasable(file: string): string[] {
  return [file, batchFile({ file }, 'scored'), batchFile({ file }, 'rejected'), scoreFile(file)];
}

/** The bytes as they were uploaded go, where the customer is in them: they may be a workbook, and nothing needs them. */
async function eraseFromFiles(
  folder: string,
  batch: BatchRecord,
  customerId: string,
): Promise<{ readonly rows: number; readonly isInUpload: boolean }> {
  const identifier = batch.mapping?.identifier ?? null;
  if (identifier === null) return { rows: 0, isInUpload: false };
  // First of all: it says whose the rows of the upload are, and scoring does without it.
  removeColumnsFile(join(folder, batch.file));
  removePartsFolder(join(folder, batch.file));
  const erase = (name: string, place: number): number =>
    eraseRecords(join(folder, name), { customerId, place, delimiter: batch.format.delimiter });
  // Rejected rows begin with their number, their column and the reason.
  const results = ['', '.part'].map(
    (ending) =>
      erase(`${batchFile(batch, 'scored')}${ending}`, identifier) +
      erase(`${batchFile(batch, 'rejected')}${ending}`, identifier + 3),
  );
  const inUpload = erase(batch.file, identifier);
  if (inUpload > 0) await rm(join(folder, originalFile(batch.file)), { force: true });
  const rows = results.reduce((sum, count) => sum + count, inUpload);
  return { rows, isInUpload: inUpload > 0 };
}
