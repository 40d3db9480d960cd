/**
 * Histograms of gradients: for each bin of a feature the sum of the gradients and of the curvatures
 * (second derivatives, or weights) of a node's rows.
 *
 * Layout: one Float64Array for all features, feature f starting at `2 × offsets[f]`; bin b holds the
 * gradient sum at `+ 2b` and the curvature sum at `+ 2b + 1`. A sibling's histogram is the parent's minus
 * this one's, which halves the work of a level.
 * Rows are taken in blocks, whose gradients stay in the nearest cache while the features pass over them,
 * two columns at a time, so that the additions to one bin do not wait for each other; in large nodes
 * small features are counted as bundles.
 */
import { binCount, type FeatureBins } from './bins.ts';
import { addMargins, bundleFeatures, type Bundle } from './bundles.ts';

const BLOCK_ROWS = 2048;
/** Below, a joint histogram costs more than it saves. */
const BUNDLE_ROWS = 1024;

export interface HistogramLayout {
  /** First bin of each feature, and the total number of bins at the end; length `featureCount + 1`. */
  readonly offsets: Int32Array;
  readonly columns: readonly Uint8Array[];
  readonly bundles: readonly Bundle[];
  /** Index of each feature's bundle, −1 for none. */
  readonly bundleOf: Int32Array;
  /** Joint histograms, one after the other with 512 numbers each. */
  readonly joint: Float64Array;
  /** 1 for the features of the node at hand; those counted on their own; 1 for the bundles that count the others. */
  readonly wanted: Uint8Array;
  readonly alone: Int32Array;
  readonly inUse: Uint8Array;
  /** Gradient and curvature of the rows of one block, in the node's order. */
  readonly block: Float64Array;
}

/** `columns`: the bins, one array a feature. */
export function createHistogramLayout(
  bins: readonly FeatureBins[],
  columns: readonly Uint8Array[],
  bundles: readonly Bundle[] = bundleFeatures(bins, columns),
): HistogramLayout {
  const offsets = new Int32Array(bins.length + 1);
  for (let f = 0; f < bins.length; f++) offsets[f + 1] = offsets[f]! + binCount(bins[f]!);
  const bundleOf = new Int32Array(bins.length).fill(-1);
  bundles.forEach((bundle, index) => {
    for (const f of bundle.features) bundleOf[f] = index;
  });
  return {
    offsets,
    columns,
    bundles,
    bundleOf,
    joint: new Float64Array(512 * bundles.length),
    wanted: new Uint8Array(bins.length),
    alone: new Int32Array(bins.length),
    inUse: new Uint8Array(bundles.length),
    block: new Float64Array(2 * BLOCK_ROWS),
  };
}

export function createHistogram(layout: HistogramLayout): Float64Array {
  return new Float64Array(2 * layout.offsets[layout.offsets.length - 1]!);
}

/**
 * Fills the histogram of the given features from the node's rows `rows[start] … rows[end − 1]`.
 * `gradient`, `curvature`: one number a row of the table.
 */
export function fillHistogram(
  histogram: Float64Array,
  layout: HistogramLayout,
  features: Int32Array,
  rows: Int32Array,
  start: number,
  end: number,
  gradient: Float64Array,
  curvature: Float64Array,
): void {
  const { offsets, bundles, bundleOf, joint, wanted, alone, inUse, block } = layout;
  const bundled = end - start >= BUNDLE_ROWS && features.length > 1;
  wanted.fill(0);
  inUse.fill(0);
  let aloneCount = 0;
  for (const f of features) {
    histogram.fill(0, 2 * offsets[f]!, 2 * offsets[f + 1]!);
    wanted[f] = 1;
    if (bundled && bundleOf[f]! >= 0) inUse[bundleOf[f]!] = 1;
    else alone[aloneCount++] = f;
  }
  if (bundled) joint.fill(0);
  for (let from = start; from < end; from += BLOCK_ROWS) {
    const to = Math.min(end, from + BLOCK_ROWS);
    gather(block, rows, from, to, gradient, curvature);
    addAlone(histogram, layout, aloneCount, rows, from, to);
    if (bundled) addJoint(layout, rows, from, to);
  }
  for (let index = 0; bundled && index < bundles.length; index++)
    if (inUse[index] === 1)
      addMargins(joint.subarray(512 * index), bundles[index]!, wanted, histogram, offsets);
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

/** Adds a block's rows to the histograms of the first `count` features of `layout.alone`. */
function addAlone(
  histogram: Float64Array,
  { offsets, columns, alone, block }: HistogramLayout,
  count: number,
  rows: Int32Array,
  from: number,
  to: number,
): void {
  let k = 0;
  for (; k + 1 < count; k += 2) {
    const [a, b] = [alone[k]!, alone[k + 1]!];
    const [offsetA, offsetB] = [2 * offsets[a]!, 2 * offsets[b]!];
    addColumns(columns[a]!, offsetA, columns[b]!, offsetB, histogram, rows, from, to, block);
  }
  if (k < count) addColumn(columns[alone[k]!]!, 2 * offsets[alone[k]!]!, histogram, rows, from, to, block);
}

/** Adds a block's rows to the joint histograms in use. */
function addJoint(
  { bundles, inUse, joint, block }: HistogramLayout,
  rows: Int32Array,
  from: number,
  to: number,
): void {
  let before = -1;
  for (let index = 0; index < bundles.length; index++) {
    if (inUse[index] === 0) continue;
    if (before < 0) before = index;
    else {
      const [a, b] = [bundles[before]!.column, bundles[index]!.column];
      addColumns(a, 512 * before, b, 512 * index, joint, rows, from, to, block);
      before = -1;
    }
  }
  if (before >= 0) addColumn(bundles[before]!.column, 512 * before, joint, rows, from, to, block);
}

function addColumns(
  column1: Uint8Array,
  offset1: number,
  column2: Uint8Array,
  offset2: number,
  into: Float64Array,
  rows: Int32Array,
  from: number,
  to: number,
  block: Float64Array,
): void {
  for (let i = from, at = 0; i < to; i++, at += 2) {
    const row = rows[i]!;
    const slot1 = offset1 + 2 * column1[row]!;
    const slot2 = offset2 + 2 * column2[row]!;
    const gradient = block[at]!;
    const curvature = block[at + 1]!;
    into[slot1]! += gradient;
    into[slot1 + 1]! += curvature;
    into[slot2]! += gradient;
    into[slot2 + 1]! += curvature;
  }
}

function addColumn(
  column: Uint8Array,
  offset: number,
  into: Float64Array,
  rows: Int32Array,
  from: number,
  to: number,
  block: Float64Array,
): void {
  for (let i = from, at = 0; i < to; i++, at += 2) {
    const slot = offset + 2 * column[rows[i]!]!;
    into[slot]! += block[at]!;
    into[slot + 1]! += block[at + 1]!;
  }
}
