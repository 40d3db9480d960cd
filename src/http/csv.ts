/** CSV answers: UTF-8 with BOM for spreadsheets, no cell that a spreadsheet would run. */
import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';

export type CsvCell = string | number | null;

/**
 * Streams the rows, in memory that does not grow with their number. The answer begins with the first row: what
 * fails before it can still be said in words.
 */
export async function sendCsv(
  res: Response,
  fileName: string,
  header: readonly string[],
  rows: Iterable<readonly CsvCell[]> | AsyncIterable<readonly CsvCell[]>,
): Promise<void> {
  const source = Readable.from(rows);
  await once(source, 'readable');
  res.set('Cache-Control', 'no-store').attachment(fileName).type('text/csv');
  const format = stringify({ bom: true, escape_formulas: true, header: true, columns: [...header] });
  await pipeline(source, format, res);
}
