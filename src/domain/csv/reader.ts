/** Reads a prepared CSV file in chunks of rows, from any checkpoint, holding one chunk at a time. */
import { closeSync, openSync, readSync } from 'node:fs';
import { createRecordSplitter, isBlankRecord, isBlankRow, readRecord } from './records.ts';
import type { Delimiter, RecordReading } from './records.ts';

export interface CsvPosition {
  /** Byte offset of the next record. */
  readonly offset: number;
  /** Records read before it, the header and blank lines included: the next one's row in a spreadsheet, minus one. */
  readonly records: number;
}

export interface CsvRow {
  /** As a spreadsheet counts: the header of a tidy file is row 1. */
  readonly rowNumber: number;
  readonly reading: RecordReading;
}

export interface CsvChunk {
  readonly rows: readonly CsvRow[];
  readonly after: CsvPosition;
}

interface CsvShape {
  readonly delimiter: Delimiter;
  readonly columnCount: number;
}

const blockBytes = 1 << 20;

export const fileStart: CsvPosition = { offset: 0, records: 0 };

/** Rows after the header except blank ones, `rowsPerChunk` at a time. `from`: where an earlier run ended; the header is skipped otherwise. */
export function* readCsvChunks(
  path: string,
  { delimiter, columnCount }: CsvShape,
  rowsPerChunk: number,
  from: CsvPosition = fileStart,
): Generator<CsvChunk> {
  let rows: CsvRow[] = [];
  let { records } = from;
  let headerPending = from.offset === 0;
  let after = from;
  for (const { bytes, next, isBlank } of readRecords(path, delimiter, from.offset)) {
    records++;
    after = { offset: next, records };
    if (isBlank) continue;
    if (headerPending) {
      headerPending = false;
      continue;
    }
    if (isBlankRow(bytes, delimiter)) continue;
    rows.push({ rowNumber: records, reading: readRecord(bytes, delimiter, columnCount) });
    if (rows.length === rowsPerChunk) {
      yield { rows, after };
      rows = [];
    }
  }
  if (rows.length > 0) yield { rows, after };
}

function* readRecords(path: string, delimiter: Delimiter, from: number) {
  const file = openSync(path, 'r');
  try {
    const splitter = createRecordSplitter(delimiter);
    let held: Buffer = Buffer.alloc(0);
    let offset = from;
    for (let isLast = false; !isLast;) {
      const block = Buffer.allocUnsafe(blockBytes);
      const length = readSync(file, block, 0, blockBytes, offset + held.length);
      isLast = length === 0;
      held = held.length === 0 ? block.subarray(0, length) : Buffer.concat([held, block.subarray(0, length)]);
      const spans = splitter.split(held, offset, isLast);
      for (const span of spans) {
        yield {
          bytes: held.subarray(span.start - offset, span.end - offset),
          next: span.next,
          isBlank: isBlankRecord(span),
        };
      }
      const next = spans.at(-1)?.next ?? offset;
      held = held.subarray(next - offset);
      offset = next;
    }
  } finally {
    closeSync(file);
  }
}
