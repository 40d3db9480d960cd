/**
 * Columns that hold the same information as another, and duplicate rows.
 *
 * Method: two numbers are duplicates when one is the other in another unit (b = α + β·a, rounding allowed for, missing
 * in the same rows), two categories when their levels match one to one. α and β come from the rows where a is least and
 * greatest, and the first row that does not fit ends the comparison, so that thousands of columns stay quick. Correlation
 * is no test: one outlier that two columns share makes it 1.
 * Rows are compared by a hash of 53 bits.
 * Assumptions: two different rows share a hash with a chance of 10⁻¹⁶.
 */
import { countRepeats, firstRows } from './first-rows.ts';
import { takeRows } from './table.ts';
import type { Column, NumberColumn, Table } from './table.ts';

interface Spread {
  readonly leastRow: number;
  readonly greatestRow: number;
  /** How far from the line a value may lie. */
  readonly tolerance: number;
}

type Candidate =
  | { readonly kind: 'number'; readonly values: Float64Array; readonly spread: Spread }
  | { readonly kind: 'category'; readonly codes: Int32Array };

/** Rounding to cents moves a value by less than this share of the middle half's width. */
const roundingShare = 0.01;
/** Rows from which the chance of agreement is estimated. */
const maxChanceRows = 5_000;

/** For each column the index of the first earlier one with the same information; −1 where there is none. */
export function findDuplicateColumns(columns: readonly Column[]): Int32Array {
  const candidates = columns.map(candidateOf);
  return Int32Array.from(candidates, (b, j) =>
    b === null ? -1 : candidates.findIndex((a, i) => i < j && a !== null && isDuplicate(a, b)),
  );
}

/** Rows that are the same as an earlier one in every column and in the label. */
export function countRepeatedRows(table: Table, target: Uint8Array): number {
  return countRepeats(firstRows(rowKeys(table, target)));
}

/** Equal for rows that are the same in every column and in the label. */
export function rowKeys(table: Table, target: Uint8Array): Float64Array {
  const high = new Uint32Array(table.rowCount);
  const low = new Uint32Array(table.rowCount);
  const mix = (row: number, x: number, y: number): void => {
    const h = Math.imul(high[row]! ^ x, 0x9e3779b1);
    const l = Math.imul(low[row]! ^ y ^ (h >>> 15), 0x85ebca77);
    high[row] = h ^ (l >>> 13);
    low[row] = l ^ (x + 0x165667b1);
  };
  for (const column of table.columns) {
    if (column.kind === 'category')
      column.codes.forEach((code, row) => {
        mix(row, code, code);
      });
    else mixNumbers(column.values, mix);
  }
  target.forEach((label, row) => {
    mix(row, label, label);
  });
  return Float64Array.from(high, (h, row) => h * 2 ** 21 + (low[row]! >>> 11));
}

/** Few columns of few levels repeat by themselves: would chance alone make a tenth of so many repeated rows? */
export function repeatsByChance(table: Table, repeated: number): boolean {
  if (repeated === 0) return false;
  const count = Math.min(table.rowCount, maxChanceRows);
  const rows = Int32Array.from({ length: count }, (_, i) => Math.floor((i * table.rowCount) / count));
  return chanceOfAgreement(takeRows(table, rows).columns) * table.rowCount ** 2 > repeated / 10;
}

/** The chance that two rows agree in every cell if columns were independent. */
export function chanceOfAgreement(columns: readonly Column[]): number {
  let chance = 1;
  for (const column of columns) {
    const cells = column.kind === 'number' ? column.values : column.codes;
    const counts = new Map<number, number>();
    for (const cell of cells) counts.set(cell, (counts.get(cell) ?? 0) + 1);
    let pairs = 0;
    for (const count of counts.values()) pairs += count * (count - 1);
    chance *= pairs / (cells.length * (cells.length - 1));
    if (!(chance > 1e-15)) return 0;
  }
  return chance;
}

function mixNumbers(values: Float64Array, mix: (row: number, x: number, y: number) => void): void {
  const value = new Float64Array(1);
  const words = new Uint32Array(value.buffer);
  for (let row = 0; row < values.length; row++) {
    // −0 becomes 0, and every NaN the same.
    value[0] = Number.isNaN(values[row]!) ? NaN : values[row]! + 0;
    mix(row, words[0]!, words[1]!);
  }
}

/** Null: a column that never changes, or hardly ever repeats, has no duplicate. */
function candidateOf(column: Column): Candidate | null {
  if (column.kind === 'number') {
    const spread = spreadOf(column);
    return spread === null ? null : { kind: 'number', values: column.values, spread };
  }
  const numberOf = new Map<number, number>();
  const codes = column.codes.map((code) => {
    if (code < 0) return -1;
    if (!numberOf.has(code)) numberOf.set(code, numberOf.size);
    return numberOf.get(code)!;
  });
  // Any two lists of names, none of which repeats, match one to one.
  return numberOf.size < 2 || numberOf.size > codes.length / 2 ? null : { kind: 'category', codes };
}

function spreadOf({ values }: NumberColumn): Spread | null {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  const [least, greatest] = [sorted[0], sorted.at(-1)];
  if (least === undefined || greatest === undefined || least === greatest) return null;
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  const middle = at(0.75) - at(0.25);
  return {
    leastRow: values.indexOf(least),
    greatestRow: values.indexOf(greatest),
    tolerance: middle > 0 ? roundingShare * middle : 1e-9 * (greatest - least),
  };
}

function isDuplicate(a: Candidate, b: Candidate): boolean {
  if (a.kind === 'category')
    return b.kind === 'category' && a.codes.every((code, row) => code === b.codes[row]);
  return b.kind === 'number' && isSameLine(a.values, a.spread, b.values, b.spread);
}

function isSameLine(a: Float64Array, from: Spread, b: Float64Array, to: Spread): boolean {
  const [atLeast, atGreatest] = [b[from.leastRow]!, b[from.greatestRow]!];
  const width = Math.abs(b[to.greatestRow]! - b[to.leastRow]!);
  // The ends of one must be the ends of the other.
  if (!(Math.abs(Math.abs(atGreatest - atLeast) - width) <= 2 * to.tolerance)) return false;
  const least = a[from.leastRow]!;
  const slope = (atGreatest - atLeast) / (a[from.greatestRow]! - least);
  for (let row = 0; row < a.length; row++) {
    const isMissing = Number.isNaN(a[row]!);
    if (isMissing !== Number.isNaN(b[row]!)) return false;
    if (!isMissing && !(Math.abs(b[row]! - atLeast - slope * (a[row]! - least)) <= to.tolerance))
      return false;
  }
  return true;
}
