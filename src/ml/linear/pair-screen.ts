/**
 * Which pairs of columns matter beyond the sum of their effects: a fast screen of all pairs.
 *
 * Method: with the slope s and the curvature c of each row's loss at a fitted additive model, a table of binned pairs would
 * gain Σ S² / (C + λ) over its cells, S and C being the sums of a cell (FAST: Lou, Caruana, Gehrke and Hooker 2013, Accurate
 * Intelligible Models with Pairwise Interactions). What each column alone would gain is taken off. Where there is nothing
 * to find, the gain is about χ² with as many degrees of freedom as C / (C + λ) adds up to; a pair counts if chance would
 * give any of them as much in one table of twenty at most (tail bound of Laurent and Massart 2000).
 * Assumptions: rows are independent. Of large tables, evenly spaced rows are looked at.
 */
import { binCount, type FeatureBins } from '../tree/bins.ts';

/** Binned columns and the derivatives of the loss, one entry a row. */
export interface ScreenedRows {
  readonly bins: readonly FeatureBins[];
  /** The bin of each row, one array a column. */
  readonly binned: readonly Uint8Array[];
  readonly slopes: Float64Array;
  readonly curvatures: Float64Array;
}

/** Places of two columns, the first one smaller. */
export interface PairOfColumns {
  readonly first: number;
  readonly second: number;
}

/** Of the gain's cells; those of few rows then say little. */
const penalty = 5;
/** How often chance gives a pair where there is none to find. */
const falseAlarms = 1 / 20;
/** Rows × pairs that are looked at, about. */
const budget = 2e8;
const fewestRows = 5_000;

interface Gain {
  readonly gain: number;
  readonly freedom: number;
}

/** At most `most` pairs among the given columns, those of the largest gain first. */
export function strongestPairs(
  rows: ScreenedRows,
  columns: readonly number[],
  most: number,
): PairOfColumns[] {
  const pairs = columns.flatMap((first, k) => columns.slice(k + 1).map((second) => ({ first, second })));
  const step = stepOf(rows.slopes.length, pairs.length);
  const sizes = rows.bins.map(binCount);
  const own = rows.bins.map((_, j) => gainOf(rows, rows.binned[j]!, sizes[j]!, step));
  const rarity = Math.log(pairs.length / falseAlarms);
  const codes = new Int32Array(rows.slopes.length);
  const found = pairs.flatMap((pair) => {
    const { first, second } = pair;
    joinBins(codes, rows.binned[first]!, rows.binned[second]!, sizes[second]!, step);
    const joint = gainOf(rows, codes, sizes[first]! * sizes[second]!, step);
    const freedom = Math.max(1, joint.freedom - own[first]!.freedom - own[second]!.freedom);
    const excess = joint.gain - own[first]!.gain - own[second]!.gain - freedom;
    return excess > 2 * Math.sqrt(freedom * rarity) + 2 * rarity ? [{ pair, excess }] : [];
  });
  found.sort((a, b) => b.excess - a.excess);
  return found.slice(0, most).map(({ pair }) => pair);
}

/** Every how manieth row is looked at. */
function stepOf(rowCount: number, pairCount: number): number {
  const wanted = Math.max(fewestRows, budget / Math.max(1, pairCount));
  return Math.max(1, Math.floor(rowCount / wanted));
}

function joinBins(
  codes: Int32Array,
  first: Uint8Array,
  second: Uint8Array,
  secondSize: number,
  step: number,
): void {
  for (let row = 0; row < codes.length; row += step) codes[row] = first[row]! * secondSize + second[row]!;
}

function gainOf(
  { slopes, curvatures }: ScreenedRows,
  codes: Int32Array | Uint8Array,
  size: number,
  step: number,
): Gain {
  const slope = new Float64Array(size);
  const curvature = new Float64Array(size);
  for (let row = 0; row < slopes.length; row += step) {
    const code = codes[row]!;
    slope[code]! += slopes[row]!;
    curvature[code]! += curvatures[row]!;
  }
  let gain = 0;
  let freedom = 0;
  for (let code = 0; code < size; code++) {
    const total = curvature[code]! + penalty;
    gain += slope[code]! ** 2 / total;
    freedom += curvature[code]! / total;
  }
  return { gain, freedom };
}
