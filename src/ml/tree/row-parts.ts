/**
 * Passes over the rows of one tree of gradient boosting, in parts that any thread can do.
 *
 * A stretch of rows is cut into parts by its length alone, and what parts add up is added in their order, so that the
 * tree is the same for any number of threads. What a pass is to do stands in shared memory: a message for each would take
 * longer than the pass.
 */
import { sharedBytes, sharedFloats, sharedInts } from '../parallel/shared-memory.ts';
import type { Task } from '../parallel/threads.ts';
import type { FeatureBins } from './bins.ts';
import type { Bundle } from './bundles.ts';
import { createHistogramLayout, fillHistogram, type HistogramLayout } from './histogram.ts';
import { sortSides } from './partition.ts';
import { leafOf, type Trees } from './predict.ts';
import { SET_WORDS } from './split.ts';

/** Some hundredths of a millisecond's work; less is not worth a thread's attention. */
export const PART_ROWS = 4_096;
/** Each part has a histogram of its own. */
export const MOST_PARTS = 16;

/** With fewer rows in the table a thread would not have started before the fit ends. */
export const FEWEST_SHARED_ROWS = 32_768;

export interface RowMemory {
  readonly bins: readonly FeatureBins[];
  readonly columns: readonly Uint8Array[];
  readonly bundles: readonly Bundle[];
  /** The bins, row-major. */
  readonly binRows: Uint8Array;
  readonly target: Uint8Array;
  readonly weights: Float64Array;
  /** Rows to learn from, those of a leaf together; and all the rest. */
  readonly rows: Int32Array;
  readonly others: Int32Array;
  readonly scratch: Int32Array;
  /** Negative gradient and curvature of each row of the table. */
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  /** exp(−margin) of every row. A tree multiplies it by one number a leaf, which saves a row its exponential. */
  readonly oddsAgainst: Float64Array;
  /** What to do: see `orders`. */
  readonly order: Int32Array;
  /** Features of a histogram, as many as the order says. */
  readonly features: Int32Array;
  readonly leftBins: Uint8Array;
  /** Random numbers, one for two rows. */
  readonly words: Int32Array;
  /** One a part. */
  readonly histograms: Float64Array;
  /** Gradient and curvature of each part. */
  readonly sums: Float64Array;
  /** Rows of each part that are drawn, or go left; and all its other rows. */
  readonly counts: Int32Array;
  readonly otherCounts: Int32Array;
  /** Stretches of rows whose odds are multiplied by the same factor. */
  readonly stretches: Int32Array;
  readonly factors: Float64Array;
  /** The tree that has grown, and the factor of each node. */
  readonly tree: Trees;
  readonly nodeFactors: Float64Array;
}

/** Places in `order`. `start`, `end` and `parts` cut a stretch. */
export const orders = {
  pass: 0,
  start: 1,
  end: 2,
  parts: 3,
  features: 4,
  feature: 5,
  stretches: 6,
  /** Of 65,536 rows so many are drawn. */
  drawn: 7,
} as const;
export const passes = { draw: 0, histogram: 1, sides: 2, odds: 3 } as const;

export type RowData = Pick<RowMemory, 'bins' | 'columns' | 'bundles' | 'binRows' | 'target' | 'weights'>;

/** `histogramSize`: numbers of a histogram; `maxLeaves`: of a tree. */
export function createRowMemory(data: RowData, histogramSize: number, maxLeaves: number): RowMemory {
  const rowCount = data.target.length;
  const leaves = Math.min(maxLeaves, rowCount);
  const stretches = leaves + Math.ceil(rowCount / PART_ROWS);
  return {
    ...data,
    rows: sharedInts(rowCount),
    others: sharedInts(rowCount),
    scratch: sharedInts(rowCount),
    gradient: sharedFloats(rowCount),
    curvature: sharedFloats(rowCount),
    oddsAgainst: sharedFloats(rowCount),
    order: sharedInts(Object.keys(orders).length),
    features: sharedInts(data.columns.length),
    leftBins: sharedBytes(256),
    words: sharedInts(Math.ceil(rowCount / 2)),
    histograms: sharedFloats(MOST_PARTS * histogramSize),
    sums: sharedFloats(2 * MOST_PARTS),
    counts: sharedInts(MOST_PARTS),
    otherCounts: sharedInts(MOST_PARTS),
    stretches: sharedInts(2 * stretches),
    factors: sharedFloats(stretches),
    tree: createTreeRoom(data.columns.length, 2 * leaves),
    nodeFactors: sharedFloats(2 * leaves),
  };
}

/** Room for one tree with so many nodes at most. */
function createTreeRoom(featureCount: number, nodes: number): Trees {
  return {
    featureCount,
    roots: sharedInts(2),
    feature: sharedInts(nodes),
    left: sharedInts(nodes),
    low: sharedBytes(nodes),
    high: sharedBytes(nodes),
    set: sharedInts(nodes),
    sets: new Uint32Array(new SharedArrayBuffer(4 * SET_WORDS * nodes)),
    value: sharedFloats(nodes),
    cover: sharedFloats(nodes),
  };
}

