/** Takes a table in whatever form it came: CSV as any upload, Excel and Parquet turned into CSV first. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, rename, rm, symlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FirstLine } from '../../csv/first-line.ts';
import { takeInCsv } from '../../csv/intake.ts';
import type { CsvIntake } from '../../csv/intake.ts';
import { excelToCsv } from './excel.ts';
import { tableFormatOf } from './formats.ts';
import type { TableFormat } from './formats.ts';
import { parquetToCsv } from './parquet.ts';
import type { Checkpoint } from './write-csv.ts';

export interface TableIntake extends CsvIntake {
  /** What the file was when it came. */
  readonly source: TableFormat;
}

const headBytes = 4096;

/** What a reading that was cut off may leave beside the file. */
export function partsOf(path: string): string[] {
  return [`${path}.csv`, `${path}.csv.utf8`, `${path}.csv.tabs`];
}

/**
 * Examines the file and replaces it by its CSV form; hash and size are those of the bytes that came. Until all is known
 * the file stays as it came: whoever is asked about its first line, or cut off, begins with the same bytes again.
 * @throws AppError 415 for other kinds of files, 422 for a table that cannot be used, in words
 */
export async function takeInTable(
  path: string,
  checkpoint?: Checkpoint,
  firstLine: FirstLine | null = null,
): Promise<TableIntake> {
  const source = tableFormatOf(await readHead(path));
  const taken = `${path}.csv`;
  await rm(taken, { force: true });
  try {
    const notes = await turnIntoCsv(source, path, taken, checkpoint);
    const original = source === 'csv' ? {} : await hashFile(path);
    const intake = await takeInCsv(taken, firstLine);
    if (!(await lstat(taken)).isSymbolicLink()) await rename(taken, path);
    const format = { ...intake.format, notes: [...notes, ...intake.format.notes] };
    return { ...intake, ...original, format, source };
  } finally {
    await rm(taken, { force: true });
  }
}

/** Gives what a person should know of it. */
async function turnIntoCsv(
  source: TableFormat,
  path: string,
  target: string,
  checkpoint?: Checkpoint,
): Promise<readonly string[]> {
  if (source !== 'csv') return (source === 'xlsx' ? excelToCsv : parquetToCsv)(path, target, checkpoint);
  // What is changed takes the place of the link, never of what it points to.
  await symlink(resolve(path), target);
  return [];
}

async function readHead(path: string): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

async function hashFile(path: string): Promise<{ sha256: string; byteSize: number }> {
  const hash = createHash('sha256');
  let byteSize = 0;
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk);
    byteSize += chunk.length;
  }
  return { sha256: hash.digest('hex'), byteSize };
}
