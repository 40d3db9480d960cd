/** Writes rows of text as CSV, one after the other, so that a large table is never in memory as a whole. */
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../../../errors.ts';
import { countText } from '../../../format.ts';
import { exactLine } from '../../csv/writer.ts';

/** Of CSV. A small file may hold one long text that a million cells name. */
const maxCsvBytes = 1024 * 1024 * 1024;
const maxCellLength = 1_000_000;

/** Called at intervals while rows are written; throws to stop the work. */
export type Checkpoint = () => Promise<void>;
const rowsBetweenCheckpoints = 500;

/** UTF-8 after RFC 4180, on the disk when it resolves. Formulas stay: it is read back here, not opened in Excel. */
export async function writeCsv(
  path: string,
  rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
  checkpoint: Checkpoint = () => Promise.resolve(),
  maxBytes = maxCsvBytes,
): Promise<void> {
  const target = createWriteStream(path, { mode: 0o600, flush: true });
  await pipeline(Readable.from(blocksOf(checked(rows, checkpoint))), limited(maxBytes), target);
}

const blockLength = 65_536;

/** Many lines at once: one write a row would take most of the time. */
async function* blocksOf(rows: AsyncIterable<readonly string[]>): AsyncGenerator<string> {
  let block = '';
  for await (const row of rows) {
    block += exactLine(row);
    if (block.length < blockLength) continue;
    yield block;
    block = '';
  }
  yield block;
}

async function* checked(
  rows: Iterable<readonly string[]> | AsyncIterable<readonly string[]>,
  checkpoint: Checkpoint,
): AsyncGenerator<readonly string[]> {
  let count = 0;
  for await (const row of rows) {
    if (count++ % rowsBetweenCheckpoints === 0) await checkpoint();
    if (row.some((cell) => cell.length > maxCellLength)) throw tooMuch('A cell holds more than 1 MB.');
    yield row;
  }
}

function limited(maxBytes: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxBytes)
        done(
          tooMuch(
            `Written out, the table would be larger than ${countText(Math.round(maxBytes / 1024 ** 2))} MB.`,
          ),
        );
      else done(null, chunk);
    },
  });
}

function tooMuch(reason: string): AppError {
  return new AppError(
    422,
    'too-much',
    `${reason} Remove columns that do not describe the customer, and upload the file again.`,
  );
}
