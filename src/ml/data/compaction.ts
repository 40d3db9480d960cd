/** Leaving out rows of tables that are too large to copy: those that stay move to the front of the same arrays. */
import type { Column, Table } from './table.ts';

type RowValues = Float64Array | Int32Array | Uint8Array;

/** The values whose rows are marked by 1, within the same memory. */
export function keepMarked<Values extends RowValues>(values: Values, isKept: Uint8Array): Values {
  let count = 0;
  for (let row = 0; row < isKept.length; row++) {
    values[count] = values[row]!;
    count += isKept[row]!;
  }
  return values.subarray(0, count) as Values;
}

/** As `keepMarked`, of every column. */
export function keepMarkedRows(table: Table, isKept: Uint8Array): Table {
  const columns = table.columns.map((column): Column => {
    return column.kind === 'number'
      ? { ...column, values: keepMarked(column.values, isKept) }
      : { ...column, codes: keepMarked(column.codes, isKept) };
  });
  let rowCount = 0;
  for (const one of isKept) rowCount += one;
  return { rowCount, columns };
}
