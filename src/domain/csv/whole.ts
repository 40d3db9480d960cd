/** A whole CSV file in memory, column by column: what training learns from. */
import type { DecimalSign } from '../../ml/data/values.ts';
import type { FirstLine } from './first-line.ts';
import type { CsvIntake } from './intake.ts';
import { readCsvChunks } from './reader.ts';
import { withPreparedCsv } from './prepared.ts';

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
 * Reads any file that an upload takes. Rows that cannot be read are skipped and counted; of the others those
 * that `isWanted` by their place are kept.
 * @throws AppError 415 or 422 in words
 */
export function readWholeCsv(
  path: string,
  isWanted: (row: number) => boolean = () => true,
  firstLine: FirstLine | null = null,
): Promise<WholeCsv> {
  const collect = (prepared: string, { format, header, sha256 }: CsvIntake): WholeCsv => {
    const cells = header.map((): string[] => []);
    let skippedRows = 0;
    let row = 0;
    for (const { rows } of readCsvChunks(prepared, format.delimiter, header.length, rowsPerChunk)) {
      for (const { reading } of rows) {
        if (!reading.ok) skippedRows++;
        else if (isWanted(row++)) for (let j = 0; j < cells.length; j++) cells[j]!.push(reading.cells[j]!);
      }
    }
    return { header, cells, decimal: format.decimal, skippedRows, sha256 };
  };
  return withPreparedCsv(path, collect, firstLine);
}

/** A table that was taken in before: its first line names its columns, whatever it looks like. */
export function readTakenCsv(path: string, isWanted?: (row: number) => boolean): Promise<WholeCsv> {
  return readWholeCsv(path, isWanted, 'names');
}
