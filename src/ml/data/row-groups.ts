/**
 * Rows that belong together: those with the same customer ID, and those that are equal in every input and in the outcome.
 * A split between them would measure a model on rows it was trained with.
 *
 * Method: union-find joins both relations, so that a duplicate of a customer's row is grouped with all rows of that
 * customer.
 */
import { repeatsByChance, rowKeys } from './duplicates.ts';
import type { Table } from './table.ts';

/** Numbers from 0 in order of appearance, one a row; null where no rows belong together. */
export type RowGroups = Int32Array | null;

/**
 * `identifiers`: columns that name the customer, as text; a blank names no customer. Where few columns of few levels make
 * equal rows by chance, these are different customers and stay apart.
 */
export function groupRows(
  table: Table,
  target: Uint8Array,
  identifiers: readonly (readonly string[])[],
): RowGroups {
  const parent = Int32Array.from({ length: table.rowCount }, (_, row) => row);
  for (const cells of identifiers)
    joinEqual(
      parent,
      Array.from(cells, (text) => text.trim() || null),
    );
  const keys = rowKeys(table, target);
  if (!repeatsByChance(table, keys.length - new Set(keys).size)) joinEqual(parent, keys);
  return numbered(parent);
}

/** The groups of some rows, as a part of training data. */
export function takeGroups(
  groups: RowGroups | undefined,
  rows: Int32Array,
): { readonly groups?: Int32Array } {
  return groups ? { groups: Int32Array.from(rows, (row) => groups[row]!) } : {};
}

/** Rows with the same key become one group; null joins nothing. */
function joinEqual(parent: Int32Array, keys: ArrayLike<string | number | null>): void {
  const first = new Map<string | number, number>();
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row];
    if (key === null || key === undefined) continue;
    const other = first.get(key);
    if (other === undefined) first.set(key, row);
    else parent[rootOf(parent, row)] = rootOf(parent, other);
  }
}

function rootOf(parent: Int32Array, row: number): number {
  let at = row;
  while (parent[at] !== at) {
    parent[at] = parent[parent[at]!]!;
    at = parent[at]!;
  }
  return at;
}

function numbered(parent: Int32Array): RowGroups {
  const numberOf = new Int32Array(parent.length).fill(-1);
  let count = 0;
  const groups = parent.map((_, row) => {
    const root = rootOf(parent, row);
    if (numberOf[root] === -1) numberOf[root] = count++;
    return numberOf[root]!;
  });
  return count === parent.length ? null : groups;
}
