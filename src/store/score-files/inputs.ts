/** The inputs of single scores, and where their records lie. */
import type { CellValue } from '../../ml/data/values.ts';
import { cellOf } from './cells.ts';
import type { GroupView } from './group-view.ts';
import { recordsAt, visitIds } from './visit-ids.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/** Feature → value as read, before any policy; dates as `2026-11-20`. */
export type InputValues = Readonly<Record<string, CellValue>>;

/** In the order of `ids`; undefined for those that are gone. For a few rows: one object each. */
export async function getInputs(
  store: ScoreStore,
  ids: ArrayLike<number>,
): Promise<(InputValues | undefined)[]> {
  const inputs = new Array<InputValues | undefined>(ids.length).fill(undefined);
  const singles = await visitIds(store, ids, ({ view, row, place }) => {
    inputs[place] = inputsOf(view, row);
  });
  for (const [place, record] of await recordsAt(store, ids, singles)) inputs[place] = record.inputs;
  return inputs;
}

export function inputsOf(view: GroupView, row: number): InputValues {
  return Object.fromEntries(
    view.header.features.map((feature, place) => [feature.name, cellOf(feature, view.input(place), row)]),
  );
}

export interface RecordPlace {
  readonly batch: ScoredBatch;
  /** Bytes in the prepared upload, without the line end. */
  readonly offset: number;
  readonly length: number;
  readonly rowNumber: number;
}

/** undefined: it is gone, or a row of `predictions`. */
export async function placeOf(store: ScoreStore, id: number): Promise<RecordPlace | undefined> {
  let found: RecordPlace | undefined;
  await visitIds(store, [id], ({ batch, view, row }) => {
    found = {
      batch,
      offset: view.column('offsets')[row]!,
      length: view.column('lengths')[row]!,
      rowNumber: view.column('rowNumbers')[row]!,
    };
  });
  return found;
}
