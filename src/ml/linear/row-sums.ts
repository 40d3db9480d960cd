/**
 * Sums over the rows of a linear model's training at given coefficients: losses, and what point-sums.ts sums. Rows are cut
 * into parts that any thread can sum; parts depend on the table alone and are added in their order.
 */
import { sharedFloats } from '../parallel/shared-memory.ts';
import { oneThread, type Task, type Threads } from '../parallel/threads.ts';
import type { Grid } from './grid.ts';
import { addSums, createSumming, type PointSums, type RowBlock, type Summing } from './point-sums.ts';

export interface RowsToSum {
  readonly grid: Grid;
  /** Number of design columns. */
  readonly width: number;
  readonly target: Uint8Array;
  readonly weights: Float64Array;
}

/** At some coefficients. */
export interface SumsAtBeta {
  readonly loss: number;
  readonly sums: PointSums;
}

export interface RowSums {
  /** `beta`: the intercept last. */
  at(beta: Float64Array): SumsAtBeta;
  /** Lets go of the threads. */
  close(): void;
}

const blockRows = 1024;
const fewestPartRows = 65_536;
const mostParts = 16;

export function openRowSums(rows: RowsToSum, threads: Threads): RowSums {
  const { rowCount, pointCount } = rows.grid;
  // The sums of a part take the square of the points: a part has more rows than that.
  const parts = Math.min(mostParts, Math.floor(rowCount / Math.max(fewestPartRows, pointCount ** 2)));
  const beta = sharedFloats(rows.width + 1);
  const shared: SharedRows = { ...rows, parts: Math.max(1, parts), beta };
  const team = (parts > 1 ? threads : oneThread).open(logisticParts, shared);
  return {
    at: (coefficients) => {
      beta.set(coefficients);
      const sums: SumsAtBeta[] = [];
      team.run(shared.parts, (_, part) => sums.push(part));
      return sums.reduce((all, part) => {
        return { loss: all.loss + part.loss, sums: addSums(all.sums, part.sums) };
      });
    },
    close: () => {
      team.close();
    },
  };
}

interface SharedRows extends RowsToSum {
  readonly parts: number;
  /** Set before each round. */
  readonly beta: Float64Array;
}

export const logisticParts: Task<SharedRows, SumsAtBeta> = {
  name: 'logistic-parts',
  prepare: (shared) => {
    const { grid, parts } = shared;
    const summing = createSumming(grid);
    const cut = (part: number): number => Math.floor((grid.rowCount * part) / parts);
    return (part) => {
      const loss = addRows(shared, summing, cut(part), cut(part + 1));
      return { loss, sums: summing.finish() };
    };
  },
};

/** Sums the rows in blocks; returns the sum of their losses. */
function addRows(
  { grid, width, target, weights, beta }: SharedRows,
  summing: Summing,
  start: number,
  end: number,
): number {
  const pointMargins = marginsOfPoints(grid, beta);
  const bundleMargins = grid.bundles.map(({ size, points }) => {
    const margins = new Float64Array(size);
    for (const places of points)
      for (let code = 0; code < size; code++) margins[code]! += pointMargins[places[code]!]!;
    return margins;
  });
  const slopes = new Float64Array(blockRows);
  const curvatures = new Float64Array(blockRows);
  const margins = new Float64Array(blockRows);
  let loss = 0;
  for (let from = start; from < end; from += blockRows) {
    const count = Math.min(blockRows, end - from);
    margins.fill(beta[width]!);
    grid.bundles.forEach(({ codes }, k) => {
      addBundleMargins(margins, bundleMargins[k]!, codes, from, count);
    });
    for (const { first, cells, shares } of grid.curves)
      addCurveMargins(margins, pointMargins.subarray(first), cells, shares, from, count);
    const block = { from, count, slopes, curvatures };
    loss += setSlopes(block, margins, target, weights);
    summing.add(block);
  }
  return loss;
}

function marginsOfPoints({ pointCount, points }: Grid, beta: Float64Array): Float64Array {
  const margins = new Float64Array(pointCount);
  for (let p = 0; p < pointCount; p++)
    for (let e = points.starts[p]!; e < points.starts[p + 1]!; e++)
      margins[p]! += beta[points.indices[e]!]! * points.values[e]!;
  return margins;
}

function addBundleMargins(
  margins: Float64Array,
  ofCodes: Float64Array,
  codes: Int32Array,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) margins[i]! += ofCodes[codes[from + i]!]!;
}

function addCurveMargins(
  margins: Float64Array,
  ofCells: Float64Array,
  cells: Int32Array,
  shares: Float64Array,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    const cell = cells[from + i]!;
    const margin = ofCells[cell]!;
    margins[i]! += margin + shares[from + i]! * (ofCells[cell + 1]! - margin);
  }
}

/**
 * Sets slope w (p − y) and curvature w p (1 − p) of each row; returns the sum of the losses w log(1 + exp(∓m)), which
 * is max(±m, 0) + log(1 + e), e = exp(−|m|). The logarithm of a product takes the place of a sum of logarithms: factors
 * of at most 2 that a block's 1,024 rows could multiply to more than a double holds are cut off at 512.
 */
function setSlopes(
  { from, count, slopes, curvatures }: RowBlock,
  margins: Float64Array,
  target: Uint8Array,
  weights: Float64Array,
): number {
  let loss = 0;
  let product = 1;
  let productWeight = 0;
  for (let i = 0; i < count; i++) {
    const margin = margins[i]!;
    const label = target[from + i]!;
    const weight = weights[from + i]!;
    const e = Math.exp(-Math.abs(margin));
    const share = 1 / (1 + e);
    const probability = margin >= 0 ? share : e * share;
    slopes[i] = weight * (probability - label);
    curvatures[i] = weight * e * share * share;
    const against = label === 1 ? -margin : margin;
    if (against > 0) loss += weight * against;
    if (weight !== productWeight || (i & 511) === 0) {
      loss += productWeight * Math.log(product);
      product = 1;
      productWeight = weight;
    }
    product *= 1 + e;
  }
  return loss + productWeight * Math.log(product);
}
