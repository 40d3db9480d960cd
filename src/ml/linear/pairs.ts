/**
 * Pairwise interactions of a linear model: for some pairs of columns, what the combination of two bins adds to the log-odds
 * (GA²M: Lou, Caruana, Gehrke and Hooker 2013).
 *
 * Method: a number has at most 8 bins of about as many rows each, a category its most frequent levels. While it is fitted,
 * a pair is a category of the design whose levels are the combinations, with a penalty of its own.
 * Reasons: with f the effect of a pair and means over the training rows of one column alone, the first column has
 * ½ ((f(a, b) − mean over a) + (mean over b − mean over both)), the second one likewise: exact Shapley values of the pair,
 * the columns taken as independent. A combination that training did not have adds what its neighbours do not say: nothing.
 */
import type { TrainingData } from '../estimator.ts';
import { binColumns, binCount, binOfCell, fitBins, type FeatureBins } from '../tree/bins.ts';
import type { CategoryColumn, Table } from '../data/table.ts';
import { strongestPairs, type PairOfColumns } from './pair-screen.ts';

/** One of the two columns. */
export interface PairSide {
  /** Its place in the table. */
  readonly column: number;
  readonly bins: FeatureBins;
  /** The column's part of the log-odds: bins of the first column × bins of the second. */
  readonly contributions: Float64Array;
}

export interface PairTable {
  readonly first: PairSide;
  readonly second: PairSide;
}

/** A pair while it is fitted. */
export interface FittedPair {
  readonly first: FittedSide;
  readonly second: FittedSide;
  /** The combinations that training rows have: first bin × bins of the second + second bin. */
  readonly combinations: readonly number[];
  /** The place in `combinations` of each training row. */
  readonly places: Int32Array;
}

interface FittedSide {
  readonly column: number;
  readonly bins: FeatureBins;
  /** Share of the training weight in each bin. */
  readonly shares: Float64Array;
}

/** That a model may have. */
export const MAX_PAIRS = 30;
const maxBins = 8;

/**
 * The pairs that matter most beyond an additive model, at most `most`. `probabilities`: what the additive model says of
 * the training rows; `weights`: of the rows; `columns`: those to look at.
 */
export function findPairs(
  { table, target }: TrainingData,
  weights: Float64Array,
  probabilities: Float64Array,
  columns: readonly number[],
  most: number,
): FittedPair[] {
  const bins = fitBins(table, maxBins);
  const binned = binColumns(bins, table);
  const slopes = probabilities.map((p, row) => weights[row]! * (p - target[row]!));
  const curvatures = probabilities.map((p, row) => weights[row]! * p * (1 - p));
  const sideOf = (column: number): FittedSide => {
    const own = bins[column]!;
    return { column, bins: own, shares: sharesOf(binned[column]!, binCount(own), weights) };
  };
  const found = strongestPairs({ bins, binned, slopes, curvatures }, columns, most);
  return found.map((pair) => {
    const [first, second] = [sideOf(pair.first), sideOf(pair.second)];
    return { first, second, ...combine(pair, binned, binCount(second.bins)) };
  });
}

/** The table with a category for each pair. */
export function withPairs(table: Table, pairs: readonly FittedPair[]): Table {
  const added = pairs.map(({ combinations, places }, k): CategoryColumn => {
    return { kind: 'category', name: `pair ${k + 1}`, levels: combinations.map(String), codes: places };
  });
  return { ...table, columns: [...table.columns, ...added] };
}

/** `effects`: log-odds of each combination. Gives the pair's table and the mean effect, which the table leaves out. */
export function tableOfPair(
  { first, second, combinations }: FittedPair,
  effects: Float64Array,
): { pair: PairTable; mean: number } {
  const width = second.shares.length;
  const all = new Float64Array(first.shares.length * width);
  combinations.forEach((code, place) => (all[code] = effects[place]!));
  const overFirst = new Float64Array(width);
  const overSecond = new Float64Array(first.shares.length);
  all.forEach((effect, code) => {
    const [a, b] = [Math.floor(code / width), code % width];
    overFirst[b]! += first.shares[a]! * effect;
    overSecond[a]! += second.shares[b]! * effect;
  });
  const mean = overFirst.reduce((sum, effect, b) => sum + second.shares[b]! * effect, 0);
  const half = (effect: number, code: number, sign: 1 | -1): number => {
    const lead = overSecond[Math.floor(code / width)]! - overFirst[code % width]!;
    return (effect - mean + sign * lead) / 2;
  };
  const sideOf = ({ column, bins }: FittedSide, sign: 1 | -1): PairSide => {
    return { column, bins, contributions: all.map((effect, code) => half(effect, code, sign)) };
  };
  return { pair: { first: sideOf(first, 1), second: sideOf(second, -1) }, mean };
}

/** Adds what a pair says of the chosen rows to their contributions, row-major, and to their margins. */
export function addPair(
  { first, second }: PairTable,
  table: Table,
  rows: Int32Array,
  contributions: Float64Array,
  margins: Float64Array,
): void {
  const stride = table.columns.length;
  const width = binCount(second.bins);
  const firstColumn = table.columns[first.column]!;
  const secondColumn = table.columns[second.column]!;
  for (let i = 0, at = 0; i < rows.length; i++, at += stride) {
    const row = rows[i]!;
    const code = binOfCell(first.bins, firstColumn, row) * width + binOfCell(second.bins, secondColumn, row);
    const ofFirst = first.contributions[code]!;
    const ofSecond = second.contributions[code]!;
    contributions[at + first.column]! += ofFirst;
    contributions[at + second.column]! += ofSecond;
    margins[i]! += ofFirst + ofSecond;
  }
}

function sharesOf(binned: Uint8Array, size: number, weights: Float64Array): Float64Array {
  const sums = new Float64Array(size);
  let total = 0;
  for (let row = 0; row < binned.length; row++) {
    sums[binned[row]!]! += weights[row]!;
    total += weights[row]!;
  }
  return sums.map((sum) => sum / total);
}

function combine(
  { first, second }: PairOfColumns,
  binned: readonly Uint8Array[],
  width: number,
): Pick<FittedPair, 'combinations' | 'places'> {
  const [one, other] = [binned[first]!, binned[second]!];
  const codes = Int32Array.from(one, (bin, row) => bin * width + other[row]!);
  const combinations = [...new Set(codes)].sort((a, b) => a - b);
  const placeOf = new Map(combinations.map((code, place) => [code, place]));
  return { combinations, places: codes.map((code) => placeOf.get(code)!) };
}
