/**
 * Which columns know more than they should: how well each alone tells leavers from stayers.
 *
 * A rule learned on one half of the rows (share of leavers in each level, or in each of up to 32 stretches of a
 * number, missing ones apart, drawn towards the whole) is measured on the other half, and the other way round.
 * Being measured out of sample it cannot be fooled by columns with many values. An honest column hardly ever
 * ranks customers with an AUC of 0.9; one that knows the end of the story does (Kaufman et al. 2012, Leakage in
 * data mining). Columns are looked at one by one: a leak that only two columns together make is not found.
 */
import { rocAuc } from '../evaluation/metrics.ts';
import { createRandom, shuffle } from '../math/random.ts';
import type { Column, Table } from '../data/table.ts';
import { binColumns, binCount, fitBins } from '../tree/bins.ts';

const stretches = 32;
/** Rows' worth of the whole that each level's share of leavers is drawn towards it. */
const pull = 10;

/** ROC AUC of the best rule on each column alone, out of sample; 0.5 where it says nothing. */
export function soloAucs(table: Table, target: Uint8Array): number[] {
  const halves = splitInHalves(table.rowCount);
  return table.columns.map((column) => soloAuc(column, target, halves));
}

/** What is known of those for whom a column is filled in, or blank. */
export interface PureGroup {
  readonly is: 'filled in' | 'blank';
  readonly count: number;
}

/**
 * A column that is filled in (or blank) for so many customers, and practically all of them left: what people write
 * down once somebody has gone. Null where that is not so, or could be chance. Levels are not asked: honest ones
 * can be so bad that everybody leaves.
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
  const isPure = (count: number, leavers: number): boolean => count >= 20 && leavers >= 0.99 * count;
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

/** Share of leavers in each group, learned from the rows that are not in `half`. */
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
  return left.map((leavers, group) => (leavers + pull * rate) / (count[group]! + pull));
}

function groupsOf(column: Column): { groupOf: ArrayLike<number>; groupCount: number } {
  if (column.kind === 'category') {
    const groupCount = column.levels.length + 1;
    return { groupOf: column.codes.map((code) => (code < 0 ? groupCount - 1 : code)), groupCount };
  }
  // These bins keep frequent values apart: a fee that is 0 for all but a few would be one stretch otherwise.
  const table = { rowCount: column.values.length, columns: [column] };
  const bins = fitBins(table, stretches);
  return { groupOf: binColumns(bins, table)[0]!, groupCount: binCount(bins[0]!) };
}

function splitInHalves(rowCount: number): Uint8Array {
  const order = Int32Array.from({ length: rowCount }, (_, row) => row);
  shuffle(order, createRandom(1));
  const halves = new Uint8Array(rowCount);
  order.forEach((row, i) => (halves[row] = i % 2));
  return halves;
}
