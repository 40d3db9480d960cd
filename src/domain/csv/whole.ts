/** A whole CSV file in memory, column by column, for training. */
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
 * @throws AppError 415 or 422 with the reason
 */
export function readWholeCsv(
  path: string,
  isWanted: (row: number) => boolean = () => true,
  firstLine: FirstLine | null = null,
): Promise<WholeCsv> {
  const collect = (prepared: string, { format, header, sha256 }: CsvIntake): WholeCsv => {
    const shape = { delimiter: format.delimiter, columnCount: header.length };
    const cells = header.map((): string[] => []);
    let skippedRows = 0;
    let row = 0;
    for (const { rows } of readCsvChunks(prepared, shape, rowsPerChunk)) {
      for (const { reading } of rows) {
        if (!reading.ok) skippedRows++;
        else if (isWanted(row++)) for (let j = 0; j < cells.length; j++) cells[j]!.push(reading.cells[j]!);
      }
    }
    return { header, cells, decimal: format.decimal, skippedRows, sha256 };
  };
  return withPreparedCsv(path, collect, firstLine);
}

/** A table after intake: its first line always has the column names. */
export function readTakenCsv(path: string, isWanted?: (row: number) => boolean): Promise<WholeCsv> {
  return readWholeCsv(path, isWanted, 'names');
}
