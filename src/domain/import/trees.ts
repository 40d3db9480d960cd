/** Trees of another program as a model of Holdfast: the same sums, with splits of numbers by bins and of levels by sets. */
import { MISSING } from '../../ml/data/table.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { NO_VALUE_BIN, type FeatureBins } from '../../ml/tree/bins.ts';
import { addRoot, addSplit, createTreeWriter, finishTrees, type Trees } from '../../ml/tree/predict.ts';
import { SET_WORDS } from '../../ml/tree/split.ts';
import { FAR, turnsOf } from './curve.ts';
import type { MatchedInputs } from './inputs.ts';
import { goesLeft, unusable, type OutsideTree, type OutsideTrees, type Test } from './outside-model.ts';

const mostEdges = 254;
const mostLevels = 254;
/** Different comparisons of all trees: each is looked for among all doubles. */
const mostQuestions = 100_000;
/** A node that the file gives no weight; ml/tree/cover.ts finds it. */
const unknownCover = 1;

export interface BinnedTrees {
  readonly bins: readonly FeatureBins[];
  readonly trees: Trees;
}

/** What goes left at a node: numbers below `turn`, or all of them; or levels. */
type OutsideSplit =
  | {
      readonly kind: 'numbers';
      readonly feature: number;
      /** null: all numbers go the same way. */
      readonly turn: number | null;
      readonly belowGoesLeft: boolean;
      readonly missingGoesLeft: boolean;
    }
  | { readonly kind: 'levels'; readonly feature: number; readonly goesLeft: (code: number) => boolean };

type SplitOf = (tree: OutsideTree, node: number) => OutsideSplit;

/** @throws AppError 422 where a column has more thresholds or levels than Holdfast has bins */
export function toTrees(sum: OutsideTrees, inputs: MatchedInputs): BinnedTrees {
  const splitOf = remembered((tree, node) => readSplit(sum, inputs, tree, node));
  const edges = edgesOf(sum, splitOf, inputs.features.length);
  const bins = inputs.features.map((feature, j) => binsOf(feature, edges[j]!));
  const writer = createTreeWriter();
  for (const tree of sum.trees) {
    const write = (from: number, to: number): void => {
      writer.value[to] = tree.value[from]!;
      writer.cover[to] = tree.cover?.[from] ?? unknownCover;
      if (tree.column[from]! < 0) return;
      const split = splitOf(tree, from);
      const left = addSplit(writer, to, binnedSplit(split, bins[split.feature]!));
      const isSwapped = split.kind === 'numbers' && !split.belowGoesLeft;
      write((isSwapped ? tree.right : tree.left)[from]!, left);
      write((isSwapped ? tree.left : tree.right)[from]!, left + 1);
    };
    write(0, addRoot(writer));
  }
  return { bins, trees: finishTrees(writer, inputs.features.length) };
}

function readSplit(
  { columns }: OutsideTrees,
  { features, byInput }: MatchedInputs,
  tree: OutsideTree,
  node: number,
): OutsideSplit {
  const curve = columns[tree.column[node]!]!;
  const { feature, ofCode } = byInput.get(curve.input)!;
  const isLeft = (cell: number | string) => goesLeft(tree, node, curve.at(cell, Math.fround));
  if (ofCode) return { kind: 'levels', feature, goesLeft: (code) => isLeft(ofCode(code)) };
  if (ofSingleNumbers.has(tree.test[node]!))
    throw unusable(
      `The model asks whether ${features[feature]!.name} equals a number. That can be imported only where the dataset reads the ` +
        'column as levels.',
    );
  const [turn = null, another] = turnsOf(isLeft, curve.bends);
  if (another !== undefined)
    throw unusable(
      `The model sends ${features[feature]!.name} left between two numbers; only below or above one can be imported.`,
    );
  const belowGoesLeft = isLeft(turn === null ? 0 : -FAR);
  return { kind: 'numbers', feature, turn, belowGoesLeft, missingGoesLeft: isLeft(NaN) };
}

const ofSingleNumbers: ReadonlySet<Test> = new Set(['equal', 'not equal', 'member']);

/** Ensembles ask the same of the same column again and again. */
function remembered(read: SplitOf): SplitOf {
  const known = new Map<string, OutsideSplit>();
  return (tree, node) => {
    const members = tree.members.get(node);
    const asked = [tree.column[node], tree.test[node], tree.edge[node], tree.missingGoesLeft[node]];
    const key = [...asked, ...(members ?? [])].join();
    const split = known.get(key) ?? read(tree, node);
    known.set(key, split);
    if (known.size > mostQuestions)
      throw unusable(
        `The trees compare columns in more than ${mostQuestions} ways. Train the model with max_bin=254.`,
      );
    return split;
  };
}

/** All numbers that each feature is compared with, ascending. */
function edgesOf({ trees }: OutsideTrees, splitOf: SplitOf, featureCount: number): number[][] {
  const edges = Array.from({ length: featureCount }, () => new Set<number>());
  for (const tree of trees)
    tree.column.forEach((column, node) => {
      const split = column < 0 ? null : splitOf(tree, node);
      if (split?.kind === 'numbers' && split.turn !== null) edges[split.feature]!.add(split.turn);
    });
  return edges.map((set) => [...set].sort((a, b) => a - b));
}

function binsOf({ name, levels, ...feature }: Feature, edges: readonly number[]): FeatureBins {
  if (isNumeric(feature)) {
    if (edges.length > mostEdges)
      throw unusable(
        `The model compares ${name} with ${edges.length} numbers; at most ${mostEdges} can be imported. Train it with max_bin=254, or on rounded numbers.`,
      );
    return { kind: 'number', name, edges: Float64Array.from(edges) };
  }
  if (levels.length > mostLevels)
    throw unusable(
      `The column ${name} has ${levels.length} levels; a model with at most ${mostLevels} can be imported.`,
    );
  return {
    kind: 'category',
    name,
    binOfLevel: Uint8Array.from(levels, (_, code) => code + 1),
    valueBins: levels.length,
  };
}

function binnedSplit(split: OutsideSplit, own: FeatureBins) {
  const { feature } = split;
  if (split.kind === 'numbers' && own.kind === 'number') {
    const high = split.turn === null ? own.edges.length + 1 : own.edges.indexOf(split.turn) + 1;
    return {
      feature,
      low: split.missingGoesLeft === split.belowGoesLeft ? NO_VALUE_BIN : 1,
      high,
      set: null,
    };
  }
  if (split.kind !== 'levels' || own.kind !== 'category') throw new RangeError('a split of another column');
  const set = new Uint32Array(SET_WORDS);
  const include = (bin: number) => {
    set[bin >>> 5]! |= 1 << (bin & 31);
  };
  // Missing and unseen levels share a bin.
  if (split.goesLeft(MISSING)) include(NO_VALUE_BIN);
  own.binOfLevel.forEach((bin, code) => {
    if (split.goesLeft(code)) include(bin);
  });
  return { feature, low: 0, high: 0, set };
}
