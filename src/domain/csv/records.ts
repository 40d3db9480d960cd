/**
 * Records of a CSV file by position: where each begins and ends, then what its cells are.
 *
 * Records are split here for three things that no stream parser offers together: exact byte positions to resume at,
 * refusing one record without affecting its neighbours, and distinguishing a blank record from a missing one. A quote opens
 * a quoted cell only where a cell begins (RFC 4180); anywhere else it is stray and refuses its record. Cells of
 * records with quotes are read by csv-parse; without a quote there is nothing to parse but the delimiter.
 */
import { isUtf8 } from 'node:buffer';
import { parse } from 'csv-parse/sync';

export type Delimiter = ',' | ';' | '\t' | '|';

export interface RecordSpan {
  /** Byte positions in the file; the line end is not part of it. */
  readonly start: number;
  readonly end: number;
  /** Where the next record begins. */
  readonly next: number;
  /** Physical line on which it begins, 1 being the first. */
  readonly line: number;
}

export type RecordReading =
  | { readonly ok: true; readonly cells: readonly string[] }
  | {
      readonly ok: false;
      readonly found: string;
      readonly expected: string;
      /** The cells that could be read nevertheless. */
      readonly cells: readonly string[];
    };

export const maxRecordBytes = 8 * 1024 * 1024;
export const maxCellLength = 1_000_000;

const quote = 0x22;
const space = 0x20;
const tab = 0x09;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** A record that never ends: an unclosed quote, or a cell without bounds. */
export class EndlessRecordError extends Error {
  readonly line: number;
  readonly isQuoteOpen: boolean;

  constructor(line: number, isQuoteOpen: boolean) {
    super(`The record that begins on line ${line} has no end`);
    this.line = line;
    this.isQuoteOpen = isQuoteOpen;
  }
}

export interface RecordSplitter {
  /**
   * Records that end within `bytes`, which hold the file from `offset` on; `isLast` when nothing follows. What
   * is left over at the end is to be given again, with more bytes behind it, from the last record's `next`.
   * @throws EndlessRecordError
   */
  split(bytes: Uint8Array, offset: number, isLast: boolean): RecordSpan[];
}

/** `line` is the physical line at which the first bytes begin. */
export function createRecordSplitter(delimiter: Delimiter, line = 1): RecordSplitter {
  const separator = delimiter.charCodeAt(0);
  let nextLine = line;

  return {
    split: (bytes, offset, isLast) => {
      const spans: RecordSpan[] = [];
      let start = 0;
      while (start < bytes.length) {
        const end = findRecordEnd(bytes, start, separator, isLast);
        if (end < 0 || end === bytes.length) refuseEndless(bytes.length - start, end, isLast, nextLine);
        if (end < 0) break;
        const next = afterLineEnd(bytes, end);
        spans.push({ start: offset + start, end: offset + end, next: offset + next, line: nextLine });
        nextLine += 1 + countLineEnds(bytes, start, end);
        start = next;
      }
      return spans;
    },
  };
}

/** In place of a record's end: it is not within the bytes. */
const unended = -1;
/** The same, and a quotation mark is open at the end of the bytes. */
const quoteOpen = -2;

/**
 * Where the record that begins at `start` ends, its line end excluded; negative: not within these bytes.
 * `isLast`: nothing follows them. `separator`: the delimiter's byte.
 */
export function findRecordEnd(bytes: Uint8Array, start: number, separator: number, isLast: boolean): number {
  let at = start;
  let cellStart = true;
  while (at < bytes.length) {
    const byte = bytes[at]!;
    if (cellStart && byte === quote) {
      at = closingQuote(bytes, at + 1, isLast);
      if (at < 0) return quoteOpen;
      at++;
      cellStart = false;
    } else if (byte === lineFeed || byte === carriageReturn) {
      // A CR at the very end may have its LF in the bytes to come.
      return byte === carriageReturn && at + 1 === bytes.length && !isLast ? unended : at;
    } else {
      cellStart = byte === separator;
      at++;
    }
  }
  return isLast ? bytes.length : unended;
}

