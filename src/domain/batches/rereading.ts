/** Reading an uploaded file again in another way: another sheet, delimiter, decimal sign, encoding or first line. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { Conflict } from '../../errors.ts';
import { getBatch, moveBatch, updateBatch } from '../../store/batches.ts';
import type { BatchRecord } from '../../store/batches.ts';
import { localFiles } from '../../store/files/files.ts';
import type { CsvIntake, ReadingChoice } from '../csv/intake.ts';
import type { UploadStore } from './batches.ts';
import { linkFile, originalFile, removeFiles, uploadOf } from './files.ts';

/** Until the file is scored, unless it is Parquet, which is unambiguous, or was made by Holdfast. */
export async function canBeReread(
  { db, uploadsDir, files = localFiles }: UploadStore,
  { state, file, format }: BatchRecord,
): Promise<boolean> {
  const isOpen = state === 'uploaded' || state === 'checked';
  if (!isOpen || format.source === 'parquet') return false;
  return files.has(db, join(uploadsDir, originalFile(file)));
}

/**
 * Replaces the contents of a batch by another reading of its original file; columns are matched and checked anew. The
 * reading gets a file of its own, so that a crash leaves the batch with the one before.
 * @throws AppError with the reason if the file cannot be read that way; Conflict when it is being checked or scored
 */
export async function rereadBatch(
  env: UploadStore,
  batch: BatchRecord,
  chosen: ReadingChoice,
  takeIn: (path: string) => Promise<CsvIntake>,
): Promise<void> {
  const { db, uploadsDir, files = localFiles } = env;
  if (!(await canBeReread(env, batch))) throw notOpen();
  await files.bring(db, [join(uploadsDir, originalFile(batch.file))]);
  const file = randomBytes(16).toString('hex');
  try {
    for (const name of [file, originalFile(file)])
      await linkFile(join(uploadsDir, originalFile(batch.file)), join(uploadsDir, name));
    const { format, ...intake } = await takeIn(join(uploadsDir, file));
    const stored = await files.put(db, uploadOf(uploadsDir, file));
    await inTransaction(db, async (trx) => {
      await replaceContents(trx, batch, { ...intake, file, format: { ...format, chosen } });
      await files.remove(trx, join(uploadsDir, batch.file));
      await stored.note(trx);
    });
  } catch (error) {
    await removeFiles(uploadsDir, file);
    throw error;
  }
  await removeFiles(uploadsDir, batch.file);
}

async function replaceContents(
  trx: Db,
  { id, file }: BatchRecord,
  contents: Omit<CsvIntake, 'sha256' | 'byteSize'> & { readonly file: string },
): Promise<void> {
  const isCurrent = (await getBatch(trx, id)).file === file;
  if (!isCurrent || !(await moveBatch(trx, id, ['uploaded', 'checked'], 'uploaded'))) throw notOpen();
  const { format, header, rowCount, blankCount } = contents;
  await updateBatch(trx, id, {
    file: contents.file,
    format,
    header,
    rowCount,
    blankCount,
    mapping: null,
    report: null,
  });
}

function notOpen(): Conflict {
  return new Conflict(
    'This file can no longer be read in another way: it is being checked or scored. Upload it again instead.',
  );
}
