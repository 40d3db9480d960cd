/**
 * Grows one tree from binned rows: the open leaf with the largest gain is split first, until no split
 * gains enough or the tree is as large as allowed. Rows of a leaf are a stretch of one index array,
 * partitioned in place and in order.
 * Reference: Ke et al. (2017) for growing by gain; Breiman (2001) for features drawn at each node.
 */
import type { Random } from '../math/random.ts';
import type { GrowContext, GrowParams, OpenLeaf, RowSums, TreeTask } from './context.ts';
import { markLeftBins, partitionRows } from './partition.ts';
import { addRoot, addSplit, type TreeWriter } from './predict.ts';
import { findSplit, openHistogram, release, shareHistogram } from './search.ts';
import { leafValue, type NodeSums, type Split } from './split.ts';

/** A leaf of a grown tree and its stretch of `rows`. */
export interface GrownLeaf {
  readonly node: number;
  readonly start: number;
  readonly end: number;
  readonly sums: NodeSums;
  readonly value: number;
}

/**
 * Writes one tree, values and splits; covers are left to `writeCovers`, as they count weights, not
 * curvatures. Returns the leaves.
 */
export function growTree(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  writer: TreeWriter,
  random: Random,
): GrownLeaf[] {
  const done: OpenLeaf[] = [];
  const open: OpenLeaf[] = [];
  const add = (leaf: OpenLeaf): void => {
    if (leaf.split !== null) insertOpen(open, leaf, params);
    else {
      release(context, leaf);
      done.push(leaf);
    }
  };
  const root = openRoot(params, context, task, writer);
  findSplit(params, context, task, random, root);
  add(root);
  while (open.length > 0 && open.length + done.length < params.maxLeaves) {
    const isLast = open.length + done.length + 1 >= params.maxLeaves;
    const leaf = open.pop()!;
    const [left, right] = splitLeaf(params, context, task, writer, random, leaf, isLast);
    add(left);
    add(right);
  }
  for (const leaf of open) release(context, leaf);
  return [...done, ...open].map((leaf) => closeLeaf(params, leaf, writer));
}

/** Sets the covers of the last tree from the weights of its leaves' rows. */
export function writeCovers(
  writer: TreeWriter,
  leaves: readonly GrownLeaf[],
  rows: Int32Array,
  weights: Float64Array | null,
): void {
  for (const leaf of leaves) {
    let cover = leaf.end - leaf.start;
    if (weights !== null) {
      cover = 0;
      for (let i = leaf.start; i < leaf.end; i++) cover += weights[rows[i]!]!;
    }
    writer.cover[leaf.node] = cover;
  }
  const root = writer.roots[writer.roots.length - 1]!;
  for (let node = writer.feature.length - 1; node >= root; node--) {
    if (writer.feature[node]! < 0) continue;
    const left = writer.left[node]!;
    writer.cover[node] = writer.cover[left]! + writer.cover[left + 1]!;
  }
}

/** With its histogram, where trees keep histograms. */
export function openRoot(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  writer: TreeWriter,
): OpenLeaf {
  const { gradient, curvature } = task.sums ?? sumRows(task);
  const sums = { gradient, curvature, lowest: -Infinity, highest: Infinity };
  const root = openLeaf(addRoot(writer), 0, task.rows.length, 0, sums);
  openHistogram(params, context, task, root);
  return root;
}

function sumRows({ rows, gradient, curvature }: TreeTask): RowSums {
  const sums = { gradient: 0, curvature: 0 };
  for (const row of rows) {
    sums.gradient += gradient[row]!;
    sums.curvature += curvature[row]!;
  }
  return sums;
}

/** `isLast`: the children stay leaves, and no split is looked for. */
function splitLeaf(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  writer: TreeWriter,
  random: Random,
  leaf: OpenLeaf,
  isLast: boolean,
): [OpenLeaf, OpenLeaf] {
  const [left, right] = divideLeaf(params, context, task, writer, leaf, leaf.split!);
  if (isLast) {
    release(context, leaf);
    return [left, right];
  }
  if (leaf.histogram !== null) shareHistogram(params, context, task, leaf, left, right);
  findSplit(params, context, task, random, left);
  findSplit(params, context, task, random, right);
  return [left, right];
}

/** Writes the split and returns the children, without histograms. */
export function divideLeaf(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  writer: TreeWriter,
  leaf: OpenLeaf,
  split: Split,
): [OpenLeaf, OpenLeaf] {
  const middle = partition(context, task.rows, leaf, split);
  const node = addSplit(writer, leaf.node, split);
  const [leftSums, rightSums] = childSums(params, leaf.sums, split);
  return [
    openLeaf(node, leaf.start, middle, leaf.depth + 1, leftSums),
    openLeaf(node + 1, middle, leaf.end, leaf.depth + 1, rightSums),
  ];
}

/** All leaves have their properties in one order: the engine is slower with several. */
function openLeaf(node: number, start: number, end: number, depth: number, sums: NodeSums): OpenLeaf {
  return { node, start, end, depth, sums, split: null, histogram: null };
}

/** Moves the rows that go left to the front of the leaf's stretch. */
function partition(context: GrowContext, rows: Int32Array, leaf: OpenLeaf, split: Split): number {
  const { leftBins, scratch, columns, team } = context;
  markLeftBins(leftBins, split);
  if (team !== null) return team.partition(split.feature, leaf.start, leaf.end);
  return partitionRows(rows, leaf.start, leaf.end, columns[split.feature]!, leftBins, scratch);
}

function childSums(params: GrowParams, sums: NodeSums, split: Split): [NodeSums, NodeSums] {
  const left = { ...sums, gradient: split.leftGradient, curvature: split.leftCurvature };
  const right = {
    ...sums,
    gradient: sums.gradient - split.leftGradient,
    curvature: sums.curvature - split.leftCurvature,
  };
  const direction = split.set === null ? (params.monotone?.[split.feature] ?? 0) : 0;
  if (direction === 0) return [left, right];
  const middle = (valueOf(params, left) + valueOf(params, right)) / 2;
  return direction > 0
    ? [
        { ...left, highest: middle },
        { ...right, lowest: middle },
      ]
    : [
        { ...left, lowest: middle },
        { ...right, highest: middle },
      ];
}

export function closeLeaf(params: GrowParams, leaf: OpenLeaf, writer: TreeWriter): GrownLeaf {
  const value = valueOf(params, leaf.sums);
  writer.value[leaf.node] = value;
  return { node: leaf.node, start: leaf.start, end: leaf.end, sums: leaf.sums, value };
}

function valueOf(params: GrowParams, sums: NodeSums): number {
  return leafValue(sums.gradient, sums.curvature, params.l2, sums.lowest, sums.highest);
}

/**
 * Keeps the leaf of largest gain, of equal ones the oldest, at the end. Without a limit on leaves the order is free,
 * and the last one is nearest in the cache.
 */
function insertOpen(open: OpenLeaf[], leaf: OpenLeaf, params: GrowParams): void {
  let low = params.maxLeaves === Infinity ? open.length : 0;
  let high = open.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (open[middle]!.split!.gain < leaf.split!.gain) low = middle + 1;
    else high = middle;
  }
  open.splice(low, 0, leaf);
}
