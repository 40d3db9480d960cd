/**
 * Bundles of small features: several columns of few bins become one column of their joint bin, so that a
 * pass over the rows counts all of them at once; each one's histogram is a margin of the joint one.
 *
 * Method: the joint bin is Σ (bin_f − first_f) · stride_f, the strides being products of the sizes before
 * (bundles of at most 256 joint bins: data/bundling.ts). Exact but for the order of additions. Related to the exclusive feature bundles of Ke et al. (2017), without their need
 * for sparse columns.
 */
import { bundleColumns } from '../data/bundling.ts';
import { sharedBytes } from '../parallel/shared-memory.ts';
import { binCount, type FeatureBins } from './bins.ts';

export interface Bundle {
  readonly features: Int32Array;
  /** Per feature: bins that occur, the first of them (1 when no value is missing), and the stride. */
  readonly sizes: Int32Array;
  readonly firsts: Int32Array;
  readonly strides: Int32Array;
  /** The joint bin of every row. */
  readonly column: Uint8Array;
  readonly jointBins: number;
}

const MAX_JOINT_BINS = 256;
const MAX_SIZE = 16;

/** Bundles of at least two features each. `columns`: the bins, one array a feature. */
export function bundleFeatures(bins: readonly FeatureBins[], columns: readonly Uint8Array[]): Bundle[] {
  const firsts = columns.map((column) => (column.includes(0) ? 0 : 1));
  const sizes = bins.map((feature, f) => binCount(feature) - firsts[f]!);
  const small = [...bins.keys()].filter((f) => sizes[f]! <= MAX_SIZE);
  return bundleColumns(
    small.map((f) => sizes[f]!),
    MAX_JOINT_BINS,
  )
    .filter((members) => members.length > 1)
    .map((members) =>
      bundle(
        members.map((index) => small[index]!),
        sizes,
        firsts,
        columns,
      ),
    );
}

/** Adds the joint histogram's margins to the histograms of the bundle's wanted features. */
export function addMargins(
  joint: Float64Array,
  bundle: Bundle,
  wanted: Uint8Array,
  histogram: Float64Array,
  offsets: Int32Array,
): void {
  const { features, sizes, firsts, strides, jointBins } = bundle;
  for (let k = 0; k < features.length; k++) {
    const f = features[k]!;
    if (wanted[f] === 0) continue;
    const stride = strides[k]!;
    const size = sizes[k]!;
    const offset = 2 * (offsets[f]! + firsts[k]!);
    for (let bin = 0, digit = 0, run = 0; bin < jointBins; bin++) {
      histogram[offset + 2 * digit]! += joint[2 * bin]!;
      histogram[offset + 2 * digit + 1]! += joint[2 * bin + 1]!;
      if (++run < stride) continue;
      run = 0;
      if (++digit === size) digit = 0;
    }
  }
}

function bundle(
  members: readonly number[],
  allSizes: readonly number[],
  allFirsts: readonly number[],
  columns: readonly Uint8Array[],
): Bundle {
  const features = Int32Array.from(members);
  const sizes = features.map((f) => allSizes[f]!);
  const firsts = features.map((f) => allFirsts[f]!);
  const strides = new Int32Array(features.length);
  let product = 1;
  const column = sharedBytes(columns[0]!.length);
  for (let k = 0; k < features.length; k++) {
    strides[k] = product;
    const bins = columns[features[k]!]!;
    for (let row = 0; row < column.length; row++) column[row]! += (bins[row]! - firsts[k]!) * product;
    product *= sizes[k]!;
  }
  return { features, sizes, firsts, strides, column, jointBins: product };
}
