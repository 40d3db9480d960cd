/** The scores of a batch as columns: what a block of the upload gives, and what its score file holds. */
import type { FeatureType } from '../../ml/data/schema.ts';

/** UTF-8; text i is `bytes[ends[i - 1] ?? 0 .. ends[i]]`. */
export interface TextColumn {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

export type InputColumn =
  /** NaN: not known. Dates are days since 1970-01-01. */
  | { readonly kind: 'number'; readonly values: Float64Array }
  /** MISSING (-1); 0 … levels - 1; `levels.length + k`: `others[k]`, a text that is no level of the model. */
  | { readonly kind: 'level'; readonly codes: Int32Array; readonly others: readonly string[] };

/** The code of a level that is not known: MISSING, as the tables of models have it. */
export const missingLevel = -1;
/** Reasons kept of each row. */
export const reasonsPerRow = 3;
/** In `reasonFeatures`: there is no further reason. */
export const noReason = 0xffff;

/** Scored rows only, in the order of the upload. Every array has an entry a row unless it says otherwise. */
export interface ScoreGroup extends RowColumns, ScoreColumns {}

/** What is known of the rows before they are scored. */
export interface RowColumns {
  readonly rowCount: number;
  /** As a spreadsheet counts. */
  readonly rowNumbers: Uint32Array;
  /** Byte offset of the record in the prepared upload. */
  readonly offsets: Float64Array;
  /** Its bytes without the line end. */
  readonly lengths: Uint32Array;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  /** 1: the score has notes. */
  readonly noted: Uint8Array;
  /** Trimmed, at most 200 characters; empty: none. */
  readonly identifiers: TextColumn;
  /** One a feature of the header: as read, before any policy. */
  readonly inputs: readonly InputColumn[];
}

/** What the model and the rules say of them. */
export interface ScoreColumns {
  readonly probability: Float64Array;
  /** NaN: none. */
  readonly expectedSaving: Float64Array;
  /** 0: none; k: `header.actions[k - 1]`. */
  readonly actions: Uint16Array;
  /** `reasonsPerRow` entries a row, strongest first; `noReason`: none. */
  readonly reasonFeatures: Uint16Array;
  /** `reasonsPerRow` entries a row, in probability. */
  readonly reasonPoints: Float32Array;
}

export interface ScoredFeature {
  readonly name: string;
  readonly type: FeatureType;
  readonly levels: readonly string[];
}

export interface ScoreFileHeader {
  readonly features: readonly ScoredFeature[];
  readonly actions: readonly { readonly ruleId: number; readonly action: string }[];
}
