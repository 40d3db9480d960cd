/** Customers of the file before the last one who are not in the last one. */
import type { BatchSummary } from '../../store/batches.ts';
import { findLastWithMissing } from '../batches/missing-customers.ts';
import type { Look } from './look.ts';

export interface Missing {
  readonly batch: BatchSummary;
  /** The file before. */
  readonly earlierName: string;
  readonly customers: number;
}

/** Undefined: everybody is there, was asked about, or there is one file only. */
export async function readMissing({ db, countMissing }: Look): Promise<Missing | undefined> {
  const last = await findLastWithMissing(db);
  if (last === null) return undefined;
  const customers = await countMissing(last.batch.id);
  return customers === 0 ? undefined : { batch: last.batch, earlierName: last.earlier.name, customers };
}
