/**
 * Association of two columns, 0 to 1 (numbers: −1 to 1). It does not show causes.
 *
 * Method: numbers: Pearson's r. Categories: Cramér's V with Bergsma's correction of its bias (2013). One of each: the
 * correlation ratio η (Fisher 1925) with Kelley's correction of its bias (1935), as η without it is near 1 for a
 * thousand levels of pure chance. Rows in which either is missing are left out. A constant column, or too few rows, gives 0.
 */
import { takeRows } from '../data/table.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from '../data/table.ts';

export interface AssociationMatrix {
  readonly names: readonly string[];
  /** Row-major, names × names; 1 on the diagonal. */
  readonly values: Float64Array;
}

/** Every pair of columns, on an even sample of at most `maxRows` rows. */
export function associationMatrix(table: Table, maxRows = 20_000): AssociationMatrix {
  const sample = evenSample(table, maxRows);
  const size = sample.columns.length;
  const values = new Float64Array(size * size);
  sample.columns.forEach((a, i) => {
    values[i * size + i] = 1;
    for (let j = i + 1; j < size; j++) {
      const strength = associationOf(a, sample.columns[j]!);
      values[i * size + j] = strength;
      values[j * size + i] = strength;
    }
  });
  return { names: sample.columns.map(({ name }) => name), values };
}

/** Every column with a label of 0 and 1, in the order of columns: Pearson's r, for categories Cramér's V. */
export function associationWithTarget(table: Table, target: Uint8Array): number[] {
  const values = Float64Array.from(target);
  const codes = Int32Array.from(target);
  return table.columns.map((column) =>
    column.kind === 'number'
      ? pearson(column.values, values)
      : cramersV(column.codes, column.levels.length, codes, 2),
  );
}

/** Pearson's r of the rows in which both are there. */
export function pearson(a: Float64Array, b: Float64Array): number {
  let count = 0;
  let [meanA, meanB, varA, varB, both] = [0, 0, 0, 0, 0];
  // Welford's updates: no cancellation for numbers that are large beside their spread.
  for (let row = 0; row < a.length; row++) {
    if (Number.isNaN(a[row]!) || Number.isNaN(b[row]!)) continue;
    count++;
    const fromA = a[row]! - meanA;
    meanA += fromA / count;
    const fromB = b[row]! - meanB;
    meanB += fromB / count;
    varA += fromA * (a[row]! - meanA);
    varB += fromB * (b[row]! - meanB);
    both += fromA * (b[row]! - meanB);
  }
  const scale = Math.sqrt(varA) * Math.sqrt(varB);
  return scale > 0 && Number.isFinite(scale) ? Math.min(1, Math.max(-1, both / scale)) : 0;
}

/** Cramér's V, corrected for its bias; `levelsA` and `levelsB` count the levels, negative codes are missing. */
export function cramersV(a: Int32Array, levelsA: number, b: Int32Array, levelsB: number): number {
  const rowSums = new Float64Array(levelsA);
  const columnSums = new Float64Array(levelsB);
  const cells = new Float64Array(a.length);
  let total = 0;
  for (let row = 0; row < a.length; row++) {
    const [i, j] = [a[row]!, b[row]!];
    if (i < 0 || j < 0) continue;
    rowSums[i]!++;
    columnSums[j]!++;
    cells[total++] = i * levelsB + j;
  }
  const [r, k] = [countPositive(rowSums), countPositive(columnSums)];
  if (total < 2 || r < 2 || k < 2) return 0;
  // χ² / n is the sum of n_ij² / (n_i · n_j) less 1: only cells that hold rows matter.
  let phi2 = -1;
  forCells(cells.subarray(0, total), levelsA * levelsB, (cell, count) => {
    phi2 += count ** 2 / (rowSums[Math.floor(cell / levelsB)]! * columnSums[cell % levelsB]!);
  });
  phi2 = Math.max(0, phi2 - ((r - 1) * (k - 1)) / (total - 1));
  const smaller = Math.min(r - (r - 1) ** 2 / (total - 1), k - (k - 1) ** 2 / (total - 1)) - 1;
  return smaller > 0 ? Math.min(1, Math.sqrt(phi2 / smaller)) : 0;
}

/**
 * η: the root of the share of the numbers' variance that lies between levels, corrected for its bias:
 * 1 − (within / (n − levels)) / (total / (n − 1)), no less than 0. Negative codes and NaN are missing.
 */
export function correlationRatio(codes: Int32Array, levelCount: number, values: Float64Array): number {
  const means = new Float64Array(levelCount);
  const counts = new Float64Array(levelCount);
  // Sums of squares by Welford's updates: a column that never changes gives exactly 0.
  let [mean, count, total, within] = [0, 0, 0, 0];
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    const value = values[row]!;
    if (code < 0 || Number.isNaN(value)) continue;
    const fromLevel = value - means[code]!;
    means[code]! += fromLevel / ++counts[code]!;
    within += fromLevel * (value - means[code]!);
    const fromMean = value - mean;
    mean += fromMean / ++count;
    total += fromMean * (value - mean);
  }
  const levels = countPositive(counts);
  if (levels < 2 || count <= levels || !(total > 0)) return 0;
  const share = 1 - (within / (count - levels)) * ((count - 1) / total);
  return share > 0 ? Math.sqrt(share) : 0;
}

function associationOf(a: Column, b: Column): number {
  if (a.kind === 'number') return b.kind === 'number' ? pearson(a.values, b.values) : mixed(b, a);
  if (b.kind === 'number') return mixed(a, b);
  return cramersV(a.codes, a.levels.length, b.codes, b.levels.length);
}

function mixed(category: CategoryColumn, number: NumberColumn): number {
  return correlationRatio(category.codes, category.levels.length, number.values);
}

/** At most so many rows, evenly from the whole table. */
export function evenSample(table: Table, maxRows: number): Table {
  if (table.rowCount <= maxRows) return table;
  const step = table.rowCount / maxRows;
  return takeRows(
    table,
    Int32Array.from({ length: maxRows }, (_, i) => Math.floor(i * step)),
  );
}

/** How often each cell occurs, those that do not left out; reorders `cells`. `size`: how many there could be. */
function forCells(cells: Float64Array, size: number, visit: (cell: number, count: number) => void): void {
  if (size <= 1_000 + 4 * cells.length) {
    const counts = new Int32Array(size);
    for (const cell of cells) counts[cell]!++;
    for (let cell = 0; cell < size; cell++) if (counts[cell]! > 0) visit(cell, counts[cell]!);
    return;
  }
  // Columns of thousands of levels would make a table that no memory holds.
  cells.sort();
  for (let from = 0; from < cells.length;) {
    let to = from + 1;
    while (to < cells.length && cells[to] === cells[from]) to++;
    visit(cells[from]!, to - from);
    from = to;
  }
}

function countPositive(values: Float64Array): number {
  return values.reduce((count, value) => count + Number(value > 0), 0);
}
