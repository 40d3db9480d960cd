/**
 * The design of a linear model: which columns of numbers a table becomes.
 *
 * A number gives its standardised value and, where it has enough distinct values, standardised hinges
 * max(0, x − knot) at quantile knots: a piecewise-linear curve (a first-degree spline: Hastie, Tibshirani and
 * Friedman, Elements of Statistical Learning, 5.2). Missing numbers take the training mean of each of these, plus
 * an indicator where training had missing values. A category gives one indicator a level, and one for missing
 * where training had it. A level unseen in training takes the training mean of the block: it says nothing.
 *
 * A row has few entries that are not zero, so rows are kept as (index, value) pairs.
 */
import { MISSING } from '../data/table.ts';
import type { Column, Table } from '../data/table.ts';

export interface NumberBlock {
  readonly kind: 'number';
  readonly offset: number;
  readonly width: number;
  /** Number of columns for the value itself and its hinges. */
  readonly basis: number;
  readonly knots: Float64Array;
  /** Per basis column, before standardising. */
  readonly means: Float64Array;
  readonly scales: Float64Array;
  readonly hasMissing: boolean;
}

export interface CategoryBlock {
  readonly kind: 'category';
  readonly offset: number;
  readonly width: number;
  readonly levelCount: number;
  readonly hasMissing: boolean;
}

export type Block = NumberBlock | CategoryBlock;

export interface Design {
  readonly blocks: readonly Block[];
  readonly width: number;
  /** Weighted training mean of each design column. */
  readonly columnMeans: Float64Array;
}

/** Rows as entries; row i owns `starts[i]` to `starts[i + 1]`. The same number of rows as the table. */
export interface SparseRows {
  readonly starts: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float64Array;
}

const minDistinctForKnots = 6;

/** Entries of a row that are not zero, about. */
export function entriesPerRow(table: Table): number {
  return table.columns.reduce((sum, column) => sum + (column.kind === 'number' ? 6 : 1), 1);
}

export function fitDesign(table: Table, weights: Float64Array, maxKnots: number): Design {
  return designOf(table, weights, (column, offset) => fitBlock(column, weights, offset, maxKnots));
}

/** With given knots, one list a column, and an indicator for missing in each. Every row weighs 1. */
export function designWithKnots(table: Table, knots: readonly Float64Array[]): Design {
  const weights = new Float64Array(table.rowCount).fill(1);
  return designOf(table, weights, (column, offset, j) =>
    column.kind === 'category'
      ? categoryBlock(column.levels.length, offset, true)
      : numberBlock({ values: column.values, weights, knots: knots[j]! }, offset, true),
  );
}

function designOf(
  table: Table,
  weights: Float64Array,
  blockOf: (column: Column, offset: number, j: number) => Block,
): Design {
  const blocks: Block[] = [];
  let width = 0;
  for (const [j, column] of table.columns.entries()) {
    const block = blockOf(column, width, j);
    blocks.push(block);
    width += block.width;
  }
  const draft: Design = { blocks, width, columnMeans: new Float64Array(width) };
  return { ...draft, columnMeans: meansOf(draft, table, weights) };
}

/** The non-zero design entries of rows `from` to `to`. */
export function designRows(design: Design, table: Table, from: number, to: number): SparseRows {
  const starts = new Int32Array(to - from + 1);
  const indices = new Int32Array((to - from) * design.width);
  const values = new Float64Array((to - from) * design.width);
  let at = 0;
  for (let row = from; row < to; row++) {
    for (let j = 0; j < design.blocks.length; j++) {
      at = writeEntries(design, design.blocks[j]!, table.columns[j]!, row, indices, values, at);
    }
    starts[row - from + 1] = at;
  }
  return { starts, indices, values };
}

/** The non-zero design entries that one column has in each of its rows. */
export function columnEntries(design: Design, feature: number, column: Column): SparseRows {
  const block = design.blocks[feature]!;
  const rowCount = column.kind === 'number' ? column.values.length : column.codes.length;
  const starts = new Int32Array(rowCount + 1);
  const indices = new Int32Array(rowCount * block.width);
  const values = new Float64Array(rowCount * block.width);
  for (let row = 0; row < rowCount; row++)
    starts[row + 1] = writeEntries(design, block, column, row, indices, values, starts[row]!);
  return { starts, indices, values };
}

function fitBlock(column: Column, weights: Float64Array, offset: number, maxKnots: number): Block {
  if (column.kind === 'category')
    return categoryBlock(column.levels.length, offset, column.codes.includes(MISSING));
  const present = sortedValues(column.values);
  const hasMissing = present.length < column.values.length;
  return numberBlock(
    { values: column.values, weights, knots: knotsOf(present, maxKnots) },
    offset,
    hasMissing,
  );
}

function categoryBlock(levelCount: number, offset: number, hasMissing: boolean): CategoryBlock {
  return { kind: 'category', offset, width: levelCount + (hasMissing ? 1 : 0), levelCount, hasMissing };
}

function numberBlock(
  { values, weights, knots }: Record<'values' | 'weights' | 'knots', Float64Array>,
  offset: number,
  hasMissing: boolean,
): NumberBlock {
  const basis = 1 + knots.length;
  const means = new Float64Array(basis);
  const scales = new Float64Array(basis);
  for (let k = 0; k < basis; k++) {
    const { mean, deviation } = momentsOf(values, weights, k, knots);
    means[k] = mean;
    scales[k] = deviation > 0 ? deviation : 1;
  }
  const width = basis + (hasMissing ? 1 : 0);
  return { kind: 'number', offset, width, basis, knots, means, scales, hasMissing };
}

