/** What the cells of each column of a file are used for: a list a column, as it may be several things or nothing. */
import type { FeatureType } from '../../../ml/data/schema.ts';

export const useKinds = { level: 0, number: 1, date: 2, identifier: 3, amount: 4 } as const;

type UseKind = (typeof useKinds)[keyof typeof useKinds];

const kindOf: Record<FeatureType, UseKind> = {
  category: useKinds.level,
  boolean: useKinds.level,
  number: useKinds.number,
  date: useKinds.date,
};

interface Use {
  readonly column: number;
  readonly kind: UseKind;
  /** Its place in the schema; −1: the column is no feature. */
  readonly feature: number;
}

/** Uses as arrays, for a loop over all cells of a file. */
export interface ColumnUses {
  readonly columnCount: number;
  /** One a column: its first use, −1 if there is none. */
  readonly first: Int32Array;
  /** One a use: the next one of the same column, −1 if there is none. */
  readonly next: Int32Array;
  readonly kind: Uint8Array;
  readonly feature: Int32Array;
}

export interface UsedColumns {
  readonly columnCount: number;
  /** One a feature. */
  readonly types: readonly FeatureType[];
  /** Places in the header; null: the file has no such column. */
  readonly features: readonly (number | null)[];
  readonly identifier: number | null;
  readonly amount: number | null;
}

export function createColumnUses({
  columnCount,
  types,
  features,
  identifier,
  amount,
}: UsedColumns): ColumnUses {
  const uses: Use[] = types.flatMap((type, feature) => useOf(features[feature], kindOf[type], feature));
  uses.push(...useOf(identifier, useKinds.identifier, -1), ...useOf(amount, useKinds.amount, -1));
  const first = new Int32Array(columnCount).fill(-1);
  const next = new Int32Array(uses.length).fill(-1);
  uses.forEach(({ column }, use) => {
    next[use] = first[column]!;
    first[column] = use;
  });
  const kind = Uint8Array.from(uses, (use) => use.kind);
  return { columnCount, first, next, kind, feature: Int32Array.from(uses, (use) => use.feature) };
}

function useOf(column: number | null | undefined, kind: UseKind, feature: number): Use[] {
  return column === null || column === undefined ? [] : [{ column, kind, feature }];
}
