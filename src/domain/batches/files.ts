/** The names of a batch's files in the uploads folder. */
import { constants } from 'node:fs';
import { copyFile, link, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BatchRecord } from '../../store/batches.ts';
import type { FinishedFile } from '../../store/files/files.ts';

export type BatchFileKind = 'scored' | 'rejected';

export function batchFile(batch: Pick<BatchRecord, 'file'>, kind: BatchFileKind): string {
  return `${batch.file}.${kind}.csv`;
}

/** The bytes as they were uploaded: the file itself has been turned into UTF-8 CSV. */
export function originalFile(file: string): string {
  return `${file}.original`;
}

/** The columns that a check read, until they are scored; of the name or the path of an upload. */
export function columnsFile(file: string): string {
  return `${file}.columns`;
}

/** The folder of results that other workers computed, while it is scored; of the path of an upload. */
export function partsFolder(upload: string): string {
  return `${upload}.parts`;
}

/** Whether a file in the uploads folder belongs to one of the batches with these files, finished or not. */
export function isBatchFile(name: string, batchFiles: ReadonlySet<string>): boolean {
  const ending = batchEndings.exec(name);
  return batchFiles.has(ending ? name.slice(0, ending.index) : name);
}

const batchEndings =
  /\.(original|utf8|(scored|rejected)\.csv(\.part)?|columns|scores|customers|challenger-\d+|erasing)$/;

/** What is kept of an upload: its CSV form, and the bytes as they came. */
export function uploadOf(uploadsDir: string, file: string): FinishedFile[] {
  return [file, originalFile(file)].map((name) => ({ path: join(uploadsDir, name) }));
}

/** Whether other machines need a file in the uploads folder, which belongs to one of the batches with these files. */
export function isShareable(name: string, batchFiles: ReadonlySet<string>): boolean {
  const isOfMachine = /\.(utf8|part|columns|customers|erasing)$/.test(name);
  return !isOfMachine && isBatchFile(name, batchFiles);
}

/** Whether a scoring writes the file at this path. */
export function isResultFile(path: string): boolean {
  return /\.(scored\.csv|rejected\.csv|scores|challenger-\d+)$/.test(path);
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

export async function removeChallengerFiles(uploadsDir: string, file: string): Promise<void> {
  for (const name of await readdir(uploadsDir))
    if (name.startsWith(`${file}.challenger-`)) await rm(join(uploadsDir, name), { force: true });
}

/** Everything of a batch, and what work that was cut off left. */
export async function removeFiles(uploadsDir: string, file: string): Promise<void> {
  const names = await readdir(uploadsDir);
  for (const name of names.filter((one) => one === file || one.startsWith(`${file}.`)))
    await rm(join(uploadsDir, name), { recursive: true, force: true });
}
