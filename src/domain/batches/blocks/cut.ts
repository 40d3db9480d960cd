/** Cuts a prepared upload into blocks of whole records, and counts them: the rows of each block have their numbers from it. */
import { closeSync, openSync, readSync } from 'node:fs';
import { fileStart } from '../../csv/reader.ts';
import type { CsvPosition } from '../../csv/reader.ts';
import { forEachRecord } from '../../csv/record-walk.ts';
import { afterLineEnd, findRecordEnd, refuseEndless } from '../../csv/records.ts';
import type { Delimiter } from '../../csv/records.ts';
import { SpareMemory } from '../../../spare-memory.ts';
import type { RawBlock } from './typed-block.ts';

/** Large enough that passing a block on costs nothing beside reading it, small enough for several of them in memory. */
const mostBytes = 2 << 20;
const fewestBytes = 1 << 17;
const headBytes = 1 << 16;

/**
 * A block at most as large as what comes before it, so that a short file is shared between threads and shows progress as well.
 * The size depends on the place alone: the blocks of a resumed run are those of an uninterrupted one.
 */
const growing = (offset: number): number => Math.min(mostBytes, Math.max(fewestBytes, offset));

interface BlockMemory {
  /** Bytes of a block; without it they grow. */
  readonly size?: number | undefined;
  /** For the bytes of blocks. */
  readonly spare?: SpareMemory;
}

/**
 * The blocks of a file from a position on, which is where an earlier block ended; from its start, the rows after the
 * header. Each has memory of its own, so that it can be transferred to a thread.
 * @throws EndlessRecordError
 */
export function* readBlocks(
  path: string,
  delimiter: Delimiter,
  from: CsvPosition = fileStart,
  { size, spare = new SpareMemory() }: BlockMemory = {},
): Generator<RawBlock> {
  const file = openSync(path, 'r');
  try {
    let { offset, records } = from.offset === 0 ? afterHeader(file, delimiter) : from;
    for (;;) {
      const block = readBlock(file, delimiter, { offset, records }, size ?? growing(offset), spare);
      if (block === null) return;
      offset += block.bytes.length;
      records += block.recordCount;
      // Nothing is asked of it afterwards: its bytes may be with another thread by then.
      yield block;
    }
  } finally {
    closeSync(file);
  }
}

/** The header is the first record that is not blank. */
function afterHeader(file: number, delimiter: Delimiter): CsvPosition {
  for (let wanted = headBytes; ; wanted *= 2) {
    const buffer = Buffer.allocUnsafeSlow(wanted);
    const length = readFully(file, buffer, 0);
    const position = headerEnd(buffer.subarray(0, length), delimiter, length < wanted);
    if (position !== null) return position;
  }
}

/** Null: the header does not end within `bytes`. */
function headerEnd(bytes: Buffer, delimiter: Delimiter, isLast: boolean): CsvPosition | null {
  let records = 0;
  for (let offset = 0; offset < bytes.length;) {
    const end = findRecordEnd(bytes, offset, delimiter.charCodeAt(0), isLast);
    if (end < 0) {
      refuseEndless(bytes.length - offset, end, isLast, 1);
      return null;
    }
    records++;
    const isBlank = end === offset;
    offset = afterLineEnd(bytes, end);
    if (!isBlank) return { offset, records };
  }
  return isLast ? { offset: bytes.length, records } : null;
}

/** Null: the file ends there. */
function readBlock(
  file: number,
  delimiter: Delimiter,
  { offset, records }: CsvPosition,
  size: number,
  spare: SpareMemory,
): RawBlock | null {
  for (let wanted = size; ; wanted *= 2) {
    const buffer = spare.take(wanted).subarray(0, wanted);
    const length = readFully(file, buffer, offset);
    if (length === 0) return null;
    const bytes = buffer.subarray(0, length);
    const isLast = length < wanted;
    let recordCount = 0;
    const end = forEachRecord(bytes, delimiter.charCodeAt(0), isLast, () => recordCount++);
    if (end < length) refuseUnended(bytes.subarray(end), delimiter, isLast);
    // A record that is longer than a block is read again with more room.
    if (end > 0) return { bytes: bytes.subarray(0, end), offset, records, recordCount, columns: null };
  }
}

/** @throws EndlessRecordError when the rest of a block can be no record, whatever follows it */
function refuseUnended(rest: Buffer, delimiter: Delimiter, isLast: boolean): void {
  refuseEndless(rest.length, findRecordEnd(rest, 0, delimiter.charCodeAt(0), isLast), isLast, 1);
}

/** As many bytes from `offset` on as there are, at most those of the buffer. */
export function readFully(file: number, buffer: Buffer, offset: number): number {
  let length = 0;
  while (length < buffer.length) {
    const more = readSync(file, buffer, length, buffer.length - length, offset + length);
    if (more === 0) break;
    length += more;
  }
  return length;
}
