/** Imports a table: CSV like any upload, Excel and Parquet converted to CSV first. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { lstat, open, rename, rm, symlink } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { FirstLine } from '../../csv/first-line.ts';
import { takeInCsv } from '../../csv/intake.ts';
import type { CsvIntake, ReadingChoice } from '../../csv/intake.ts';
import { excelToCsv } from './excel.ts';
import type { SheetFound } from './excel.ts';
import { tableFormatOf } from './formats.ts';
import type { TableFormat } from './formats.ts';
import { parquetToCsv } from './parquet.ts';
import type { Checkpoint } from './write-csv.ts';

export interface TableIntake extends CsvIntake {
  /** The original format of the file. */
  readonly source: TableFormat;
}

const headBytes = 4096;

/** Files that an interrupted import may leave beside the file. */
export function partsOf(path: string): string[] {
  return [`${path}.csv`, `${path}.csv.utf8`, `${path}.csv.tabs`];
}

/**
 * Examines the file and replaces it by its CSV form; hash and size are those of the original bytes. Until everything
 * is known the original stays, so that an import that is interrupted or asks about the first line can start again.
 * @throws AppError 415 for other kinds of files, 422 for a table that cannot be used, in words
 */
export async function takeInTable(
  path: string,
  checkpoint?: Checkpoint,
  firstLine: FirstLine | null = null,
  choice: ReadingChoice = {},
): Promise<TableIntake> {
  const source = tableFormatOf(await readHead(path));
  const taken = `${path}.csv`;
  await rm(taken, { force: true });
  try {
    const { notes, remarks, sheet } = await turnIntoCsv(source, { path, target: taken, checkpoint, choice });
    const original = source === 'csv' ? {} : await hashFile(path);
    // A Parquet file has the names of its columns in its schema.
    const names = source === 'parquet' ? 'names' : firstLine;
    const intake = await takeInCsv(taken, names, source === 'csv' ? choice : {});
    if (!(await lstat(taken)).isSymbolicLink()) await rename(taken, path);
    const format = {
      ...intake.format,
      source,
      notes: [...notes, ...intake.format.notes],
      remarks: [...remarks, ...(intake.format.remarks ?? [])],
      ...(sheet && { sheet }),
    };
    return { ...intake, ...original, format, source };
  } finally {
    await rm(taken, { force: true });
  }
}

interface Conversion {
  readonly path: string;
  readonly target: string;
  readonly checkpoint: Checkpoint | undefined;
  readonly choice: ReadingChoice;
}

interface Converted {
  readonly notes: readonly string[];
  /** Notes on what was left out. */
  readonly remarks: readonly string[];
  readonly sheet?: SheetFound;
}

async function turnIntoCsv(
  source: TableFormat,
  { path, target, checkpoint, choice }: Conversion,
): Promise<Converted> {
  if (source === 'xlsx')
    return { remarks: [], ...(await excelToCsv(path, target, checkpoint, choice.sheet)) };
  if (source === 'parquet') {
    const notes = await parquetToCsv(path, target, checkpoint);
    return { notes, remarks: notes.slice(1) };
  }
  // What is changed takes the place of the link, never of what it points to.
  await symlink(resolve(path), target);
  return { notes: [], remarks: [] };
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
