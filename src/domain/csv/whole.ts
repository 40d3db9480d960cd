/** A whole CSV file in memory, column by column: what training learns from. */
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DecimalSign } from '../../ml/values.ts';
import { takeInCsv } from './intake.ts';
import { readCsvChunks } from './reader.ts';

export interface WholeCsv {
  readonly header: readonly string[];
  /** `cells[j]` is column j's text. */
  readonly cells: readonly (readonly string[])[];
  readonly decimal: DecimalSign;
  /** Rows that are not in `cells`. */
  readonly skippedRows: number;
  /** Of the file as it is. */
  readonly sha256: string;
}

const rowsPerChunk = 10_000;

/**
 * Reads any file that an upload takes; the file stays as it is. Rows that cannot be read are skipped and counted.
 * @throws AppError 415 or 422 in words
 */
export async function readWholeCsv(path: string): Promise<WholeCsv> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-'));
  try {
    const copy = join(folder, 'table.csv');
    await copyFile(path, copy);
    const { format, header, sha256 } = await takeInCsv(copy);
    const cells = header.map((): string[] => []);
    let skippedRows = 0;
    for (const { rows } of readCsvChunks(copy, format.delimiter, header.length, rowsPerChunk)) {
      for (const { reading } of rows) {
        if (!reading.ok) skippedRows++;
        else for (let j = 0; j < cells.length; j++) cells[j]!.push(reading.cells[j]!);
      }
    }
    return { header, cells, decimal: format.decimal, skippedRows, sha256 };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
