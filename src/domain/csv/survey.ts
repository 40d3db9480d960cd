/** One look at all bytes of a file: its hash, its encoding, and how many rows it has. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createTextTest } from './encoding.ts';
import type { Encoding } from './encoding.ts';
import {
  EndlessRecordError,
  findRecordEnd,
  isBlankRow,
  isEndless,
  isQuoteOpen,
  maxRecordBytes,
  mayBeBlank,
} from './records.ts';
import type { Delimiter } from './records.ts';
import { forEachRecord } from './record-walk.ts';

export interface RowCount {
  /** Records without the header and without blank lines and rows. */
  readonly rowCount: number;
  /** Rows whose cells are all empty; lines without anything are not counted at all. */
  readonly blankCount: number;
}

export interface Survey {
  /** Of all bytes, hexadecimal. */
  readonly sha256: string;
  readonly byteSize: number;
  /** Of the bytes, unless the first of them say something else. */
  readonly encoding: Encoding;
  /** Of the bytes as they are, or why there are none. */
  readonly rows: RowCount | EndlessRecordError;
}

/** More than this is in memory only for a record that is longer. */
const blockBytes = 1 << 20;

/** `skipped`: bytes at the beginning that are no text. */
export async function surveyCsv(path: string, delimiter: Delimiter, skipped: number): Promise<Survey> {
  const hash = createHash('sha256');
  const text = createTextTest();
  const counter = createRowCounter(delimiter);
  let byteSize = 0;
  await readBlocks(path, skipped, {
    read: (bytes) => {
      hash.update(bytes);
      byteSize += bytes.length;
    },
    take: (bytes, isLast) => {
      const taken = counter.take(bytes, isLast);
      // Characters are whole between line ends.
      text.add(bytes.subarray(0, taken));
      return taken;
    },
  });
  const rows = await resultOf(path, counter, skipped);
  return { sha256: hash.digest('hex'), byteSize, encoding: text.encoding(), rows };
}

/** @throws EndlessRecordError */
export async function countRows(path: string, delimiter: Delimiter): Promise<RowCount> {
  const counter = createRowCounter(delimiter);
  await readBlocks(path, 0, { read: () => undefined, take: counter.take });
  const rows = await resultOf(path, counter, 0);
  if (rows instanceof EndlessRecordError) throw rows;
  return rows;
}

interface BlockTaker {
  /** Bytes as they come from the disk, each once. */
  read: (bytes: Buffer) => void;
  /** Bytes that were not taken yet; returns how many are. */
  take: (bytes: Buffer, isLast: boolean) => number;
}

/** The first `skipped` bytes are read, but not given to be taken. */
async function readBlocks(path: string, skipped: number, { read, take }: BlockTaker): Promise<void> {
  const handle = await open(path, 'r');
  try {
    let buffer = Buffer.allocUnsafeSlow(blockBytes);
    let held = 0;
    for (let position = 0; ;) {
      if (held === buffer.length) buffer = Buffer.concat([buffer], 2 * buffer.length);
      const { bytesRead } = await handle.read(buffer, held, buffer.length - held, position);
      read(buffer.subarray(held, held + bytesRead));
      const from = position === 0 ? Math.min(skipped, bytesRead) : 0;
      const length = held + bytesRead;
      const taken = from + take(buffer.subarray(from, length), bytesRead === 0);
      if (bytesRead === 0) return;
      buffer.copyWithin(0, taken, length);
      held = length - taken;
      position += bytesRead;
    }
  } finally {
    await handle.close();
  }
}

interface RowCounter extends RowCount {
  take: BlockTaker['take'];
  /** Bytes before the record that has no end, or is too long; null: there is none. */
  endless: { readonly offset: number; readonly isQuoteOpen: boolean } | null;
}

/** From such a record on it takes everything and counts nothing. */
function createRowCounter(delimiter: Delimiter): RowCounter {
  const separator = delimiter.charCodeAt(0);
  let records = 0;
  let offset = 0;
  const counter = {
    get rowCount() {
      return Math.max(0, records - 1);
    },
    blankCount: 0,
    endless: null as RowCounter['endless'],
    take: (bytes: Buffer, isLast: boolean): number => {
      if (counter.endless) return bytes.length;
      const end = forEachRecord(bytes, separator, isLast, (start, to) => {
        if (start === to) return;
        if (to - start > maxRecordBytes) counter.endless ??= { offset: offset + start, isQuoteOpen: false };
        // The first record is the header, whatever it holds.
        const isBlank =
          records > 0 &&
          mayBeBlank(bytes, start, separator) &&
          isBlankRow(bytes.subarray(start, to), delimiter);
        if (isBlank) counter.blankCount++;
        else records++;
      });
      offset += end;
      if (end < bytes.length)
        counter.endless ??= endlessRecord(bytes.subarray(end), separator, isLast, offset);
      return counter.endless ? bytes.length : end;
    },
  };
  return counter;
}

/** `rest` begins with a record that does not end in it. */
function endlessRecord(
  rest: Buffer,
  separator: number,
  isLast: boolean,
  offset: number,
): RowCounter['endless'] {
  const end = findRecordEnd(rest, 0, separator, isLast);
  return isEndless(rest.length, end, isLast) ? { offset, isQuoteOpen: isQuoteOpen(end) } : null;
}

async function resultOf(
  path: string,
  { rowCount, blankCount, endless }: RowCounter,
  skipped: number,
): Promise<RowCount | EndlessRecordError> {
  if (endless === null) return { rowCount, blankCount };
  const line = 1 + (await countLines(path, skipped + endless.offset));
  return new EndlessRecordError(line, endless.isQuoteOpen);
}

/** Line ends in the first `length` bytes of a file. */
async function countLines(path: string, length: number): Promise<number> {
  let count = 0;
  let before = 0;
  if (length === 0) return 0;
  for await (const bytes of createReadStream(path, { end: length - 1 }) as AsyncIterable<Buffer>)
    for (const byte of bytes) {
      if (byte === 0x0d || (byte === 0x0a && before !== 0x0d)) count++;
      before = byte;
    }
  return count;
}
