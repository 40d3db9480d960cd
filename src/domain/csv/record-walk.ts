/** Visiting the records of a block of bytes: by native searches for line ends, except where a cell has quotation marks. */
import { afterLineEnd, findRecordEnd } from './records.ts';

const quote = 0x22;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/**
 * Visits the records that end within `bytes`, which begin with one; `isLast`: nothing follows them. Returns where the
 * last of them ends, its line end included.
 * @param separator the delimiter's byte
 * @param visit gets a record's place in the bytes, its line end excluded
 */
export function forEachRecord(
  bytes: Buffer,
  separator: number,
  isLast: boolean,
  visit: (start: number, end: number) => void,
): number {
  const hasLoneReturn = findLoneReturn(bytes, isLast) >= 0;
  let start = 0;
  let nextQuote = -1;
  while (start < bytes.length) {
    if (nextQuote < start) nextQuote = placeOrEnd(bytes, quote, start);
    const end = hasLoneReturn ? -1 : lineEnd(bytes, start);
    const found = end >= 0 && end < nextQuote ? end : findRecordEnd(bytes, start, separator, isLast);
    if (found < 0) break;
    visit(start, found);
    start = afterLineEnd(bytes, found);
  }
  return start;
}

/** Where the line ends; −1: no LF follows. */
function lineEnd(bytes: Buffer, start: number): number {
  const end = bytes.indexOf(lineFeed, start);
  return end > start && bytes[end - 1] === carriageReturn ? end - 1 : end;
}

function placeOrEnd(bytes: Buffer, byte: number, from: number): number {
  const place = bytes.indexOf(byte, from);
  return place < 0 ? bytes.length : place;
}

/** A CR that no LF follows; at the very end one may be to come. −1: there is none. */
function findLoneReturn(bytes: Buffer, isLast: boolean): number {
  let at = bytes.indexOf(carriageReturn);
  while (at >= 0) {
    const mayBePair = at + 1 === bytes.length && !isLast;
    if (bytes[at + 1] !== lineFeed && !mayBePair) return at;
    at = bytes.indexOf(carriageReturn, at + 1);
  }
  return -1;
}
