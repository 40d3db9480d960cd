/**
 * A few synthetic rows that represent the training rows: the background of sampled reasons (sampled-shap.ts), without
 * any customer's row in a model.
 *
 * Method: the rows are ordered by the model's own score and cut into `count` groups of the same size; a
 * typical row takes each of its cells from a different place in its group: the quantile of the column
 * within the group, at (i + ½) / count with i a random permutation over the groups (a Latin hypercube,
 * McKay, Beckman and Conover 1979). So every column keeps its distribution, the columns keep what they have
 * in common through the score, and the mean prediction of the typical rows is near that of all rows.
 * Groups hold at least ten rows, overlapping where there are few.
 * Assumptions: rows count the same; a sample of some thousands of rows is enough.
 */
import { shuffle, type Random } from '../math/random.ts';
import type { Column, Table } from '../data/table.ts';

/** Cells of one column as a model file keeps them: numbers (0 where missing) or category codes. */
export interface BackgroundCells {
  readonly cells: Float64Array;
  /** 1 where a number is missing. */
  readonly missing: Uint8Array;
}

const MIN_GROUP_ROWS = 10;

/** `scores`: one a row, any increasing function of the prediction. At least one row; `count` ≥ 1. */
export function typicalRows(table: Table, scores: Float64Array, count: number, random: Random): Table {
  const order = new Int32Array(table.rowCount)
    .map((_, row) => row)
    .sort((a, b) => scores[a]! - scores[b]! || a - b);
  const columns = table.columns.map((column) => {
    const places = new Int32Array(count).map((_, i) => i);
    shuffle(places, random);
    const cells = Float64Array.from({ length: count }, (_, g) => {
      const values = groupOf(order, g, count, column).sort();
      return values[Math.floor(((places[g]! + 0.5) / count) * values.length)]!;
    });
    return withCells(column, cells);
  });
  return { rowCount: count, columns };
}

/** How a table is kept in a model file. */
export function toCells(table: Table): BackgroundCells[] {
  return table.columns.map((column) => {
    const values = Float64Array.from(column.kind === 'number' ? column.values : column.codes);
    const missing = Uint8Array.from(values, (value) => (Number.isFinite(value) ? 0 : 1));
    return { cells: values.map((value) => (Number.isFinite(value) ? value : 0)), missing };
  });
}

/** The kept rows with the columns of `like`. */
export function fromCells(like: Table, kept: readonly BackgroundCells[]): Table {
  const columns = like.columns.map((column, j) => {
    const { cells, missing } = kept[j]!;
    return withCells(
      column,
      cells.map((value, i) => (missing[i] === 1 ? NaN : value)),
    );
  });
  return { rowCount: kept[0]?.cells.length ?? 0, columns };
}

/** The column's values in group `g` of `count`. */
function groupOf(order: Int32Array, g: number, count: number, column: Column): Float64Array {
  const size = Math.max(MIN_GROUP_ROWS, Math.ceil(order.length / count));
  const middle = ((g + 0.5) / count) * order.length;
  const start = Math.max(0, Math.min(Math.round(middle - size / 2), order.length - size));
  const cells = column.kind === 'number' ? column.values : column.codes;
  const group = new Float64Array(Math.min(size, order.length));
  for (let i = 0; i < group.length; i++) group[i] = cells[order[start + i]!]!;
  return group;
}

function withCells(column: Column, cells: Float64Array): Column {
  return column.kind === 'number'
    ? { ...column, values: cells }
    : { ...column, codes: Int32Array.from(cells) };
}
