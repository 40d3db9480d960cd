/** Counts of the latest scores of customers in files, whichever file they are in. */
import type { BatchCounts } from '../../store/batch-count-documents.ts';
import type { ModelRecord } from '../../store/models.ts';
import { noFilter } from '../../store/prediction-filters.ts';
import { visitMatches } from '../../store/score-files/scan.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { openTallyOf } from './stored-file.ts';
import type { Folders } from './stored-file.ts';

/** Of the organisation's own customers, as far as this model scored them. Null: nothing says what it learned from. */
export async function countLatestScores(
  store: ScoreStore,
  folders: Folders,
  model: ModelRecord,
): Promise<BatchCounts | null> {
  const tally = await openTallyOf(store, folders, model);
  if (tally === null) return null;
  const population = { modelIds: [model.id], includesSample: false };
  await visitMatches(store, { ...noFilter, population }, ({ view, rows }) => {
    tally.addRows(view, rows);
  });
  return tally.counts();
}
