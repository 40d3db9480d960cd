/** Writes rows of text as CSV, one after the other, so that a big table never is in memory whole. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';

export async function writeCsv(
  path: string,
  rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
): Promise<void> {
  await pipeline(Readable.from(rows), stringify(), createWriteStream(path, { mode: 0o600 }));
}
