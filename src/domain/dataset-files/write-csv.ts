/** Writes rows of text as CSV, one after the other, so that a big table never is in memory whole. */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';

/** Cells that might be taken for several, or for several lines, whoever reads them. */
const quoted = /[;\t|\r]/;

/** UTF-8 after RFC 4180, on the disk when it resolves. Formulas stay: it is for reading, not for Excel. */
export async function writeCsv(
  path: string,
  rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
): Promise<void> {
  const target = createWriteStream(path, { mode: 0o600, flush: true });
  await pipeline(Readable.from(rows), stringify({ quoted_match: quoted }), target);
}
