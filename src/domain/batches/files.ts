/** The names of a batch's files in the uploads folder. */
import { constants } from 'node:fs';
import { copyFile, link, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchRecord } from '../../store/batches.ts';
import { partsOf } from '../datasets/import/convert.ts';

export type BatchFileKind = 'scored' | 'rejected';

export function batchFile(batch: Pick<BatchRecord, 'file'>, kind: BatchFileKind): string {
  return `${batch.file}.${kind}.csv`;
}

/** The bytes as they were uploaded: the file itself has been turned into UTF-8 CSV. */
export function originalFile(file: string): string {
  return `${file}.original`;
}

/** Every file that a batch may have left, finished or not. */
export function allBatchFiles(file: string): string[] {
  const results = (['scored', 'rejected'] as const).map((kind) => batchFile({ file }, kind));
  return [file, originalFile(file), `${file}.utf8`, ...results, ...results.map((name) => `${name}.part`)];
}

/** A second name for the same bytes; a copy on disks that know no links. */
export async function linkFile(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EMLINK'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    await copyFile(from, to, constants.COPYFILE_EXCL);
  }
}

/** Everything of a batch, and what an intake that was cut off left. */
export async function removeFiles(uploadsDir: string, file: string): Promise<void> {
  for (const name of [...allBatchFiles(file), ...partsOf(file)])
    await rm(join(uploadsDir, name), { force: true });
}
