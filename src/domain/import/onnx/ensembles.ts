/** Ensembles of trees, from nodes that were read in one form or another. */
import { checkShape, limits, unusable, type OutsideTree, type Test } from '../outside-model.ts';
import type { Curve } from '../curve.ts';
import type { Column, Ensemble } from './columns.ts';
import { unread, type Call } from './values.ts';

/** A leaf of the tree: the target that it adds to, and what. */
export type LeafValue = readonly [target: number, value: number];

export interface TreeNode {
  readonly column: number;
  readonly test: Test;
  readonly edge: number;
  readonly missingGoesLeft: boolean;
  readonly members: ReadonlySet<number> | null;
  /** Among the nodes of its tree; −1 in a leaf. */
  readonly left: number;
  readonly right: number;
  readonly values: readonly LeafValue[];
}

export const leaf = {
  column: 0,
  test: 'less',
  edge: 0,
  missingGoesLeft: false,
  members: null,
  left: -1,
  right: -1,
} as const;

/** Steps that computing a column of an ensemble takes at most: each threshold is looked for among all doubles. */
const mostCost = 500;

/** `trees`: of each its nodes, the root first. */
export function toEnsemble(
  call: Call,
  columns: readonly Column[],
  trees: readonly (readonly TreeNode[])[],
): Ensemble {
  const nodeCount = trees.reduce((sum, nodes) => sum + nodes.length, 0);
  if (trees.length === 0 || trees.length > limits.trees)
    throw unusable(`The model has ${trees.length} trees; 1 to ${limits.trees} can be imported.`);
  if (nodeCount > limits.nodes)
    throw unusable(`The model has ${nodeCount} nodes; at most ${limits.nodes} can be imported.`);
  const used = [...new Set(trees.flatMap((nodes) => nodes.filter(isBranch).map(({ column }) => column)))];
  const placeOf = new Map(used.map((column, place) => [column, place]));
  const values = [0, 1].map((target) => trees.map((nodes) => valuesOf(call, nodes, target)));
  return {
    columns: used.map((column) => curveOf(call, columns[column])),
    trees: trees.map((nodes, index) => toTree(nodes, placeOf, index)),
    values,
  };
}

function isBranch({ left }: TreeNode): boolean {
  return left !== -1;
}

/** A column is compared with thresholds only if it is computed from one input. */
function curveOf(call: Call, column: Column | undefined): Curve {
  if (column === undefined) throw unread(call, 'compares a column that there is not');
  if (column.kind !== 'function' || typeof column.of !== 'number')
    throw unread(call, 'compares numbers that several inputs give together');
  if (column.size * (1 + column.bends.length) > mostCost)
    throw unread(call, 'compares numbers that take too many steps');
  return { input: column.of, at: column.at, bends: column.bends };
}

function valuesOf(call: Call, nodes: readonly TreeNode[], target: number): Float64Array {
  return Float64Array.from(nodes, ({ values }) =>
    values.reduce((sum, [own, value]) => {
      if (!Number.isFinite(value)) throw unread(call, 'has a leaf that is not finite');
      if (own !== 0 && own !== 1) throw unread(call, 'has more than two classes');
      return own === target ? sum + value : sum;
    }, 0),
  );
}

function toTree(
  nodes: readonly TreeNode[],
  placeOf: ReadonlyMap<number, number>,
  index: number,
): Omit<OutsideTree, 'value'> {
  const left = Int32Array.from(nodes, (node) => placed(node.left));
  const right = Int32Array.from(nodes, (node) => placed(node.right));
  checkShape(left, right, (what) => unusable(`Tree ${index} of the model ${what}.`));
  if (nodes.some(({ edge }) => Number.isNaN(edge)))
    throw unusable(`Tree ${index} of the model compares with no number.`);
  return {
    column: Int32Array.from(nodes, (node) => (isBranch(node) ? placeOf.get(node.column)! : -1)),
    test: nodes.map(({ test }) => test),
    edge: Float64Array.from(nodes, ({ edge }) => edge),
    missingGoesLeft: Uint8Array.from(nodes, ({ missingGoesLeft }) => Number(missingGoesLeft)),
    members: new Map(nodes.flatMap(({ members }, node) => (members ? [[node, members] as const] : []))),
    left,
    right,
    cover: null,
  };
}

/** More than the nodes that a tree may have. */
const noChild = 2 ** 31 - 1;

function placed(child: number): number {
  return Number.isNaN(child) ? noChild : child;
}
