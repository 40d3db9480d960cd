/** The columns that figures by column are computed from. */
import type { PredictionFilter } from '../prediction-filters.ts';
import type { InputColumn } from './group.ts';
import type { ScoreStore } from './store.ts';

/** Some of the matching scores, all of one model. */
export interface FigureGroup {
  /** The places, in every column, of the rows that match, ascending. Other rows do not count. */
  readonly rows: Uint32Array;
  readonly probability: Float64Array;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  /** The levels of the feature that the codes of `input` mean; undefined: the model has no such feature. */
  levelsOf(feature: string): readonly string[] | undefined;
  /** Read when asked for; undefined: the model has no such feature. */
  input(feature: string): InputColumn | undefined;
}

/** All matching scores, group by group: memory does not grow with their number. */
export function visitFigureColumns(
  _store: ScoreStore,
  _filter: PredictionFilter,
  _visit: (group: FigureGroup) => void,
): Promise<void> {
  throw new Error('not yet');
}
