/** How customers moved between the risk levels of the last two files. */
import type { BatchSummary } from '../../store/batches.ts';
import type { Movement } from '../../store/score-files/movement.ts';
import type { ScoredBatch } from '../../store/score-files/store.ts';
import { findComparedFiles } from '../analytics/compared-files.ts';
import type { Look } from './look.ts';

export interface MovedCustomers {
  readonly later: BatchSummary;
  readonly earlier: ScoredBatch;
  readonly movement: Movement;
}

/** Undefined: there are no two files to compare. */
export async function readMovedCustomers({ db, readMovement }: Look): Promise<MovedCustomers | undefined> {
  const { later, earlier } = await findComparedFiles(db, { batch: null, compared: null });
  const movement = later && earlier && (await readMovement(later.id, earlier.id));
  return movement ? { later, earlier, movement } : undefined;
}
