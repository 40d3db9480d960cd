/** Goes to single rows by their numbers, file by file and group by group, whatever order they are asked for in. */
import { getPredictions } from '../prediction-records.ts';
import type { PredictionRecord } from '../prediction-records.ts';
import type { Part } from './chunks.ts';
import { GroupView, groupOf } from './group-view.ts';
import type { ScoreFile } from './reader.ts';
import { placeOfId } from './row-id.ts';
import { listScoredBatches, openIfThere } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

export interface VisitedRow {
  readonly id: number;
  /** Its place in the list of numbers. */
  readonly place: number;
  readonly batch: ScoredBatch;
  readonly view: GroupView;
  /** Its place in the columns of the view. */
  readonly row: number;
}

/** Numbers whose row is gone are passed over. The columns are gone after a visit. Gives the places of those that are rows of `predictions`. */
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

/** The rows of `predictions` at these places of a list of numbers, by place; those that are gone are left out. */
export async function recordsAt(
  { db }: ScoreStore,
  ids: ArrayLike<number>,
  places: readonly number[],
): Promise<Map<number, PredictionRecord>> {
  const records = await getPredictions(
    db,
    places.map((place) => ids[place]!),
  );
  const byId = new Map(records.map((record) => [record.id, record]));
  const found = new Map<number, PredictionRecord>();
  for (const place of places) {
    const record = byId.get(ids[place]!);
    if (record) found.set(place, record);
  }
  return found;
}

/** Rows with more than this between them are read one by one: columns are checked in pieces of about as many. */
const mostBetween = 2048;

/** Wanted rows that are read together. */
interface Run {
  readonly group: number;
  /** Of the rows of the group. */
  readonly part: Part;
  /** Which of the wanted rows they are. */
  readonly first: number;
  readonly end: number;
}

/** `rows`: ascending; those behind the end of the file are left out. */
function* runsOf(file: ScoreFile, rows: Uint32Array): Generator<Run> {
  for (let first = 0, end = 0; first < rows.length && rows[first]! < file.rowCount; first = end) {
    const group = groupOf(file, rows[first]!);
    const { firstRow, rowCount } = file.groups[group]!;
    while (end < rows.length && rows[end]! < firstRow + rowCount && isNear(rows, end, first)) end++;
    yield {
      group,
      part: { from: rows[first]! - firstRow, until: rows[end - 1]! + 1 - firstRow },
      first,
      end,
    };
  }
}

function isNear(rows: Uint32Array, place: number, first: number): boolean {
  return place === first || rows[place]! - rows[place - 1]! <= mostBetween;
}

function rowsOf(ids: ArrayLike<number>, places: readonly number[]): Uint32Array {
  return Uint32Array.from(places, (place) => placeOfId(ids[place]!)!.row);
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
    for (const run of runsOf(file, rowsOf(ids, places))) {
      const view = new GroupView(file, run.group, run.part);
      for (const place of places.slice(run.first, run.end))
        visit({ id: ids[place]!, place, batch, view, row: placeOfId(ids[place]!)!.row - view.firstRow });
      view.release();
    }
  } finally {
    file.close();
  }
}
