/** A CSV file in memory as text, column by column: whole, or rows drawn evenly from it. */
import type { DecimalSign } from '../../ml/data/values.ts';
import type { FirstLine } from './first-line.ts';
import { recordsOf } from './file-records.ts';
import type { CsvIntake } from './intake.ts';
import { withPreparedCsv } from './prepared.ts';
import { isBlankRow, mayBeBlank, readRecord } from './records.ts';
import type { Delimiter } from './records.ts';

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

/**
 * Reads any file that an upload takes. Rows that cannot be read are skipped and counted; of more rows than `mostRows` as many
 * are taken evenly, and only these are divided into cells.
 * @throws AppError 415 or 422 with the reason
 */
export function readWholeCsv(
  path: string,
  mostRows = Infinity,
  firstLine: FirstLine | null = null,
): Promise<WholeCsv> {
  return withPreparedCsv(path, (prepared, intake) => readRows(prepared, intake, mostRows), firstLine);
}

function readRows(path: string, { format, header, sha256, rowCount }: CsvIntake, mostRows: number): WholeCsv {
  const cells = header.map((): string[] => []);
  const isWanted = evenly(rowCount, mostRows);
  let skippedRows = 0;
  let row = 0;
  for (const bytes of rowsOf(path, format.delimiter)) {
    if (!isWanted(row++)) continue;
    const reading = readRecord(bytes, format.delimiter, header.length);
    if (!reading.ok) skippedRows++;
    else for (let j = 0; j < cells.length; j++) cells[j]!.push(reading.cells[j]!);
  }
  return { header, cells, decimal: format.decimal, skippedRows, rowCount, sha256 };
}

/** The records after the header that are not blank. */
function* rowsOf(path: string, delimiter: Delimiter): Generator<Buffer> {
  let hasHeader = false;
  for (const { bytes } of recordsOf(path, delimiter)) {
    if (bytes.length === 0) continue;
    if (hasHeader && !isBlank(bytes, delimiter)) yield bytes;
    hasHeader = true;
  }
}

function isBlank(bytes: Buffer, delimiter: Delimiter): boolean {
  return mayBeBlank(bytes, 0, delimiter.charCodeAt(0)) && isBlankRow(bytes, delimiter);
}

/** A table after intake: its first line always has the column names. */
export function readTakenCsv(path: string, mostRows?: number): Promise<WholeCsv> {
  return readWholeCsv(path, mostRows, 'names');
}

export interface TakenFormat {
  readonly delimiter: Delimiter;
  readonly header: readonly string[];
  readonly rowCount: number;
}

/** How a table after intake is to be read. */
export function readTakenFormat(path: string): Promise<TakenFormat> {
  return withPreparedCsv(
    path,
    (_, { format: { delimiter }, header, rowCount }) => ({ delimiter, header, rowCount }),
    'names',
  );
}

/** Which rows of a file to keep so that `most` are kept, evenly spread. */
export function evenly(rowCount: number, most: number): (row: number) => boolean {
  if (rowCount <= most) return () => true;
  return (row) => Math.floor((row * most) / rowCount) !== Math.floor(((row - 1) * most) / rowCount);
}
