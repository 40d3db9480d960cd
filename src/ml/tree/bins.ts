/**
 * Histogram binning: every feature becomes one byte a row, so that finding a split costs a pass over at
 * most 255 bins instead of a sort.
 *
 * Method: bin 0 is 'no value' (missing, or a level that training never saw). A number gets bin
 * 1 + #{edges ≤ value}; edges lie half-way between neighbouring training values, every distinct value
 * apart when there are at most 255, otherwise at quantiles (values that are frequent enough alone keep a
 * bin of their own). A category level gets a bin of its own; beyond 255 levels the rarest share the last.
 * Reference: Ke et al. (2017), LightGBM: A Highly Efficient Gradient Boosting Decision Tree.
 * Assumptions: quantiles ignore row weights and, beyond 200,000 rows, are taken from evenly spaced rows.
 * Infinities are the largest and smallest numbers.
 */
import type { CategoryColumn, Column, NumberColumn, Table } from '../data/table.ts';
import { sharedBytes } from '../parallel/shared-memory.ts';

/** Bins that hold values; bin 0, for no value, comes on top. */
export const MAX_VALUE_BINS = 255;
/** The bin of a missing number, a missing level or an unseen level. */
export const NO_VALUE_BIN = 0;

const SAMPLE_ROWS = 200_000;

export interface NumberBins {
  readonly kind: 'number';
  readonly name: string;
  /** Ascending; a value v lies in bin 1 + #{edges ≤ v}. */
  readonly edges: Float64Array;
}

export interface CategoryBins {
  readonly kind: 'category';
  readonly name: string;
  /** The bin of each level, 1 to `valueBins`. */
  readonly binOfLevel: Uint8Array;
  readonly valueBins: number;
}

export type FeatureBins = NumberBins | CategoryBins;

/** Bins of a feature, bin 0 included. */
export function binCount(feature: FeatureBins): number {
  return 1 + (feature.kind === 'number' ? feature.edges.length + 1 : feature.valueBins);
}

/** Learns the bins of every column from training rows. `maxBins`: value bins a feature, 2 to 255. */
export function fitBins(table: Table, maxBins: number = MAX_VALUE_BINS): FeatureBins[] {
  if (!Number.isInteger(maxBins) || maxBins < 2 || maxBins > MAX_VALUE_BINS)
    throw new RangeError(`maxBins must be a whole number from 2 to ${MAX_VALUE_BINS}, found ${maxBins}`);
  return table.columns.map((column) =>
    column.kind === 'number'
      ? { kind: 'number', name: column.name, edges: numberEdges(column.values, maxBins) }
      : categoryBins(column, maxBins),
  );
}

/**
 * Bins rows `start` to `end` of a table, row-major: entry `(row − start) × featureCount + feature`.
 * @throws RangeError when the table's columns are not the ones the bins were fitted on.
 */
export function binRows(bins: readonly FeatureBins[], table: Table, start: number, end: number): Uint8Array {
  checkColumns(bins, table);
  const out = new Uint8Array((end - start) * bins.length);
  for (let f = 0; f < bins.length; f++) binInto(out, f, bins.length, bins[f]!, table.columns[f]!, start, end);
  return out;
}

/** The bin of one cell, as the other functions give it; the column is the one that the bins were fitted on. */
export function binOfCell(bins: FeatureBins, column: Column, row: number): number {
  if (bins.kind === 'number') {
    const value = (column as NumberColumn).values[row]!;
    if (value !== value) return NO_VALUE_BIN;
    let bin = 1;
    while (bin <= bins.edges.length && bins.edges[bin - 1]! <= value) bin++;
    return bin;
  }
  const code = (column as CategoryColumn).codes[row]!;
  return code >= 0 && code < bins.binOfLevel.length ? bins.binOfLevel[code]! : NO_VALUE_BIN;
}

/** Bins a whole table, one array a feature, in memory that threads can share. @throws RangeError as binRows. */
export function binColumns(bins: readonly FeatureBins[], table: Table): Uint8Array[] {
  checkColumns(bins, table);
  return bins.map((feature, f) => {
    const out = sharedBytes(table.rowCount);
    binInto(out, 0, 1, feature, table.columns[f]!, 0, table.rowCount);
    return out;
  });
}

/** The same bins row-major, as binRows gives them. */
export function toRows(columns: readonly Uint8Array[]): Uint8Array {
  const rowCount = columns[0]?.length ?? 0;
  const width = columns.length;
  const out = sharedBytes(rowCount * width);
  for (let f = 0; f < width; f++) {
    const column = columns[f]!;
    for (let row = 0, at = f; row < rowCount; row++, at += width) out[at] = column[row]!;
  }
  return out;
}

