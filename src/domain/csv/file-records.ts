/** The records of a prepared CSV file, one after the other, with their places. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { forEachRecord } from './record-walk.ts';
import { maxRecordBytes } from './records.ts';
import type { Delimiter } from './records.ts';

export interface FileRecord {
  /** Of its first byte in the file. */
  readonly offset: number;
  /** Without its line end; valid until the next record is asked for. */
  readonly bytes: Buffer;
}

const blockBytes = 1 << 20;

/** Blank records and the header included; none where there is no file. What has no end within its bounds ends it. */
export function* recordsOf(path: string, delimiter: Delimiter): Generator<FileRecord, undefined> {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r');
  try {
    let held: Buffer = Buffer.alloc(0);
    let offset = 0;
    for (let isLast = false; !isLast && held.length <= maxRecordBytes;) {
      const block = Buffer.allocUnsafe(blockBytes);
      const length = readSync(file, block, 0, blockBytes, offset + held.length);
      isLast = length === 0;
      held = Buffer.concat([held, block.subarray(0, length)]);
      const spans: (readonly [start: number, end: number])[] = [];
      const next = forEachRecord(held, delimiter.charCodeAt(0), isLast, (start, end) => {
        spans.push([start, end]);
      });
      for (const [start, end] of spans) yield { offset: offset + start, bytes: held.subarray(start, end) };
      held = held.subarray(next);
      offset += next;
    }
  } finally {
    closeSync(file);
  }
}
