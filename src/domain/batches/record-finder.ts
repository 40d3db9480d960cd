/** Where the records of an upload lie: for scores that were stored without their place. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { createRecordSplitter, EndlessRecordError } from '../csv/records.ts';
import type { Delimiter } from '../csv/records.ts';

/** Bytes of a record in the prepared upload, without its line end. */
export interface RecordSpot {
  readonly offset: number;
  readonly length: number;
}

export interface RecordFinder {
  /** The record of a row, as a spreadsheet counts; asked in ascending order. Length 0: it is not there. */
  find(rowNumber: number | null): RecordSpot;
  close(): void;
}

const blockBytes = 1 << 20;
const nowhere: RecordSpot = { offset: 0, length: 0 };

export function createRecordFinder(path: string, delimiter: Delimiter): RecordFinder {
  const spots = recordSpots(path, delimiter);
  let row = 0;
  let spot = nowhere;
  return {
    find: (rowNumber) => {
      while (row < (rowNumber ?? 0)) {
        const next = spots.next();
        spot = next.done ? nowhere : next.value;
        row++;
      }
      return row === rowNumber ? spot : nowhere;
    },
    close: () => {
      spots.return(undefined);
    },
  };
}

/** Every record, blank ones and the header included. */
function* recordSpots(path: string, delimiter: Delimiter): Generator<RecordSpot, undefined> {
  if (!existsSync(path)) return;
  const file = openSync(path, 'r');
  try {
    const splitter = createRecordSplitter(delimiter);
    let held: Buffer = Buffer.alloc(0);
    let offset = 0;
    for (let isLast = false; !isLast;) {
      const block = Buffer.allocUnsafe(blockBytes);
      const length = readSync(file, block, 0, blockBytes, offset + held.length);
      isLast = length === 0;
      held = Buffer.concat([held, block.subarray(0, length)]);
      const spans = splitter.split(held, offset, isLast);
      for (const { start, end } of spans) yield { offset: start, length: end - start };
      const next = spans.at(-1)?.next ?? offset;
      held = held.subarray(next - offset);
      offset = next;
    }
  } catch (error) {
    // Another file lies in its place: what follows cannot be found.
    if (!(error instanceof EndlessRecordError)) throw error;
  } finally {
    closeSync(file);
  }
}
