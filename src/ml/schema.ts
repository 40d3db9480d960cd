/**
 * What a model knows about the columns it was trained on. Everything that a form, an upload or an
 * explanation says about a column comes from here; nothing in the program names a column itself.
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
}

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
