/** Takes a table in whatever form it came: CSV as any upload, Excel and Parquet turned into CSV first. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import type { FirstLine } from '../csv/first-line.ts';
import { takeInCsv } from '../csv/intake.ts';
import type { CsvIntake } from '../csv/intake.ts';
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

/**
 * Examines the file and replaces it by its CSV form; hash and size are those of the bytes that came.
 * @throws AppError 415 for other kinds of files, 422 for a table that cannot be used, in words
 */
export async function takeInTable(
  path: string,
  checkpoint?: Checkpoint,
  firstLine: FirstLine | null = null,
): Promise<TableIntake> {
  const source = tableFormatOf(await readHead(path));
  if (source === 'csv') return { ...(await takeInCsv(path, firstLine)), source };
  const original = await hashFile(path);
  const converted = `${path}.csv`;
  try {
    const notes = await (source === 'xlsx' ? excelToCsv : parquetToCsv)(path, converted, checkpoint);
    await rename(converted, path);
    const intake = await takeInCsv(path, firstLine);
    const format = { ...intake.format, notes: [...notes, ...intake.format.notes] };
    return { ...intake, ...original, format, source };
  } finally {
    await rm(converted, { force: true });
  }
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
