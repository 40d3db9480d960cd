/** Trees as a TreeEnsemble: numbers are compared with edges, levels by sets of their places. */
import { NO_VALUE_BIN, type CategoryBins, type NumberBins } from '../../../ml/tree/bins.ts';
import { goesLeft, type Trees } from '../../../ml/tree/predict.ts';
import { MISSING, UNSEEN } from '../../../ml/data/table.ts';
import type { FeatureBins } from '../../../ml/tree/bins.ts';
import { placeOfCode } from './cells.ts';
import type { Graph } from './graph.ts';

const LESS = 1;
const MEMBER = 6;

export interface TreeModel {
  readonly bins: readonly FeatureBins[];
  readonly trees: Trees;
}

/** What the leaves of a tree add to the columns that the ensemble gives. */
export interface Leaves {
  readonly targets: number;
  /** The column that a leaf adds to, and what it adds. */
  readonly of: (node: number) => { readonly target: number; readonly weight: number };
}

/** `targets` columns: for each the sum of what its leaves add. `rows`: all inputs side by side, as doubles. */
export function addTrees(graph: Graph, { bins, trees }: TreeModel, rows: string, leaves: Leaves): string {
  const written = createLists();
  for (let tree = 0; tree + 1 < trees.roots.length; tree++)
    written.roots.push(addSplit(written, { bins, trees }, trees.roots[tree]!, leaves));
  return graph.mlNode('TreeEnsemble', [rows], {
    aggregate_function: { int: 1 },
    n_targets: { int: leaves.targets },
    post_transform: { int: 0 },
    tree_roots: { ints: written.roots },
    nodes_featureids: { ints: written.features },
    nodes_modes: { bytes: Uint8Array.from(written.modes) },
    nodes_splits: { doubles: written.splits },
    nodes_truenodeids: { ints: written.left },
    nodes_trueleafs: { ints: written.leftIsLeaf },
    nodes_falsenodeids: { ints: written.right },
    nodes_falseleafs: { ints: written.rightIsLeaf },
    nodes_missing_value_tracks_true: { ints: written.missingGoesLeft },
    leaf_targetids: { ints: written.leafTargets },
    leaf_weights: { doubles: written.leafWeights },
    ...(written.members.length > 0 ? { membership_values: { doubles: written.members } } : {}),
  });
}

function createLists() {
  const list = (): number[] => [];
  return {
    roots: list(),
    features: list(),
    modes: list(),
    splits: list(),
    left: list(),
    leftIsLeaf: list(),
    right: list(),
    rightIsLeaf: list(),
    missingGoesLeft: list(),
    leafTargets: list(),
    leafWeights: list(),
    /** Sets one after the other, each ended by NaN. */
    members: list(),
  };
}
type Lists = ReturnType<typeof createLists>;

/** Gives the index of the node. A tree of a single leaf becomes a split with the same leaf on both sides. */
function addSplit(lists: Lists, model: TreeModel, node: number, leaves: Leaves): number {
  const { bins, trees } = model;
  const feature = trees.feature[node]!;
  const index = lists.features.length;
  lists.features.push(Math.max(feature, 0));
  lists.left.push(0);
  lists.right.push(0);
  lists.leftIsLeaf.push(0);
  lists.rightIsLeaf.push(0);
  const own = bins[Math.max(feature, 0)]!;
  if (feature < 0) addComparison(lists, 0, false);
  else if (own.kind === 'category') addMembers(lists, trees, node, own);
  else addComparison(lists, edgeOf(trees, node, own), goesLeft(trees, node, NO_VALUE_BIN));
  const [left, right] = feature < 0 ? [node, node] : [trees.left[node]!, trees.left[node]! + 1];
  [lists.left[index], lists.leftIsLeaf[index]] = addChild(lists, model, left, leaves);
  [lists.right[index], lists.rightIsLeaf[index]] = addChild(lists, model, right, leaves);
  return index;
}

/** Gives the index of the child, and 1 if it is a leaf. */
function addChild(lists: Lists, model: TreeModel, node: number, leaves: Leaves): [number, number] {
  if (model.trees.feature[node]! >= 0) return [addSplit(lists, model, node, leaves), 0];
  const { target, weight } = leaves.of(node);
  lists.leafTargets.push(target);
  return [lists.leafWeights.push(weight) - 1, 1];
}

function addComparison(lists: Lists, edge: number, missingGoesLeft: boolean): void {
  lists.modes.push(LESS);
  lists.splits.push(edge);
  lists.missingGoesLeft.push(Number(missingGoesLeft));
}

/** Numbers below it go left. */
function edgeOf({ low, high }: Trees, node: number, { edges }: NumberBins): number {
  if (low[node]! > 1) throw new RangeError('a split of a number has two edges');
  if (high[node] === NO_VALUE_BIN) return -Number.MAX_VALUE;
  return edges[high[node]! - 1] ?? Infinity;
}

function addMembers(lists: Lists, trees: Trees, node: number, { binOfLevel }: CategoryBins): void {
  const codes = [UNSEEN, MISSING, ...binOfLevel.keys()];
  const left = codes.filter((code) => goesLeft(trees, node, code < 0 ? NO_VALUE_BIN : binOfLevel[code]!));
  lists.modes.push(MEMBER);
  lists.splits.push(0);
  lists.missingGoesLeft.push(0);
  // A set has a member at least; no level has the place −1.
  lists.members.push(...(left.length > 0 ? left.map(placeOfCode) : [-1]), NaN);
}
