/** Counting the records of a block of bytes: by native searches for line ends where no cell has quotation marks. */
import { afterLineEnd, findRecordEnd, refuseEndless } from './records.ts';
import type { Delimiter } from './records.ts';

export interface RecordCount {
  /** Where the last record that ends within the bytes ends, its line end included; 0: none does. */
  readonly end: number;
  /** Records up to there, blank ones included. */
  readonly recordCount: number;
}

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Counts the records that end within `bytes`, which begin with a record; `isLast`: nothing follows them.
 * @throws EndlessRecordError when the first record that does not end is too long, or opens a quotation mark for good
 */
export function countRecords(bytes: Buffer, delimiter: Delimiter, isLast: boolean): RecordCount {
  const found = bytes.includes(quote)
    ? countQuoted(bytes, delimiter.charCodeAt(0), isLast)
    : countLines(bytes, isLast);
  const rest = bytes.length - found.end;
  if (rest > 0)
    refuseEndless(rest, findRecordEnd(bytes, found.end, delimiter.charCodeAt(0), isLast), isLast, 1);
  return found;
}

function countQuoted(bytes: Buffer, separator: number, isLast: boolean): RecordCount {
  let recordCount = 0;
  let start = 0;
  while (start < bytes.length) {
    const end = findRecordEnd(bytes, start, separator, isLast);
    if (end < 0) break;
    recordCount++;
    start = afterLineEnd(bytes, end);
  }
  return { end: start, recordCount };
}

function countLines(bytes: Buffer, isLast: boolean): RecordCount {
  // A CR at the very end may have its LF in the bytes to come.
  const isOpen = !isLast && bytes.at(-1) === carriageReturn;
  const known = isOpen ? bytes.subarray(0, -1) : bytes;
  const end = 1 + Math.max(known.lastIndexOf(lineFeed), known.lastIndexOf(carriageReturn));
  const ended = countByte(known, lineFeed) + countLoneReturns(known);
  if (isLast && end < bytes.length) return { end: bytes.length, recordCount: ended + 1 };
  return { end, recordCount: ended };
}

function countByte(bytes: Buffer, byte: number): number {
  let count = 0;
  for (let at = bytes.indexOf(byte); at >= 0; at = bytes.indexOf(byte, at + 1)) count++;
  return count;
}

/** Those that no LF follows. */
function countLoneReturns(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(carriageReturn); at >= 0; at = bytes.indexOf(carriageReturn, at + 1))
    if (bytes[at + 1] !== lineFeed) count++;
  return count;
}
