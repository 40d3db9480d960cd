/**
 * Fitted trees as flat typed arrays, and the sum of their values for binned rows.
 *
 * Nodes of all trees stand one after the other, a parent always before its children; the right child
 * follows the left. A row's sum is taken tree by tree in order, whatever rows are scored with it, so the
 * same row gives the same bits in any table.
 */
import { SET_WORDS, type Split } from './split.ts';

export interface Trees {
  readonly featureCount: number;
  /** First node of each tree and, last, the number of nodes; length `trees + 1`. */
  readonly roots: Int32Array;
  /** Feature that the node splits on; −1 in a leaf. */
  readonly feature: Int32Array;
  /** Left child; the right one is `left + 1`. 0 in a leaf. */
  readonly left: Int32Array;
  /** Numbers go left when `low ≤ bin ≤ high`. */
  readonly low: Uint8Array;
  readonly high: Uint8Array;
  /** Categories: index of the node's bin set in `sets`; −1 for numbers. */
  readonly set: Int32Array;
  /** Eight words a set: bit b is set when bin b goes left. */
  readonly sets: Uint32Array;
  /** Value of each node; only leaves' values are used to predict. */
  readonly value: Float64Array;
  /** Weight of the training rows that reached the node; > 0. */
  readonly cover: Float64Array;
}

/** Collects nodes while trees grow. */
export interface TreeWriter {
  readonly roots: number[];
  readonly feature: number[];
  readonly left: number[];
  readonly low: number[];
  readonly high: number[];
  readonly set: number[];
  readonly sets: number[];
  readonly value: number[];
  readonly cover: number[];
}

export function createTreeWriter(): TreeWriter {
  return { roots: [], feature: [], left: [], low: [], high: [], set: [], sets: [], value: [], cover: [] };
}

/** Starts a tree and returns its root, a leaf so far. */
export function addRoot(writer: TreeWriter): number {
  writer.roots.push(writer.feature.length);
  return addLeaf(writer);
}

/** Turns a leaf into a split and returns its left child; both children are leaves so far. */
export function addSplit(
  writer: TreeWriter,
  node: number,
  split: Pick<Split, 'feature' | 'low' | 'high' | 'set'>,
): number {
  writer.feature[node] = split.feature;
  writer.low[node] = split.low;
  writer.high[node] = split.high;
  if (split.set !== null) {
    writer.set[node] = writer.sets.length / SET_WORDS;
    writer.sets.push(...split.set);
  }
  const left = addLeaf(writer);
  addLeaf(writer);
  writer.left[node] = left;
  return left;
}

export function finishTrees(writer: TreeWriter, featureCount: number): Trees {
  return {
    featureCount,
    roots: Int32Array.from([...writer.roots, writer.feature.length]),
    feature: Int32Array.from(writer.feature),
    left: Int32Array.from(writer.left),
    low: Uint8Array.from(writer.low),
    high: Uint8Array.from(writer.high),
    set: Int32Array.from(writer.set),
    sets: Uint32Array.from(writer.sets),
    value: Float64Array.from(writer.value),
    cover: Float64Array.from(writer.cover),
  };
}

/** The first `count` of the trees. */
export function firstTrees(trees: Trees, count: number): Trees {
  return { ...trees, roots: trees.roots.slice(0, count + 1) };
}

/** Puts trees one after the other. */
export function joinTrees(parts: readonly Trees[], featureCount: number): Trees {
  const treeCount = sum(parts, (part) => part.roots.length - 1);
  const nodes = sum(parts, (part) => part.feature.length);
  const joined: Trees = {
    featureCount,
    roots: new Int32Array(treeCount + 1),
    feature: new Int32Array(nodes),
    left: new Int32Array(nodes),
    low: new Uint8Array(nodes),
    high: new Uint8Array(nodes),
    set: new Int32Array(nodes),
    sets: new Uint32Array(sum(parts, (part) => part.sets.length)),
    value: new Float64Array(nodes),
    cover: new Float64Array(nodes),
  };
  let tree = 0;
  let node = 0;
  let word = 0;
  for (const part of parts) {
    for (let t = 0; t + 1 < part.roots.length; t++) joined.roots[tree++] = node + part.roots[t]!;
    for (let i = 0; i < part.feature.length; i++) {
      joined.left[node + i] = part.feature[i]! < 0 ? 0 : node + part.left[i]!;
      joined.set[node + i] = part.set[i]! < 0 ? -1 : word / SET_WORDS + part.set[i]!;
    }
    joined.feature.set(part.feature, node);
    joined.low.set(part.low, node);
    joined.high.set(part.high, node);
    joined.sets.set(part.sets, word);
    joined.value.set(part.value, node);
    joined.cover.set(part.cover, node);
    node += part.feature.length;
    word += part.sets.length;
  }
  joined.roots[tree] = node;
  return joined;
}

/**
 * Adds to `sums[i]` the values of trees `from` to `to − 1` for row i, in order.
 * `rows`: bins, row-major as binRows gives them, `sums.length × featureCount`.
 */
export function addTreeValues(
  trees: Trees,
  rows: Uint8Array,
  sums: Float64Array,
  from = 0,
  to = trees.roots.length - 1,
): void {
  const { featureCount, roots, feature, left, low, high, set, sets, value } = trees;
  // The walk of leafOf, written out so that the arrays stay at hand over all rows of a tree.
  for (let tree = from; tree < to; tree++)
    for (let i = 0, at = 0; i < sums.length; i++, at += featureCount) {
      let node = roots[tree]!;
      let split = feature[node]!;
      while (split >= 0) {
        const bin = rows[at + split]!;
        const index = set[node]!;
        const right =
          index < 0
            ? Number(bin > high[node]!) | Number(bin < low[node]!)
            : 1 ^ ((sets[index * SET_WORDS + (bin >>> 5)]! >>> (bin & 31)) & 1);
        node = left[node]! + right;
        split = feature[node]!;
      }
      sums[i]! += value[node]!;
    }
}

/** The leaf that the row whose bins begin at `rows[at]` reaches from `root`. */
export function leafOf(trees: Trees, root: number, rows: Uint8Array, at: number): number {
  const { feature, left, low, high, set, sets } = trees;
  let node = root;
  let split = feature[node]!;
  while (split >= 0) {
    const bin = rows[at + split]!;
    const index = set[node]!;
    const right =
      index < 0
        ? Number(bin > high[node]!) | Number(bin < low[node]!)
        : 1 ^ ((sets[index * SET_WORDS + (bin >>> 5)]! >>> (bin & 31)) & 1);
    node = left[node]! + right;
    split = feature[node]!;
  }
  return node;
}

/** Whether a row with this bin in the node's feature goes left. */
export function goesLeft(trees: Trees, node: number, bin: number): boolean {
  const index = trees.set[node]!;
  if (index < 0) return bin <= trees.high[node]! && bin >= trees.low[node]!;
  return ((trees.sets[index * SET_WORDS + (bin >>> 5)]! >>> (bin & 31)) & 1) === 1;
}

function addLeaf(writer: TreeWriter): number {
  writer.feature.push(-1);
  writer.left.push(0);
  writer.low.push(0);
  writer.high.push(0);
  writer.set.push(-1);
  writer.value.push(0);
  writer.cover.push(0);
  return writer.feature.length - 1;
}

function sum<T>(items: readonly T[], size: (item: T) => number): number {
  return items.reduce((total, item) => total + size(item), 0);
}
