/** CSV answers: UTF-8 with BOM for spreadsheets, no cell that a spreadsheet would run. */
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';

type CsvCell = string | number | null;

/** Streams the rows, in memory that does not grow with their number. */
export async function sendCsv(
  res: Response,
  fileName: string,
  header: readonly string[],
  rows: Iterable<readonly CsvCell[]> | AsyncIterable<readonly CsvCell[]>,
): Promise<void> {
  const format = stringify({ bom: true, escape_formulas: true, header: true, columns: [...header] });
  await pipeline(Readable.from(rows), format, asCsv(res, fileName));
}

/** Streams text that is CSV already, part by part as fast as it is taken. */
export async function sendCsvText(
  res: Response,
  fileName: string,
  parts: AsyncIterable<string>,
): Promise<void> {
  await pipeline(Readable.from(parts), asCsv(res, fileName));
}

function asCsv(res: Response, fileName: string): Response {
  return res.set('Cache-Control', 'no-store').attachment(fileName).type('text/csv');
}
