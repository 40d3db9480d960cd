/** Which two files the movement between scorings is shown for. */
import type { Db } from '../../db.ts';
import { listBatches } from '../../store/batches.ts';
import type { BatchSummary } from '../../store/batches.ts';
import type { ScoredBatch } from '../../store/score-files/store.ts';
import { listEarlierBatches } from '../batches/missing-customers.ts';

export interface ComparedFiles {
  /** Files that were scored to their end, the newest first. */
  readonly files: readonly BatchSummary[];
  /** Null: no file was chosen, and none has an earlier one. */
  readonly later: BatchSummary | null;
  /** Files that it can be compared with, the last first. */
  readonly candidates: readonly ScoredBatch[];
  /** Null: there is none. */
  readonly earlier: ScoredBatch | null;
}

const mostFiles = 50;

/** null: not chosen; then they are the newest file that has an earlier one, and the file before it. */
export async function findComparedFiles(
  db: Db,
  chosen: { readonly batch: number | null; readonly compared: number | null },
): Promise<ComparedFiles> {
  const files = await listWholeFiles(db);
  for (const later of files.filter(({ id }) => chosen.batch === null || id === chosen.batch)) {
    const candidates = await listEarlierBatches(db, later);
    const earlier = candidates.find(({ id }) => id === chosen.compared) ?? candidates[0] ?? null;
    if (earlier !== null || chosen.batch !== null) return { files, later, candidates, earlier };
  }
  return { files, later: null, candidates: [], earlier: null };
}

/** Files that were scored to their end, corrections of others left out; the newest first. */
export async function listWholeFiles(db: Db): Promise<BatchSummary[]> {
  return (await listBatches(db, mostFiles)).filter(isWhole);
}

function isWhole({ state, scoresAt, correctsBatchId }: BatchSummary): boolean {
  return state === 'done' && scoresAt !== null && correctsBatchId === null;
}
