/** Goes to single rows by their numbers, file by file and group by group, whatever order they are asked for in. */
import { GroupView, groupOf } from './group-view.ts';
import { placeOfId } from './row-id.ts';
import { listScoredBatches, openIfThere } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

export interface VisitedRow {
  readonly id: number;
  /** Its place in the list of numbers. */
  readonly place: number;
  readonly batch: ScoredBatch;
  readonly view: GroupView;
  /** Its place in the columns of the group. */
  readonly row: number;
}

/** Numbers whose row is gone are passed over. Gives the places of those that are rows of `predictions`. */
export async function visitIds(
  store: ScoreStore,
  ids: ArrayLike<number>,
  visit: (row: VisitedRow) => void,
): Promise<number[]> {
  const order = Uint32Array.from({ length: ids.length }, (_, place) => place);
  order.sort((a, b) => ids[a]! - ids[b]!);
  const singles: number[] = [];
  const byBatch = new Map<number, number[]>();
  for (const place of order) {
    const found = placeOfId(ids[place]!);
    if (!found) singles.push(place);
    else if (!byBatch.get(found.batchId)?.push(place)) byBatch.set(found.batchId, [place]);
  }
  const batches = await listScoredBatches(store.db, (query) => {
    void query.whereIn('batches.id', [...byBatch.keys()]);
  });
  for (const batch of batches) await visitBatch(store, batch, { ids, places: byBatch.get(batch.id)! }, visit);
  return singles;
}

async function visitBatch(
  store: ScoreStore,
  batch: ScoredBatch,
  { ids, places }: { readonly ids: ArrayLike<number>; readonly places: readonly number[] },
  visit: (row: VisitedRow) => void,
): Promise<void> {
  const file = await openIfThere(store, batch);
  if (!file) return;
  try {
    let view: GroupView | null = null;
    for (const place of places) {
      const { row } = placeOfId(ids[place]!)!;
      if (row >= file.rowCount) continue;
      if (!view || row >= view.firstRow + view.rowCount) view = new GroupView(file, groupOf(file, row));
      visit({ id: ids[place]!, place, batch, view, row: row - view.firstRow });
    }
  } finally {
    file.close();
  }
}
