/** Where the records of an upload lie: for scores that were stored without their place. */
import { recordsOf } from '../csv/file-records.ts';
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

const nowhere: RecordSpot = { offset: 0, length: 0 };

export function createRecordFinder(path: string, delimiter: Delimiter): RecordFinder {
  const records = recordsOf(path, delimiter);
  let row = 0;
  let spot = nowhere;
  return {
    find: (rowNumber) => {
      while (row < (rowNumber ?? 0)) {
        const next = records.next();
        spot = next.done ? nowhere : { offset: next.value.offset, length: next.value.bytes.length };
        row++;
      }
      return row === rowNumber ? spot : nowhere;
    },
    close: () => {
      records.return(undefined);
    },
  };
}
