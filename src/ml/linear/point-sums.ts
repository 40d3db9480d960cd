/**
 * Sums over rows for the points of a grid (grid.ts): with φ_p the share of a row that belongs to point p, the slopes
 * Σ s φ_p and the curvatures Σ c φ_p φ_q.
 *
 * Method: every two bundles, or a bundle and a curve, or two curves have a table of their own, to which a row adds one,
 * two or four numbers. Rows come in blocks whose slopes and curvatures stay in the nearest cache while the tables pass
 * over them. The sums of a bundle's columns are margins of its tables.
 */
import type { Bundle, Curve, Grid } from './grid.ts';

export interface PointSums {
  /** Σ s and Σ c. */
  readonly slope: number;
  readonly curvature: number;
  /** Σ s φ_p, one a point. */
  readonly slopes: Float64Array;
  /** Σ c φ_p, one a point. */
  readonly totals: Float64Array;
  /** Σ c φ_p φ_q for q ≤ p, row-major, `pointCount × pointCount`. */
  readonly curvatures: Float64Array;
}

/** Rows `from` to `from + count − 1`: slope and curvature of each. */
export interface RowBlock {
  readonly from: number;
  readonly count: number;
  readonly slopes: Float64Array;
  readonly curvatures: Float64Array;
}

interface Tables {
  slope: number;
  curvature: number;
  /** A bundle's slope and curvature of each combination. */
  readonly bundles: readonly Float64Array[];
  /** A curve's slope, curvature φ_p² and curvature φ_p φ_{p+1} of each point. */
  readonly curves: readonly Float64Array[];
  /** Tables of pairs: bundle k with the bundles before it, curve k with all bundles and the curves before it. */
  readonly bundlePairs: readonly (readonly Float64Array[])[];
  readonly mixedPairs: readonly (readonly Float64Array[])[];
  readonly curvePairs: readonly (readonly Float64Array[])[];
}

/** Collects blocks of rows. */
export interface Summing {
  add(block: RowBlock): void;
  /** The sums of all blocks since the last time. */
  finish(): PointSums;
}

export function createSumming(grid: Grid): Summing {
  const tables = createTables(grid);
  return {
    add: (block) => {
      addBlock(grid, tables, block);
    },
    finish: () => {
      const sums = readOut(grid, tables);
      clear(tables);
      return sums;
    },
  };
}

/** Adds sums over other rows to `sums`, which are overwritten. */
export function addSums(sums: PointSums, others: PointSums): PointSums {
  const add = (into: Float64Array, more: Float64Array): Float64Array => {
    for (let i = 0; i < into.length; i++) into[i]! += more[i]!;
    return into;
  };
  return {
    slope: sums.slope + others.slope,
    curvature: sums.curvature + others.curvature,
    slopes: add(sums.slopes, others.slopes),
    totals: add(sums.totals, others.totals),
    curvatures: add(sums.curvatures, others.curvatures),
  };
}

function createTables({ bundles, curves }: Grid): Tables {
  return {
    slope: 0,
    curvature: 0,
    bundles: bundles.map(({ size }) => new Float64Array(2 * size)),
    curves: curves.map(({ size }) => new Float64Array(3 * size)),
    bundlePairs: bundles.map((one, k) =>
      bundles.slice(0, k).map((other) => new Float64Array(one.size * other.size)),
    ),
    mixedPairs: curves.map((one) => bundles.map((other) => new Float64Array(one.size * other.size))),
    curvePairs: curves.map((one, k) =>
      curves.slice(0, k).map((other) => new Float64Array(one.size * other.size)),
    ),
  };
}

function clear(tables: Tables): void {
  tables.slope = 0;
  tables.curvature = 0;
  const { bundles, curves, bundlePairs, mixedPairs, curvePairs } = tables;
  for (const table of [bundles, curves, bundlePairs, mixedPairs, curvePairs].flat(2)) table.fill(0);
}

function addBlock({ bundles, curves }: Grid, tables: Tables, block: RowBlock): void {
  for (let i = 0; i < block.count; i++) {
    tables.slope += block.slopes[i]!;
    tables.curvature += block.curvatures[i]!;
  }
  bundles.forEach((bundle, k) => {
    addBundle(tables.bundles[k]!, bundle.codes, block);
    for (let l = 0; l < k; l++)
      addBundlePair(tables.bundlePairs[k]![l]!, bundle.codes, bundles[l]!.codes, bundles[l]!.size, block);
  });
  curves.forEach((curve, k) => {
    addCurve(tables.curves[k]!, curve, block);
    bundles.forEach((bundle, l) => {
      addMixedPair(tables.mixedPairs[k]![l]!, bundle, curve, block);
    });
    for (let l = 0; l < k; l++) addCurvePair(tables.curvePairs[k]![l]!, curve, curves[l]!, block);
  });
}

function addBundle(
  table: Float64Array,
  codes: Int32Array,
  { from, count, slopes, curvatures }: RowBlock,
): void {
  for (let i = 0; i < count; i++) {
    const at = 2 * codes[from + i]!;
    table[at]! += slopes[i]!;
    table[at + 1]! += curvatures[i]!;
  }
}

