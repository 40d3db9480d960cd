/** CSV responses: UTF-8 with BOM for spreadsheets, formulas escaped. */
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { Response } from 'express';
import { byteOrderMark, safeLine } from '../domain/csv/writer.ts';
import type { CsvCell } from '../domain/csv/writer.ts';

/** Streams the rows, in memory that does not grow with their number. */
export async function sendCsv(
  res: Response,
  fileName: string,
  header: readonly string[],
  rows: Iterable<readonly CsvCell[]> | AsyncIterable<readonly CsvCell[]>,
): Promise<void> {
  await sendCsvParts(res, fileName, linesOf(header, rows));
}

async function* linesOf(
  header: readonly string[],
  rows: Iterable<readonly CsvCell[]> | AsyncIterable<readonly CsvCell[]>,
): AsyncGenerator<string> {
  yield byteOrderMark + safeLine(header);
  for await (const row of rows) yield safeLine(row);
}

/** Streams CSV text part by part, as fast as the client reads it. */
export async function sendCsvParts(
  res: Response,
  fileName: string,
  parts: AsyncIterable<string | Uint8Array>,
): Promise<void> {
  await pipeline(Readable.from(parts), asCsv(res, fileName));
}

/** Sends a text that is there as a whole. */
export function sendCsvText(res: Response, fileName: string, text: string): void {
  asCsv(res, fileName).send(text);
}

function asCsv(res: Response, fileName: string): Response {
  return res.attachment(fileName).type('text/csv');
}
