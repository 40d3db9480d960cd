/** Takes a table in whatever form it came: CSV as any upload, Excel and Parquet turned into CSV first. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { takeInCsv } from '../csv/intake.ts';
import type { CsvIntake } from '../csv/intake.ts';
import { excelToCsv } from './excel.ts';
import { parquetToCsv } from './parquet.ts';

/**
 * Examines the file and replaces it by its CSV form; hash and size are those of the bytes that came.
 * @throws AppError 415 for other kinds of files, 422 for a table that cannot be used, in words
 */
export async function takeInTable(path: string): Promise<CsvIntake> {
  const convert = await converterFor(path);
  if (convert === null) return takeInCsv(path);
  const original = await hashFile(path);
  const converted = `${path}.csv`;
  try {
    const notes = await convert(path, converted);
    await rename(converted, path);
    const intake = await takeInCsv(path);
    return {
      ...intake,
      ...original,
      format: { ...intake.format, notes: [...notes, ...intake.format.notes] },
    };
  } finally {
    await rm(converted, { force: true });
  }
}

/** By what the bytes say, never by the name; null: CSV, or something that its reader refuses. */
async function converterFor(path: string): Promise<typeof excelToCsv | null> {
  const handle = await open(path, 'r');
  try {
    const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
    if (buffer.equals(Buffer.from('PK\u0003\u0004'))) return excelToCsv;
    return buffer.equals(Buffer.from('PAR1')) ? parquetToCsv : null;
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