function checkColumns(bins: readonly FeatureBins[], table: Table): void {
  if (table.columns.length !== bins.length)
    throw new RangeError(`expected ${bins.length} columns, found ${table.columns.length}`);
  for (let f = 0; f < bins.length; f++) {
    const feature = bins[f]!;
    const column = table.columns[f]!;
    if (column.name !== feature.name || column.kind !== feature.kind)
      throw new RangeError(
        `column ${f + 1} must be the ${feature.kind} '${feature.name}', found the ${column.kind} '${column.name}'`,
      );
  }
}

function binInto(
  out: Uint8Array,
  offset: number,
  stride: number,
  feature: FeatureBins,
  column: Column,
  start: number,
  end: number,
): void {
  if (feature.kind === 'number')
    binNumbers(out, offset, stride, feature.edges, (column as NumberColumn).values, start, end);
  else binCategories(out, offset, stride, feature.binOfLevel, (column as CategoryColumn).codes, start, end);
}

function binNumbers(
  out: Uint8Array,
  offset: number,
  stride: number,
  edges: Float64Array,
  values: Float64Array,
  start: number,
  end: number,
): void {
  let firstStep = 1;
  while (2 * firstStep <= edges.length) firstStep *= 2;
  // NaN is never at most a value.
  const padded = new Float64Array(2 * firstStep).fill(NaN);
  padded.set(edges);
  let at = offset;
  for (let row = start; row < end; row++, at += stride) {
    const value = values[row]!;
    // How many edges are ≤ value, by halving without branches, which could not be foreseen.
    let count = 0;
    for (let step = firstStep; step > 0; step >>>= 1)
      count += step * Number(padded[count + step - 1]! <= value);
    out[at] = value !== value ? NO_VALUE_BIN : 1 + count;
  }
}

function binCategories(
  out: Uint8Array,
  offset: number,
  stride: number,
  binOfLevel: Uint8Array,
  codes: Int32Array,
  start: number,
  end: number,
): void {
  let at = offset;
  for (let row = start; row < end; row++, at += stride) {
    const code = codes[row]!;
    out[at] = code >= 0 && code < binOfLevel.length ? binOfLevel[code]! : NO_VALUE_BIN;
  }
}

function numberEdges(values: Float64Array, maxBins: number): Float64Array {
  const { distinct, counts, total } = distinctValues(values);
  const edges: number[] = [];
  let binsLeft = maxBins;
  let rowsLeft = total;
  let inBin = 0;
  for (let i = 0; i + 1 < distinct.length; i++) {
    inBin += counts[i]!;
    const fits = distinct.length - i <= binsLeft;
    const share = rowsLeft / binsLeft;
    if (!fits && inBin < share && counts[i + 1]! < share) continue;
    if (edges.length === maxBins - 1) break;
    edges.push(between(distinct[i]!, distinct[i + 1]!));
    rowsLeft -= inBin;
    binsLeft--;
    inBin = 0;
  }
  return Float64Array.from(edges);
}

function distinctValues(values: Float64Array): { distinct: number[]; counts: number[]; total: number } {
  const step = Math.max(1, Math.floor(values.length / SAMPLE_ROWS));
  const sample = new Float64Array(Math.ceil(values.length / step));
  let total = 0;
  for (let row = 0; row < values.length; row += step) {
    const value = values[row]!;
    if (value === value) sample[total++] = Math.min(Math.max(value, -Number.MAX_VALUE), Number.MAX_VALUE);
  }
  const sorted = sample.subarray(0, total).sort();
  const distinct: number[] = [];
  const counts: number[] = [];
  for (const value of sorted) {
    // −0 and 0 are one value.
    if (distinct.length > 0 && distinct[distinct.length - 1] === value) counts[counts.length - 1]!++;
    else {
      distinct.push(value);
      counts.push(1);
    }
  }
  return { distinct, counts, total };
}

/** A number above `low` and at most `high`, half-way where rounding and infinities allow. */
function between(low: number, high: number): number {
  const middle = low / 2 + high / 2;
  return middle > low && middle <= high ? middle : high;
}

function categoryBins(column: CategoryColumn, maxBins: number): CategoryBins {
  const levelCount = column.levels.length;
  const binOfLevel = new Uint8Array(levelCount);
  if (levelCount <= maxBins) {
    for (let level = 0; level < levelCount; level++) binOfLevel[level] = level + 1;
    return { kind: 'category', name: column.name, binOfLevel, valueBins: levelCount };
  }
  const rows = new Float64Array(levelCount);
  for (const code of column.codes) if (code >= 0) rows[code]!++;
  const byRows = Array.from(rows.keys()).sort((a, b) => rows[b]! - rows[a]! || a - b);
  byRows.forEach((level, rank) => (binOfLevel[level] = Math.min(rank + 1, maxBins)));
  return { kind: 'category', name: column.name, binOfLevel, valueBins: maxBins };
}