/** −1: not within these bytes. */
function closingQuote(bytes: Uint8Array, from: number, isLast: boolean): number {
  for (let at = bytes.indexOf(quote, from); at >= 0; at = bytes.indexOf(quote, at + 2)) {
    // A quote at the very end may be doubled by the bytes to come.
    if (at + 1 === bytes.length && !isLast) return -1;
    if (bytes[at + 1] !== quote) return at;
  }
  return -1;
}

/** Where the next record begins. */
export function afterLineEnd(bytes: Uint8Array, end: number): number {
  if (end === bytes.length) return end;
  return bytes[end] === carriageReturn && bytes[end + 1] === lineFeed ? end + 2 : end + 1;
}

/** Of the bytes from `from` to `to`; CR and LF together are one. */
function countLineEnds(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at];
    if (byte === lineFeed || (byte === carriageReturn && bytes[at + 1] !== lineFeed)) count++;
  }
  return count;
}

/**
 * For a record without a line end within the bytes; `end` is what `findRecordEnd` said of it.
 * @throws EndlessRecordError when a quotation mark is never closed, or the record is too long already
 */
export function refuseEndless(length: number, end: number, isLast: boolean, line: number): void {
  if (isEndless(length, end, isLast)) throw new EndlessRecordError(line, isQuoteOpen(end));
}

export function isEndless(length: number, end: number, isLast: boolean): boolean {
  return (isLast && end < 0) || length > maxRecordBytes;
}

export function isQuoteOpen(end: number): boolean {
  return end === quoteOpen;
}

/** The cells of one record, or what was found and expected if it cannot be read. */
export function readRecord(bytes: Buffer, delimiter: Delimiter, columnCount: number | null): RecordReading {
  if (!isUtf8(bytes))
    return {
      ok: false,
      found: 'bytes that are not valid text',
      expected: 'text in the encoding of the rest of the file',
      cells: [],
    };
  const text = bytes.toString('utf8');
  if (text.includes('\0')) return { ok: false, found: 'a NUL character', expected: 'text', cells: [] };
  const cells = text.includes('"') ? parseQuoted(text, delimiter) : text.split(delimiter);
  if (cells === null)
    return {
      ok: false,
      found: 'a quotation mark in the wrong place',
      expected: 'quotation marks around a whole cell, doubled inside it',
      cells: [text],
    };
  if (cells.some((cell) => cell.length > maxCellLength))
    return {
      ok: false,
      found: 'a cell of more than a million characters',
      expected: 'shorter cells',
      cells: [],
    };
  if (columnCount !== null && cells.length !== columnCount) {
    return {
      ok: false,
      found: `${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`,
      expected: `${columnCount} cells, as in the header`,
      cells,
    };
  }
  return { ok: true, cells };
}

/** Nothing between two line ends: not a row. */
export function isBlankRecord(span: RecordSpan): boolean {
  return span.start === span.end;
}

/** Whether everything up to the line end could be the delimiters, spaces and quotation marks of a blank row. */
export function mayBeBlank(bytes: Uint8Array, start: number, separator: number): boolean {
  for (let at = start; ; at++) {
    const byte = bytes[at];
    if (byte !== separator && byte !== space && byte !== tab && byte !== quote)
      return byte === lineFeed || byte === carriageReturn || at >= bytes.length;
  }
}

/** A row of empty cells, as spreadsheets leave them below a table: skipped, and counted on its own. */
export function isBlankRow(bytes: Buffer, delimiter: Delimiter): boolean {
  const separator = delimiter.charCodeAt(0);
  let hasQuote = false;
  for (const byte of bytes) {
    if (byte === quote) hasQuote = true;
    else if (byte !== separator && byte !== space && byte !== tab) return false;
  }
  if (!hasQuote) return true;
  const reading = readRecord(bytes, delimiter, null);
  return reading.ok && reading.cells.every((cell) => cell.trim() === '');
}

function parseQuoted(text: string, delimiter: Delimiter): string[] | null {
  try {
    // The record's own line ends are inside quotes; the delimiter of records must be something else.
    const records: string[][] = parse(text, { delimiter, relax_column_count: true, record_delimiter: '\0' });
    return records[0] ?? null;
  } catch {
    return null;
  }
}
