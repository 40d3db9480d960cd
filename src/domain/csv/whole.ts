/** A CSV file in memory as text, column by column: whole, or rows drawn evenly from it. */
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
  /** Rows that could not be read. */
  readonly skippedRows: number;
  /** Rows of the file, of which some may not be in `cells`. */
  readonly rowCount: number;
  /** Of the file as it is. */
  readonly sha256: string;
}

const rowsPerChunk = 10_000;

/**
 * Reads any file that an upload takes. Rows that cannot be read are skipped and counted; of more rows than `mostRows` as many
 * are taken evenly.
 * @throws AppError 415 or 422 with the reason
 */
export function readWholeCsv(
  path: string,
  mostRows = Infinity,
  firstLine: FirstLine | null = null,
): Promise<WholeCsv> {
  const collect = (prepared: string, { format, header, sha256, rowCount }: CsvIntake): WholeCsv => {
    const shape = { delimiter: format.delimiter, columnCount: header.length };
    const cells = header.map((): string[] => []);
    const isWanted = evenly(rowCount, mostRows);
    let skippedRows = 0;
    let row = 0;
    for (const { rows } of readCsvChunks(prepared, shape, rowsPerChunk)) {
      for (const { reading } of rows) {
        if (!reading.ok) skippedRows++;
        else if (isWanted(row++)) for (let j = 0; j < cells.length; j++) cells[j]!.push(reading.cells[j]!);
      }
    }
    return { header, cells, decimal: format.decimal, skippedRows, rowCount, sha256 };
  };
  return withPreparedCsv(path, collect, firstLine);
}

/** A table after intake: its first line always has the column names. */
export function readTakenCsv(path: string, mostRows?: number): Promise<WholeCsv> {
  return readWholeCsv(path, mostRows, 'names');
}

/** Which rows of a file to keep so that `most` are kept, evenly spread. */
export function evenly(rowCount: number, most: number): (row: number) => boolean {
  if (rowCount <= most) return () => true;
  return (row) => Math.floor((row * most) / rowCount) !== Math.floor(((row - 1) * most) / rowCount);
}
