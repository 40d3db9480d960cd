/** Trees as files hold them before version 5 of ai.onnx.ml: nodes of all trees in one list, with the number of their tree. */
import type { Test } from '../outside-model.ts';
import type { Column, Ensemble } from './columns.ts';
import { leaf, toEnsemble, type LeafValue, type TreeNode } from './ensembles.ts';
import { unread, type Call } from './values.ts';

const branches: Readonly<Record<string, Test>> = {
  BRANCH_LEQ: 'at most',
  BRANCH_LT: 'less',
  BRANCH_GTE: 'at least',
  BRANCH_GT: 'greater',
  BRANCH_EQ: 'equal',
  BRANCH_NEQ: 'not equal',
};
/** `kind`: what the names of the lists of leaves begin with. */
export function readEnsemble(call: Call, columns: readonly Column[], kind: 'class' | 'target'): Ensemble {
  const lists = nodeLists(call);
  const values = leafValues(call, kind);
  const trees = [...placesByTree(call, lists)].map(([tree, places]) => {
    const order = new Map([...places.keys()].map((id, place) => [id, place]));
    return [...places].map(([id, i]): TreeNode => {
      if (lists.modes[i] === 'LEAF') return { ...leaf, values: values.get(`${tree},${id}`) ?? [] };
      const test = branches[lists.modes[i]!];
      if (test === undefined) throw unread(call, `has the mode ${lists.modes[i]!.slice(0, 40)}`);
      return {
        column: lists.columns[i]!,
        test,
        edge: lists.edges[i]!,
        missingGoesLeft: lists.missing[i] === 1,
        members: null,
        left: order.get(lists.left[i]!) ?? NaN,
        right: order.get(lists.right[i]!) ?? NaN,
        values: [],
      };
    });
  });
  return toEnsemble(call, columns, trees);
}

type Lists = ReturnType<typeof nodeLists>;

function nodeLists(call: Call) {
  const { attributes } = call;
  const trees = attributes.numbers('nodes_treeids');
  const sameLength = <T>(values: readonly T[]) => {
    if (values.length !== trees.length) throw unread(call, 'has lists of different lengths');
    return values;
  };
  const list = (name: string) => sameLength(attributes.numbers(`nodes_${name}`));
  return {
    trees,
    modes: sameLength(attributes.texts('nodes_modes')),
    ids: list('nodeids'),
    columns: list('featureids'),
    edges: list('values'),
    left: list('truenodeids'),
    right: list('falsenodeids'),
    missing: attributes.has('nodes_missing_value_tracks_true') ? list('missing_value_tracks_true') : [],
  };
}

/** By tree, then by the number of the node: its place in the lists. */
function placesByTree(call: Call, { trees, ids }: Lists): Map<number, Map<number, number>> {
  const places = new Map<number, Map<number, number>>();
  trees.forEach((tree, i) => {
    const own = places.get(tree) ?? new Map<number, number>();
    if (own.has(ids[i]!)) throw unread(call, 'has a node twice');
    places.set(tree, own.set(ids[i]!, i));
  });
  return places;
}

/** By tree and node. */
function leafValues(call: Call, kind: string): Map<string, LeafValue[]> {
  const { attributes } = call;
  const targets = attributes.numbers(`${kind}_ids`);
  const [trees, nodes, weights] = ['treeids', 'nodeids', 'weights'].map((name) => {
    const numbers = attributes.numbers(`${kind}_${name}`);
    if (numbers.length !== targets.length) throw unread(call, 'has lists of different lengths');
    return numbers;
  });
  const values = new Map<string, LeafValue[]>();
  targets.forEach((target, i) => {
    const key = `${trees![i]},${nodes![i]}`;
    const own = values.get(key) ?? [];
    own.push([target, weights![i]!]);
    values.set(key, own);
  });
  return values;
}
