/**
 * The columns a model was trained on. Forms, batches and reasons take everything about a column from here: the program
 * names no column itself.
 */

export type FeatureType = 'number' | 'category' | 'boolean' | 'date';
export type ColumnType = FeatureType | 'text';
export type ColumnRole = 'feature' | 'label' | 'identifier' | 'value' | 'ignored';

/** One model input. */
export interface Feature {
  readonly name: string;
  readonly type: FeatureType;
  /** Categories and booleans: the levels seen in training, in display order. Numbers and dates: empty. */
  readonly levels: readonly string[];
  /** Numbers and dates (days since 1970-01-01): what training rows held; null for categories. */
  readonly range: NumberRange | null;
  /** Share of training rows without a value, in [0, 1]. */
  readonly missingShare: number;
  /** Categories and booleans: the most frequent level, where there is one. */
  readonly mode?: string;
  /** What people call it, where that is not its name. */
  readonly title?: string;
  /** Such as €, months or GB. */
  readonly unit?: string;
  /** Something that the company can change for a customer. */
  readonly actionable?: boolean;
  /** What a number may be, where that is known; otherwise what training rows held. */
  readonly allowed?: AllowedRange;
  /** Absent: `usualPolicy`. */
  readonly policy?: Policy;
}

/** null: no limit on that side. */
export interface AllowedRange {
  readonly min: number | null;
  readonly max: number | null;
}

/** What scoring does with a cell that is not as in training. Whatever it does is noted on the score. */
export interface Policy {
  /** use: the model knows 'missing' itself; typical: the training median or most frequent level stands in. */
  readonly missing: 'use' | 'typical' | 'refuse';
  /** use: the model's own 'unseen'; missing: as if the cell were blank. */
  readonly unseen: 'use' | 'missing' | 'refuse';
  /** use: as it is; clip: the nearest allowed number. */
  readonly outOfRange: 'use' | 'clip' | 'refuse';
}

/** A row is never lost for one odd cell, and the score says what was odd. */
export const usualPolicy: Policy = { missing: 'use', unseen: 'use', outOfRange: 'use' };

export interface NumberRange {
  readonly min: number;
  readonly max: number;
  readonly median: number;
  /** Every training value was a whole number. */
  readonly integer: boolean;
}

export interface Label {
  readonly name: string;
  /** The level that says a customer left, such as `Yes`. */
  readonly positive: string;
  readonly negative: string;
}

export interface Schema {
  readonly features: readonly Feature[];
  readonly label: Label;
  /** The column that names the customer, if there is one. */
  readonly identifier: string | null;
  /** The column that says what a customer is worth a month, if there is one; it may also be a feature. */
  readonly value: string | null;
}
