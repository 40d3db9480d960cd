/** By what a list of scores can be sorted. */

export const sortKeys = ['probability', 'customer', 'value', 'saving', 'date'] as const;
export type SortKey = (typeof sortKeys)[number];

/** What is not known comes last either way. */
export interface PredictionSort {
  readonly key: SortKey;
  readonly descending: boolean;
}