function sortedValues(values: Float64Array): Float64Array {
  const present = new Float64Array(values.length);
  let count = 0;
  for (const value of values) if (value === value) present[count++] = value;
  return present.subarray(0, count).sort();
}

/** Inner quantiles, without repeats and without the ends. */
function knotsOf(sorted: Float64Array, maxKnots: number): Float64Array {
  const distinct = new Set<number>();
  for (const value of sorted) {
    distinct.add(value);
    if (distinct.size > 64) break;
  }
  if (distinct.size < 3 || maxKnots === 0) return new Float64Array(0);
  if (distinct.size < minDistinctForKnots)
    return Float64Array.from([...distinct].sort((a, b) => a - b).slice(1, -1)).slice(0, maxKnots);
  const knots = new Set<number>();
  for (let k = 1; k <= maxKnots; k++)
    knots.add(sorted[Math.floor((k / (maxKnots + 1)) * (sorted.length - 1))]!);
  knots.delete(sorted[0]!);
  knots.delete(sorted.at(-1)!);
  return Float64Array.from(knots).sort();
}

/** Basis column k of a number: itself, then its hinges. */
export function basisValue(value: number, k: number, knots: Float64Array): number {
  return k === 0 ? value : Math.max(0, value - knots[k - 1]!);
}

/** Weighted mean and standard deviation of basis column `k` over the rows with a value. */
function momentsOf(values: Float64Array, weights: Float64Array, k: number, knots: Float64Array) {
  // max(x, floor) − shift is x or a hinge, without asking at every row which.
  const floor = k === 0 ? -Infinity : knots[k - 1]!;
  const shift = k === 0 ? 0 : floor;
  let total = 0;
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value !== value) continue;
    total += weights[i]!;
    sum += weights[i]! * ((value > floor ? value : floor) - shift);
  }
  const mean = total > 0 ? sum / total : 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value === value) squares += weights[i]! * ((value > floor ? value : floor) - shift - mean) ** 2;
  }
  return { mean, deviation: total > 0 ? Math.sqrt(squares / total) : 0 };
}

function writeEntries(
  design: Design,
  block: Block,
  column: Column,
  row: number,
  indices: Int32Array,
  values: Float64Array,
  from: number,
): number {
  let at = from;
  if (block.kind === 'number' && column.kind === 'number') {
    const value = column.values[row]!;
    // Infinity would become ∞ − ∞ between hinges; as a measurement it is as good as none.
    if (!Number.isFinite(value)) {
      // Standardised, the mean is zero: only the indicator remains.
      if (block.hasMissing) {
        indices[at] = block.offset + block.basis;
        values[at++] = 1;
      }
      return at;
    }
    for (let k = 0; k < block.basis; k++) {
      indices[at] = block.offset + k;
      values[at++] = (basisValue(value, k, block.knots) - block.means[k]!) / block.scales[k]!;
    }
    return at;
  }
  if (block.kind !== 'category' || column.kind !== 'category')
    throw new RangeError(`column '${column.name}' has another type than in training`);
  const level = levelOf(block, column.codes[row]!);
  if (level >= 0) {
    indices[at] = block.offset + level;
    values[at++] = 1;
    return at;
  }
  // Unseen, or missing where training never was: the average customer.
  for (let k = 0; k < block.width; k++) {
    const mean = design.columnMeans[block.offset + k]!;
    if (mean === 0) continue;
    indices[at] = block.offset + k;
    values[at++] = mean;
  }
  return at;
}

function meansOf(design: Design, table: Table, weights: Float64Array): Float64Array {
  const sums = new Float64Array(design.width);
  for (const [j, block] of design.blocks.entries()) {
    const column = table.columns[j]!;
    const own = sums.subarray(block.offset, block.offset + block.width);
    if (block.kind === 'number' && column.kind === 'number') sumNumber(own, block, column.values, weights);
    else if (block.kind === 'category' && column.kind === 'category')
      sumLevels(own, block, column.codes, weights);
  }
  let total = 0;
  for (const weight of weights) total += weight;
  return sums.map((sum) => sum / total);
}

function sumNumber(
  sums: Float64Array,
  block: NumberBlock,
  values: Float64Array,
  weights: Float64Array,
): void {
  const { basis, knots, means, scales, hasMissing } = block;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    const weight = weights[row]!;
    if (Number.isFinite(value))
      for (let k = 0; k < basis; k++)
        sums[k]! += (weight * (basisValue(value, k, knots) - means[k]!)) / scales[k]!;
    else if (hasMissing) sums[basis]! += weight;
  }
}

function sumLevels(sums: Float64Array, block: CategoryBlock, codes: Int32Array, weights: Float64Array): void {
  for (let row = 0; row < codes.length; row++) {
    const level = levelOf(block, codes[row]!);
    if (level >= 0) sums[level]! += weights[row]!;
  }
}

/** The column of a level or of missing within the block; −1 for what training did not have. */
function levelOf(block: CategoryBlock, code: number): number {
  if (code >= 0) return code;
  return code === MISSING && block.hasMissing ? block.levelCount : -1;
}
