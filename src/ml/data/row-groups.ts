/**
 * Rows that belong together: those with the same customer ID, and those that are equal in every input and in the outcome.
 * A split between them would measure a model on rows it was trained with.
 *
 * Method: union-find joins both relations, so that a duplicate of a customer's row is grouped with all rows of that
 * customer.
 */
import { repeatsByChance, rowKeys } from './duplicates.ts';
import { countRepeats, firstRows } from './first-rows.ts';
import type { Table } from './table.ts';

/** Numbers from 0 in order of appearance, one a row; null where no rows belong together. */
export type RowGroups = Int32Array | null;

/** A column that names the customer: its text, where a blank names nobody; or a whole number a customer, NaN for nobody. */
export type CustomerKeys = readonly string[] | Float64Array;

/** Where few columns of few levels make equal rows by chance, these are different customers and stay apart. */
export function groupRows(table: Table, target: Uint8Array, identifiers: readonly CustomerKeys[]): RowGroups {
  const parent = new Int32Array(table.rowCount);
  for (let row = 0; row < parent.length; row++) parent[row] = row;
  for (const cells of identifiers)
    join(parent, cells instanceof Float64Array ? firstRows(cells) : firstOf(cells));
  const first = firstRows(rowKeys(table, target));
  if (!repeatsByChance(table, countRepeats(first))) join(parent, first);
  return numbered(parent);
}

/** The groups of some rows, as a part of training data. */
export function takeGroups(
  groups: RowGroups | undefined,
  rows: Int32Array,
): { readonly groups?: Int32Array } {
  return groups ? { groups: Int32Array.from(rows, (row) => groups[row]!) } : {};
}

/** As `firstRows`, by trimmed text; rows without any stand alone. */
function firstOf(cells: readonly string[]): Int32Array {
  const first = new Map<string, number>();
  return Int32Array.from(cells, (text, row) => {
    const key = text.trim();
    const other = first.get(key);
    if (other === undefined && key !== '') first.set(key, row);
    return other ?? row;
  });
}

/** Each row and the first one with its key become one group. */
function join(parent: Int32Array, first: Int32Array): void {
  for (let row = 0; row < first.length; row++)
    if (first[row] !== row) parent[rootOf(parent, row)] = rootOf(parent, first[row]!);
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
