/** Trees as files hold them since version 5 of ai.onnx.ml: branches and leaves in lists of their own. */
import type { Test } from '../outside-model.ts';
import type { Column, Ensemble } from './columns.ts';
import { leaf, toEnsemble, type TreeNode } from './ensembles.ts';
import { unread, type Call } from './values.ts';

/** By their numbers. */
const tests: readonly Test[] = ['at most', 'less', 'at least', 'greater', 'equal', 'not equal', 'member'];

/** A place in the list of branches, or in that of leaves. */
interface Place {
  readonly index: number;
  readonly isLeaf: boolean;
}

export function readTreeEnsemble(call: Call, columns: readonly Column[]): Ensemble {
  const lists = listsOf(call);
  const isKnown = new Set<number>();
  const trees = call.attributes.numbers('tree_roots').map((root) => {
    const nodes: TreeNode[] = [];
    /** In the order of the nodes: children stand behind all that are known before them. */
    const places: Place[] = [{ index: root, isLeaf: false }];
    const addChild = (place: Place) => places.push(place) - 1;
    for (const { index, isLeaf } of places) {
      if (isLeaf) nodes.push(leafAt(call, lists, index));
      else {
        if (isKnown.has(index)) throw unread(call, 'leads to a node twice');
        isKnown.add(index);
        nodes.push(branchAt(call, lists, index, addChild));
      }
    }
    return nodes;
  });
  return toEnsemble(call, columns, trees);
}

type Lists = ReturnType<typeof listsOf>;

function listsOf({ attributes }: Call) {
  const list = (name: string) => attributes.numbers(name);
  const modes = list('nodes_modes');
  return {
    columns: list('nodes_featureids'),
    modes,
    edges: list('nodes_splits'),
    left: list('nodes_truenodeids'),
    leftIsLeaf: list('nodes_trueleafs'),
    right: list('nodes_falsenodeids'),
    rightIsLeaf: list('nodes_falseleafs'),
    missing: list('nodes_missing_value_tracks_true'),
    targets: list('leaf_targetids'),
    weights: list('leaf_weights'),
    sets: memberSets(modes, list('membership_values')),
  };
}

function branchAt(call: Call, lists: Lists, index: number, addChild: (place: Place) => number): TreeNode {
  const test = tests[lists.modes[index] ?? -1];
  const [column, edge, left, right] = [lists.columns, lists.edges, lists.left, lists.right].map(
    (list) => list[index],
  );
  if (
    test === undefined ||
    column === undefined ||
    edge === undefined ||
    left === undefined ||
    right === undefined
  )
    throw unread(call, 'leads out of itself, or has an unknown mode');
  return {
    column,
    test,
    edge,
    missingGoesLeft: lists.missing[index] === 1,
    members: lists.sets.get(index) ?? null,
    left: addChild({ index: left, isLeaf: lists.leftIsLeaf[index] === 1 }),
    right: addChild({ index: right, isLeaf: lists.rightIsLeaf[index] === 1 }),
    values: [],
  };
}

function leafAt(call: Call, { targets, weights }: Lists, index: number): TreeNode {
  const [target, weight] = [targets[index], weights[index]];
  if (target === undefined || weight === undefined) throw unread(call, 'leads to a leaf that there is not');
  return { ...leaf, values: [[target, weight]] };
}

/** Sets one after the other, each ended by NaN, for the nodes that test members. */
function memberSets(modes: readonly number[], values: readonly number[]): Map<number, ReadonlySet<number>> {
  const sets = new Map<number, ReadonlySet<number>>();
  let at = 0;
  modes.forEach((mode, node) => {
    if (tests[mode] !== 'member') return;
    const set = new Set<number>();
    for (; at < values.length && !Number.isNaN(values[at]); at++) set.add(values[at]!);
    at++;
    sets.set(node, set);
  });
  return sets;
}
