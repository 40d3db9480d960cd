/**
 * Leaks: columns that hold the outcome or were filled in after it, found by how well each column alone predicts it.
 *
 * Method: a rule learned on one half of the rows (the share of customers who left in each level, or in each of up to 32
 * bins of a number, missing values apart, shrunk towards the share of all) is measured on the other half, and the other
 * way round. Measured out of sample, a column with many values has no advantage.
 * Reference: Kaufman et al. (2012), Leakage in data mining.
 * Assumptions: a column known before the outcome hardly ever ranks customers with an AUC of 0.9. Columns are checked one
 * by one, so a leak that only two columns together make is not found.
 */
import { rocAuc } from '../evaluation/metrics.ts';
import { createRandom, shuffle } from '../math/random.ts';
import type { Column, Table } from '../data/table.ts';
import { binColumns, binCount, fitBins } from '../tree/bins.ts';

const maxBins = 32;
/** Pseudo-rows at the overall share, added to each level. */
const pseudoRows = 10;

/** ROC AUC of the best rule on each column alone, out of sample; 0.5 where it has no information. */
export function soloAucs(table: Table, target: Uint8Array): number[] {
  const halves = splitInHalves(table.rowCount);
  return table.columns.map((column) => soloAuc(column, target, halves));
}

/** Customers for whom a column is filled in, or blank, nearly all of whom left. */
export interface PureGroup {
  readonly is: 'filled in' | 'blank';
  readonly count: number;
}

/**
 * Finds a column that is filled in, or blank, for at least 20 customers of whom at least 99 % left: it was probably
 * written after they had left. Null where that is not so, or could be chance. Single levels are not checked: there are
 * legitimate ones whose customers all leave.
 */
export function pureGroupOf(column: Column, target: Uint8Array): PureGroup | null {
  const rows = { present: 0, all: target.length };
  const left = { present: 0, all: 0 };
  for (let row = 0; row < target.length; row++) {
    left.all += target[row]!;
    if (column.kind === 'number' ? Number.isNaN(column.values[row]!) : column.codes[row]! < 0) continue;
    rows.present++;
    left.present += target[row]!;
  }
  const isPure = (count: number, positives: number): boolean => count >= 20 && positives >= 0.99 * count;
  // Where most leave anyway, twenty in a row mean little.
  if (left.all > rows.all / 2) return null;
  if (isPure(rows.present, left.present)) return { is: 'filled in', count: rows.present };
  const blank = rows.all - rows.present;
  return isPure(blank, left.all - left.present) ? { is: 'blank', count: blank } : null;
}

function soloAuc(column: Column, target: Uint8Array, halves: Uint8Array): number {
  const { groupOf, groupCount } = groupsOf(column);
  const scores = new Float64Array(target.length);
  for (const half of [0, 1]) {
    const rates = ratesWithout(half, groupOf, groupCount, target, halves);
    for (let row = 0; row < target.length; row++)
      if (halves[row] === half) scores[row] = rates[groupOf[row]!]!;
  }
  const auc = rocAuc(scores, target);
  return Number.isNaN(auc) ? 0.5 : auc;
}

/** Share of customers who left in each group, learned from the rows that are not in `half`. */
function ratesWithout(
  half: number,
  groupOf: ArrayLike<number>,
  groupCount: number,
  target: Uint8Array,
  halves: Uint8Array,
): Float64Array {
  const left = new Float64Array(groupCount);
  const count = new Float64Array(groupCount);
  let [allLeft, all] = [0, 0];
  for (let row = 0; row < target.length; row++) {
    if (halves[row] === half) continue;
    left[groupOf[row]!]! += target[row]!;
    count[groupOf[row]!]!++;
    allLeft += target[row]!;
    all++;
  }
  const rate = all === 0 ? 0 : allLeft / all;
  return left.map((positives, group) => (positives + pseudoRows * rate) / (count[group]! + pseudoRows));
}

function groupsOf(column: Column): { groupOf: ArrayLike<number>; groupCount: number } {
  if (column.kind === 'category') {
    const groupCount = column.levels.length + 1;
    return { groupOf: column.codes.map((code) => (code < 0 ? groupCount - 1 : code)), groupCount };
  }
  // These bins keep frequent values apart: a fee that is 0 for all but a few would be one bin otherwise.
  const table = { rowCount: column.values.length, columns: [column] };
  const bins = fitBins(table, maxBins);
  return { groupOf: binColumns(bins, table)[0]!, groupCount: binCount(bins[0]!) };
}

function splitInHalves(rowCount: number): Uint8Array {
  const order = Int32Array.from({ length: rowCount }, (_, row) => row);
  shuffle(order, createRandom(1));
  const halves = new Uint8Array(rowCount);
  order.forEach((row, i) => (halves[row] = i % 2));
  return halves;
}
