/** The inputs of single scores, and where their records lie. */
import type { CellValue } from '../../ml/data/values.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/** Feature → value as read, before any policy; dates as `2026-11-20`. */
export type InputValues = Readonly<Record<string, CellValue>>;

/** In the order of `ids`; undefined for those that are gone. For a few rows: one object each. */
export function getInputs(_store: ScoreStore, _ids: ArrayLike<number>): Promise<(InputValues | undefined)[]> {
  throw new Error('not yet');
}

export interface RecordPlace {
  readonly batch: ScoredBatch;
  /** Bytes in the prepared upload, without the line end. */
  readonly offset: number;
  readonly length: number;
  readonly rowNumber: number;
}

/** undefined: it is gone, or a row of `predictions`. */
export function placeOf(_store: ScoreStore, _id: number): Promise<RecordPlace | undefined> {
  throw new Error('not yet');
}
