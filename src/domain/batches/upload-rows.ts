/** Single rows of an upload, read where the score file says that they stand. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { BatchRecord } from '../../store/batches.ts';
import { readRecord } from '../csv/records.ts';
import { mappingOf } from './mapping.ts';
import { customerIdOf, toCustomer } from './rows.ts';
import type { BatchCustomer } from './rows.ts';

/** Where a row stands in the prepared upload, in bytes, without its line end. */
export interface RowPlace {
  readonly offset: number;
  readonly length: number;
  /** Whose row it is: the upload may have been changed since. */
  readonly customerId: string | null;
}

export interface UploadRows {
  /** Null: the row is not there any more. */
  readonly read: (place: RowPlace) => BatchCustomer | null;
  readonly close: () => void;
}

/** Null where the upload is gone. */
export function openUploadRows(uploadsDir: string, batch: BatchRecord): UploadRows | null {
  const file = openOrNull(join(uploadsDir, batch.file));
  if (file === null) return null;
  const mapping = mappingOf(batch);
  return {
    read: ({ offset, length, customerId }) => {
      const bytes = Buffer.alloc(length);
      if (readSync(file, bytes, 0, length, offset) < length) return null;
      const reading = readRecord(bytes, batch.format.delimiter, batch.header.length);
      if (!reading.ok || customerIdOf(reading.cells, mapping) !== customerId) return null;
      return toCustomer(reading.cells, mapping);
    },
    close: () => {
      closeSync(file);
    },
  };
}

function openOrNull(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