function addBundlePair(
  table: Float64Array,
  codes: Int32Array,
  otherCodes: Int32Array,
  otherSize: number,
  { from, count, curvatures }: RowBlock,
): void {
  for (let i = 0; i < count; i++)
    table[codes[from + i]! * otherSize + otherCodes[from + i]!]! += curvatures[i]!;
}

function addCurve(
  table: Float64Array,
  { cells, shares }: Curve,
  { from, count, slopes, curvatures }: RowBlock,
): void {
  for (let i = 0; i < count; i++) {
    const at = 3 * cells[from + i]!;
    const next = shares[from + i]!;
    const own = 1 - next;
    const slope = slopes[i]!;
    const mixed = own * curvatures[i]!;
    table[at]! += own * slope;
    table[at + 1]! += own * mixed;
    table[at + 2]! += next * mixed;
    table[at + 3]! += next * slope;
    table[at + 4]! += next * next * curvatures[i]!;
  }
}

function addMixedPair(
  table: Float64Array,
  { codes }: Bundle,
  { cells, shares, size }: Curve,
  { from, count, curvatures }: RowBlock,
): void {
  for (let i = 0; i < count; i++) {
    const at = codes[from + i]! * size + cells[from + i]!;
    const curvature = curvatures[i]!;
    const next = shares[from + i]! * curvature;
    table[at]! += curvature - next;
    table[at + 1]! += next;
  }
}

function addCurvePair(
  table: Float64Array,
  one: Curve,
  { cells, shares, size }: Curve,
  { from, count, curvatures }: RowBlock,
): void {
  const oneCells = one.cells;
  const oneShares = one.shares;
  for (let i = 0; i < count; i++) {
    const row = from + i;
    const at = oneCells[row]! * size + cells[row]!;
    const curvature = curvatures[i]!;
    const share = shares[row]!;
    const next = oneShares[row]! * curvature;
    const own = curvature - next;
    table[at]! += own * (1 - share);
    table[at + 1]! += own * share;
    table[at + size]! += next * (1 - share);
    table[at + size + 1]! += next * share;
  }
}

function readOut({ bundles, curves, pointCount }: Grid, tables: Tables): PointSums {
  const slopes = new Float64Array(pointCount);
  const totals = new Float64Array(pointCount);
  const curvatures = new Float64Array(pointCount * pointCount);
  bundles.forEach(({ points, size }, k) => {
    const own = tables.bundles[k]!;
    for (const [f, places] of points.entries())
      for (let code = 0; code < size; code++) {
        slopes[places[code]!]! += own[2 * code]!;
        totals[places[code]!]! += own[2 * code + 1]!;
        for (let g = 0; g <= f; g++)
          curvatures[at(places[code]!, points[g]![code]!, pointCount)]! += own[2 * code + 1]!;
      }
    for (let l = 0; l < k; l++)
      addMargins(curvatures, pointCount, tables.bundlePairs[k]![l]!, points, bundles[l]!.points);
  });
  const places = curves.map(({ first, size }) => [Int32Array.from({ length: size }, (_, p) => first + p)]);
  curves.forEach(({ first, size }, k) => {
    const own = tables.curves[k]!;
    for (let p = 0; p < size; p++) {
      const here = first + p;
      slopes[here] = own[3 * p]!;
      totals[here]! += own[3 * p + 1]! + own[3 * p + 2]!;
      curvatures[at(here, here, pointCount)] = own[3 * p + 1]!;
      if (p + 1 === size) continue;
      totals[here + 1]! += own[3 * p + 2]!;
      curvatures[at(here + 1, here, pointCount)] = own[3 * p + 2]!;
    }
    bundles.forEach(({ points }, l) => {
      addMargins(curvatures, pointCount, tables.mixedPairs[k]![l]!, points, places[k]!);
    });
    for (let l = 0; l < k; l++)
      addMargins(curvatures, pointCount, tables.curvePairs[k]![l]!, places[k]!, places[l]!);
  });
  return { slope: tables.slope, curvature: tables.curvature, slopes, totals, curvatures };
}

/** Where the lower triangle holds a pair of points. */
function at(p: number, q: number, pointCount: number): number {
  return p > q ? p * pointCount + q : q * pointCount + p;
}

/** Adds a table of combinations × other combinations to every pair of points that they stand for. */
function addMargins(
  curvatures: Float64Array,
  pointCount: number,
  table: Float64Array,
  points: readonly Int32Array[],
  otherPoints: readonly Int32Array[],
): void {
  const size = points[0]!.length;
  const otherSize = otherPoints[0]!.length;
  for (const places of points) {
    const first = places[0]!;
    const rows = places.at(-1)! - first + 1;
    const margins = new Float64Array(rows * otherSize);
    for (let code = 0, from = 0; code < size; code++) {
      const to = (places[code]! - first) * otherSize;
      for (let other = 0; other < otherSize; other++) margins[to + other]! += table[from++]!;
    }
    for (const otherPlaces of otherPoints)
      for (let row = 0, from = 0; row < rows; row++)
        for (let other = 0; other < otherSize; other++)
          curvatures[at(first + row, otherPlaces[other]!, pointCount)]! += margins[from++]!;
  }
}
