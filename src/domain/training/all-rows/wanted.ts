/** The columns that are wanted of a file. */
import type { FeatureType } from '../../../ml/data/schema.ts';

/** What a column is read as. */
export interface ColumnSource {
  readonly name: string;
  readonly type: FeatureType;
  /** Levels that are known, as LevelsInReading takes them. */
  readonly levels: readonly string[];
}

export interface WantedColumn extends ColumnSource {
  /** In the header. */
  readonly place: number;
}
