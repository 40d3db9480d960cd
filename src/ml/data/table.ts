/**
 * The columnar table that every algorithm works on: one typed array a column, no object a row.
 *
 * Missing and unseen values are explicit everywhere and never silently become zero: a missing number is
 * NaN, a missing category has code MISSING, a level the model never saw in training has code UNSEEN.
 */

/** Code of a category value that is absent. */
export const MISSING = -1;
/** Code of a category value that the training data did not contain. */
export const UNSEEN = -2;

export interface NumberColumn {
  readonly kind: 'number';
  readonly name: string;
  /** Length `rowCount`; NaN is missing. Dates are days since 1970-01-01. */
  readonly values: Float64Array;
}

export interface CategoryColumn {
  readonly kind: 'category';
  readonly name: string;
  readonly levels: readonly string[];
  /** Length `rowCount`; an index into `levels`, MISSING or UNSEEN. */
  readonly codes: Int32Array;
}

export type Column = NumberColumn | CategoryColumn;

export interface Table {
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

/** Whether all rows that are not missing have the same value; so have none. */
export function isConstant({ values }: NumberColumn): boolean {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.every((value) => value === known[0]);
}

/** The rows of `table` at the given indices, in that order; levels are kept as they are. */
export function takeRows(table: Table, rows: Int32Array): Table {
  return { rowCount: rows.length, columns: table.columns.map((column) => takeColumnRows(column, rows)) };
}

function takeColumnRows(column: Column, rows: Int32Array): Column {
  if (column.kind === 'number') {
    const values = new Float64Array(rows.length);
    for (let i = 0; i < rows.length; i++) values[i] = column.values[rows[i]!]!;
    return { kind: 'number', name: column.name, values };
  }
  const codes = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) codes[i] = column.codes[rows[i]!]!;
  return { kind: 'category', name: column.name, levels: column.levels, codes };
}
