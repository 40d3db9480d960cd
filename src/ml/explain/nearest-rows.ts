/**
 * The rows most similar to another row, and whether there are enough of them to compare with.
 *
 * Method: Gower's distance (1971), d(a, b) = Σ wⱼ dⱼ(aⱼ, bⱼ) / Σ wⱼ. For numbers dⱼ is the difference of their places
 * among all rows, a share from 0 to 1, so that units and outliers do not matter; for levels it is 0 where they are the same and 1
 * otherwise; a missing cell has distance 1 from any value, and 0 from another missing one. The weights say how
 * much a column matters, such as its mean absolute Shapley value.
 * Rows at the same distance as the k-th belong to the nearest, so that there can be more than k.
 * Support is thin where the k-th row is farther away than the k-th of 95 % of the rows themselves, by a sample of them.
 * Assumptions: columns count one by one; the rows fit in memory. A search takes rows × columns steps.
 */
import { shuffle } from '../math/random.ts';
import type { Random } from '../math/random.ts';
import { MISSING } from '../data/table.ts';
import type { Column, Table } from '../data/table.ts';

export interface NearestRows {
  /** Places of the rows, ascending. */
  readonly rows: Int32Array;
  /** Of the farthest of them, in [0, 1]. */
  readonly distance: number;
  /** Even these are unlike the row. */
  readonly isThin: boolean;
}

/** Of `row` in a table with the same columns and levels; `except` is a place that does not count. */
export type NearestRowsSearch = (from: Table, row: number, except?: number) => NearestRows;

interface Axis {
  readonly place: number;
  /** Its share of the weights. */
  readonly weight: number;
  /** Numbers: their places in [0, 1]; levels: their codes; NaN is missing. */
  readonly cells: Float64Array;
  readonly cellOf: (column: Column, row: number) => number;
  readonly isNumber: boolean;
}

const sampledRows = 100;
const usualShare = 0.95;
/** Equal distances are added up in different ways. */
const rounding = 1e-12;

/**
 * `weights`: one a column, at least 0.
 * @throws RangeError where k is not from 1 to one less than the rows, or no weight is above 0
 */
export function createNearestRows(
  table: Table,
  weights: ArrayLike<number>,
  k: number,
  random: Random,
): NearestRowsSearch {
  if (!(Number.isInteger(k) && k >= 1 && k < table.rowCount))
    throw new RangeError(`k must be 1 to ${table.rowCount - 1}, found ${k}`);
  const axes = createAxes(table, weights);
  const distancesFrom = (from: Table, row: number, except = -1): Float64Array => {
    const distances = new Float64Array(table.rowCount);
    for (const axis of axes) addDistances(distances, axis, axis.cellOf(from.columns[axis.place]!, row));
    if (except >= 0) distances[except] = Infinity;
    return distances;
  };
  const sample = Int32Array.from({ length: table.rowCount }, (_, row) => row);
  shuffle(sample, random);
  const usual = Float64Array.from(
    sample.subarray(0, sampledRows),
    (row) => distancesFrom(table, row, row).sort()[k - 1]!,
  ).sort();
  const limit = usual[Math.ceil(usualShare * usual.length) - 1]!;
  return (from, row, except) => {
    const distances = distancesFrom(from, row, except);
    const distance = distances.slice().sort()[k - 1]!;
    const rows: number[] = [];
    for (let i = 0; i < distances.length; i++) if (distances[i]! <= distance + rounding) rows.push(i);
    return { rows: Int32Array.from(rows), distance, isThin: distance > limit };
  };
}

function createAxes(table: Table, weights: ArrayLike<number>): Axis[] {
  const given = Array.from(weights);
  const total = given.reduce((sum, weight) => sum + weight, 0);
  if (!(total > 0 && given.every((weight) => weight >= 0)))
    throw new RangeError('weights must be at least 0, and one of them above');
  return table.columns.flatMap((column, place) => {
    const weight = given[place]! / total;
    return weight > 0 ? [createAxis(column, place, weight)] : [];
  });
}

function createAxis(column: Column, place: number, weight: number): Axis {
  if (column.kind === 'category') {
    const cellOf = (other: Column, row: number): number => {
      const code = other.kind === 'category' ? other.codes[row]! : MISSING;
      return code === MISSING ? NaN : code;
    };
    const cells = Float64Array.from(column.codes, (_, row) => cellOf(column, row));
    return { place, weight, cells, cellOf, isNumber: false };
  }
  const sorted = column.values.filter((value) => !Number.isNaN(value)).sort();
  const cellOf = (other: Column, row: number): number =>
    other.kind === 'number' ? placeIn(sorted, other.values[row]!) : NaN;
  const cells = Float64Array.from(column.values, (_, row) => cellOf(column, row));
  return { place, weight, cells, cellOf, isNumber: true };
}

function addDistances(distances: Float64Array, { cells, weight, isNumber }: Axis, cell: number): void {
  for (let i = 0; i < cells.length; i++) {
    const other = cells[i]!;
    if (cell !== cell || other !== other) {
      if (cell === cell || other === other) distances[i]! += weight;
    } else if (isNumber) distances[i]! += weight * Math.abs(cell - other);
    else if (cell !== other) distances[i]! += weight;
  }
}

/** The middle place of a value among sorted ones, from 0 to 1; NaN stays NaN. */
function placeIn(sorted: Float64Array, value: number): number {
  if (Number.isNaN(value)) return NaN;
  const below = countWhile(sorted, (one) => one < value);
  const upTo = countWhile(sorted, (one) => one <= value);
  return sorted.length === 0 ? 0.5 : (below + upTo) / (2 * sorted.length);
}

/** How many sorted values come before the first for which `holds` is false. */
function countWhile(sorted: Float64Array, holds: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