export function partsOf(rows: number): number {
  return Math.min(MOST_PARTS, Math.max(1, Math.floor(rows / PART_ROWS)));
}

/** Where all parts of a stretch begin and, last, where it ends. */
export function cutsOf(start: number, end: number, parts: number): number[] {
  return Array.from({ length: parts + 1 }, (_, part) => cutOf(start, end, part, parts));
}

/** Where part `part` of a stretch begins; with `parts`, where the stretch ends. */
function cutOf(start: number, end: number, part: number, parts: number): number {
  return start + Math.floor(((end - start) * part) / parts);
}

export const rowParts: Task<RowMemory, undefined> = {
  name: 'row-parts',
  prepare: (memory) => {
    const layout = createHistogramLayout(memory.bins, memory.columns, memory.bundles);
    return (part) => {
      doPart(memory, layout, part);
      return undefined;
    };
  },
};

function doPart(memory: RowMemory, layout: HistogramLayout, part: number): void {
  const { order } = memory;
  const [start, end, parts] = [order[orders.start]!, order[orders.end]!, order[orders.parts]!];
  const from = cutOf(start, end, part, parts);
  const to = cutOf(start, end, part + 1, parts);
  switch (order[orders.pass]!) {
    case passes.draw:
      drawRows(memory, from, to, part);
      break;
    case passes.histogram:
      countPart(memory, layout, from, to, part);
      break;
    case passes.sides:
      memory.counts[part] = sortSides(
        memory.rows,
        from,
        to,
        splitColumn(memory),
        memory.leftBins,
        memory.scratch,
      );
      break;
    case passes.odds:
      moveOdds(memory, part);
      break;
  }
}

function splitColumn({ columns, order }: RowMemory): Uint8Array {
  return columns[order[orders.feature]!]!;
}

/**
 * Draws rows of positive weight to the front of this stretch of `rows`, the others to that of `others`, and sets gradients and
 * curvatures. One random number decides on two rows.
 */
function drawRows(memory: RowMemory, from: number, to: number, part: number): void {
  const { words, rows, others, target, weights, oddsAgainst, gradient, curvature, sums } = memory;
  const limit = memory.order[orders.drawn]!;
  let drawn = from;
  let other = from;
  let gradientSum = 0;
  let curvatureSum = 0;
  for (let row = from; row < to; row++) {
    const bits = words[row >>> 1]! >>> ((row & 1) << 4);
    const weight = weights[row]!;
    const inside = Number((bits & 0xffff) < limit) & Number(weight > 0);
    rows[drawn] = row;
    others[other] = row;
    drawn += inside;
    other += 1 - inside;
    const p = 1 / (1 + oddsAgainst[row]!);
    const slope = weight * (target[row]! - p);
    const bend = weight * Math.max(p * (1 - p), 1e-16);
    gradient[row] = slope;
    curvature[row] = bend;
    gradientSum += inside * slope;
    curvatureSum += inside * bend;
  }
  memory.counts[part] = drawn - from;
  memory.otherCounts[part] = other - from;
  sums[2 * part] = gradientSum;
  sums[2 * part + 1] = curvatureSum;
}

function countPart(memory: RowMemory, layout: HistogramLayout, from: number, to: number, part: number): void {
  const { histograms, features, order, rows, gradient, curvature } = memory;
  const size = histograms.length / MOST_PARTS;
  const own = histograms.subarray(part * size, (part + 1) * size);
  fillHistogram(
    own,
    layout,
    features.subarray(0, order[orders.features]),
    rows,
    from,
    to,
    gradient,
    curvature,
  );
}

/** The first items are stretches of a leaf, then come parts of the rows that the tree was not grown on. */
function moveOdds(memory: RowMemory, item: number): void {
  const { order, rows, others, oddsAgainst, stretches, factors } = memory;
  const stretchCount = order[orders.stretches]!;
  if (item < stretchCount) {
    const factor = factors[item]!;
    for (let i = stretches[2 * item]!; i < stretches[2 * item + 1]!; i++) {
      const row = rows[i]!;
      oddsAgainst[row] = withinRange(oddsAgainst[row]! * factor);
    }
    return;
  }
  const { tree, nodeFactors, binRows } = memory;
  const count = order[orders.end]!;
  const parts = order[orders.parts]!;
  const to = cutOf(0, count, item - stretchCount + 1, parts);
  for (let i = cutOf(0, count, item - stretchCount, parts); i < to; i++) {
    const row = others[i]!;
    const factor = nodeFactors[leafOf(tree, 0, binRows, row * tree.featureCount)]!;
    oddsAgainst[row] = withinRange(oddsAgainst[row]! * factor);
  }
}

/** Odds of 0 or Infinity could never change again. */
function withinRange(odds: number): number {
  if (odds > 1e300) return 1e300;
  return odds < 1e-300 ? 1e-300 : odds;
}
