/** The files that were scored since a person's last visit. */
import { listBatches } from '../../store/batches.ts';
import type { BatchSummary } from '../../store/batches.ts';
import type { Look } from './look.ts';

export interface ScoredFiles {
  /** Newest first, at most `mostFiles`; on a first visit only the newest. */
  readonly files: readonly BatchSummary[];
  /** How many customers they have, those in several files counted in each. */
  readonly customers: number;
}

const mostFiles = 100;

export async function readScoredFiles({ db, since, includesSample }: Look): Promise<ScoredFiles> {
  const scored = (await listBatches(db, mostFiles)).filter(
    ({ state, isSample }) => state === 'done' && isSample === includesSample,
  );
  const files = since === null ? scored.slice(0, 1) : scored.filter(({ finishedAt }) => finishedAt! > since);
  return { files, customers: files.reduce((sum, { scoredCount }) => sum + scoredCount, 0) };
}
