/**
 * Histograms of gradients: for each bin of a feature the sum of the gradients and of the curvatures
 * (second derivatives, or weights) of a node's rows.
 *
 * Layout: one Float64Array for all features, feature f starting at `2 × offsets[f]`; bin b holds the
 * gradient sum at `+ 2b` and the curvature sum at `+ 2b + 1`. A sibling's histogram is the parent's minus
 * this one's, which halves the work of a level.
 * Rows are taken in blocks, whose gradients stay in the nearest cache while the features pass over them.
 */
import { binCount, type FeatureBins } from './bins.ts';

const BLOCK_ROWS = 2048;

export interface HistogramLayout {
  /** First bin of each feature, and the total number of bins at the end; length `featureCount + 1`. */
  readonly offsets: Int32Array;
  /** Gradient and curvature of the rows of one block, in the node's order. */
  readonly block: Float64Array;
}

export function createHistogramLayout(bins: readonly FeatureBins[]): HistogramLayout {
  const offsets = new Int32Array(bins.length + 1);
  for (let f = 0; f < bins.length; f++) offsets[f + 1] = offsets[f]! + binCount(bins[f]!);
  return { offsets, block: new Float64Array(2 * BLOCK_ROWS) };
}

export function createHistogram(layout: HistogramLayout): Float64Array {
  return new Float64Array(2 * layout.offsets[layout.offsets.length - 1]!);
}

/**
 * Fills the histogram of the given features from the node's rows `rows[start] … rows[end − 1]`.
 * `columns`: the bins, one array a feature; `gradient`, `curvature`: one number a row of the table.
 */
export function fillHistogram(
  histogram: Float64Array,
  layout: HistogramLayout,
  columns: readonly Uint8Array[],
  features: Int32Array,
  rows: Int32Array,
  start: number,
  end: number,
  gradient: Float64Array,
  curvature: Float64Array,
): void {
  for (const f of features) histogram.fill(0, 2 * layout.offsets[f]!, 2 * layout.offsets[f + 1]!);
  for (let from = start; from < end; from += BLOCK_ROWS) {
    const to = Math.min(end, from + BLOCK_ROWS);
    gather(layout.block, rows, from, to, gradient, curvature);
    for (const f of features)
      addBlock(histogram, 2 * layout.offsets[f]!, columns[f]!, rows, from, to, layout.block);
  }
}

/** `histogram ← histogram − part` for the given features: takes one child from the parent, leaving its sibling. */
export function subtractHistogram(
  histogram: Float64Array,
  part: Float64Array,
  layout: HistogramLayout,
  features: Int32Array,
): void {
  for (const f of features)
    for (let i = 2 * layout.offsets[f]!; i < 2 * layout.offsets[f + 1]!; i++) histogram[i]! -= part[i]!;
}

function gather(
  block: Float64Array,
  rows: Int32Array,
  from: number,
  to: number,
  gradient: Float64Array,
  curvature: Float64Array,
): void {
  for (let i = from, at = 0; i < to; i++, at += 2) {
    const row = rows[i]!;
    block[at] = gradient[row]!;
    block[at + 1] = curvature[row]!;
  }
}

function addBlock(
  histogram: Float64Array,
  offset: number,
  column: Uint8Array,
  rows: Int32Array,
  from: number,
  to: number,
  block: Float64Array,
): void {
  for (let i = from, at = 0; i < to; i++, at += 2) {
    const slot = offset + 2 * column[rows[i]!]!;
    histogram[slot]! += block[at]!;
    histogram[slot + 1]! += block[at + 1]!;
  }
}
