/** The input of growing a tree: its settings, its rows, and what all trees of a model share. */
import type { FeatureBins } from './bins.ts';
import { bundleFeatures, type Bundle } from './bundles.ts';
import { createHistogramLayout, type HistogramLayout } from './histogram.ts';
import type { NodeSums, Split, SplitParams } from './split.ts';

export interface GrowParams extends SplitParams {
  /** ≥ 2; Infinity for no limit. */
  readonly maxLeaves: number;
  /** ≥ 1; Infinity for no limit. */
  readonly maxDepth: number;
  /** Features drawn at each node. All of them: histograms are subtracted. */
  readonly featuresPerNode: number;
  /** Cuts are drawn at random instead of searched (random-split.ts); there are no monotone constraints then. */
  readonly randomCuts?: boolean;
  /** Sign of the monotone constraint of each feature; categories are never constrained. */
  readonly monotone: Int8Array | null;
}

/** What stays the same from tree to tree. */
export interface GrowContext {
  readonly bins: readonly FeatureBins[];
  readonly columns: readonly Uint8Array[];
  /** 1 for categories whose bins ascend by rate (target-statistics.ts). */
  readonly isOrdered: Uint8Array;
  readonly layout: HistogramLayout;
  /** Spare histograms, used again. */
  readonly pool: Float64Array[];
  readonly scratch: Int32Array;
  readonly leftBins: Uint8Array;
  /** Null: this thread passes over all rows. */
  readonly team: RowPasses | null;
}

/** Passes over rows that threads share, in memory of their own, which `leftBins` and the rows of a tree are in. */
export interface RowPasses {
  /** Fills the histogram of the given features from the rows from `start` to `end` − 1. */
  fill(histogram: Float64Array, features: Int32Array, start: number, end: number): void;
  /** Moves the rows whose bin of the feature is marked in `leftBins` to the front; returns where the others begin. */
  partition(feature: number, start: number, end: number): number;
}

/** Over the rows of a tree. */
export interface RowSums {
  readonly gradient: number;
  readonly curvature: number;
}

export interface TreeTask {
  /** Rows to learn from, reordered so that those of a leaf stand together. */
  readonly rows: Int32Array;
  /** Features the tree may use. */
  readonly features: Int32Array;
  /** Negative gradient and curvature of each row of the table. */
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  /** Of all rows, where they are known. */
  readonly sums?: RowSums;
}

/** A leaf that may still be split. */
export interface OpenLeaf {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly depth: number;
  readonly sums: NodeSums;
  split: Split | null;
  histogram: Float64Array | null;
}

export function createGrowContext(
  bins: readonly FeatureBins[],
  columns: readonly Uint8Array[],
  isOrdered = new Uint8Array(bins.length),
  bundles: readonly Bundle[] = bundleFeatures(bins, columns),
): GrowContext {
  const rowCount = columns[0]?.length ?? 0;
  return {
    bins,
    columns,
    isOrdered,
    layout: createHistogramLayout(bins, columns, bundles),
    pool: [],
    scratch: new Int32Array(rowCount),
    leftBins: new Uint8Array(256),
    team: null,
  };
}
