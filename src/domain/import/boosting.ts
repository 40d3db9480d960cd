/** Trees of another program as a boosted model of Holdfast: the same sums, with splits of numbers by bins and of levels by sets. */
import { MISSING } from '../../ml/data/table.ts';
import { isNumeric } from '../../ml/data/row-reader.ts';
import type { Feature } from '../../ml/data/schema.ts';
import { NO_VALUE_BIN, type FeatureBins } from '../../ml/tree/bins.ts';
import type { BoostingModel } from '../../ml/tree/boosting.ts';
import { addRoot, addSplit, createTreeWriter, finishTrees, type TreeWriter } from '../../ml/tree/predict.ts';
import { SET_WORDS } from '../../ml/tree/split.ts';
import { matchInputs, type InputColumn } from './inputs.ts';
import { unusable, type OutsideModel, type OutsideTree } from './outside-model.ts';

const mostEdges = 254;
const mostLevels = 254;

/** The model, and the features that it uses, in their order. */
export interface ImportedBoosting {
  readonly model: BoostingModel;
  readonly features: readonly Feature[];
}

/** `features`: all that the dataset has. @throws AppError 422 */
export function toBoosting(outside: OutsideModel, all: readonly Feature[]): ImportedBoosting {
  const asked = inputsInUse(outside);
  const matched = matchInputs(
    asked.map((input) => outside.inputs[input]!),
    all,
  );
  const used = [...new Set(matched.map(({ feature }) => feature))].sort((a, b) => a - b);
  const features = used.map((place) => all[place]!);
  const columns: InputColumn[] = [];
  matched.forEach((column, i) => (columns[asked[i]!] = { ...column, feature: used.indexOf(column.feature) }));
  const bins = features.map((feature, j) => binsOf(feature, edgesOf(outside, columns, j)));
  const writer = createTreeWriter();
  for (const tree of outside.trees) writeTree(writer, tree, columns, bins);
  const trees = finishTrees(writer, features.length);
  return { model: { bins, trees, baseMargin: outside.baseMargin }, features };
}

/** The inputs that a tree splits on: of others the dataset needs no column. */
function inputsInUse({ trees }: OutsideModel): number[] {
  const asked = new Set(trees.flatMap(({ input }) => [...input]));
  asked.delete(-1);
  if (asked.size === 0) throw unusable('The model does not split on any input.');
  return [...asked].sort((a, b) => a - b);
}

/** All numbers that a feature is compared with, ascending. */
function edgesOf({ trees }: OutsideModel, columns: readonly InputColumn[], feature: number): number[] {
  const edges = new Set<number>();
  for (const { input, edge } of trees)
    input.forEach((one, node) => {
      if (one >= 0 && columns[one]!.feature === feature && columns[one]!.ofCode === null)
        edges.add(edge[node]!);
    });
  return [...edges].sort((a, b) => a - b);
}

function binsOf({ name, levels, ...feature }: Feature, edges: readonly number[]): FeatureBins {
  if (isNumeric(feature)) {
    if (edges.length > mostEdges)
      throw unusable(
        `The model compares ${name} with ${edges.length} numbers; at most ${mostEdges} can be imported. Train it with max_bin=254.`,
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

function writeTree(
  writer: TreeWriter,
  tree: OutsideTree,
  columns: readonly InputColumn[],
  bins: readonly FeatureBins[],
): void {
  const write = (from: number, to: number): void => {
    writer.value[to] = tree.value[from]!;
    writer.cover[to] = tree.cover[from]!;
    if (tree.input[from]! < 0) return;
    const left = addSplit(writer, to, splitOf(tree, from, columns[tree.input[from]!]!, bins));
    write(tree.left[from]!, left);
    write(tree.right[from]!, left + 1);
  };
  write(0, addRoot(writer));
}

function splitOf(
  tree: OutsideTree,
  node: number,
  { feature, ofCode }: InputColumn,
  bins: readonly FeatureBins[],
) {
  const edge = tree.edge[node]!;
  const missingGoesLeft = tree.missingGoesLeft[node] === 1;
  const own = bins[feature]!;
  if (own.kind === 'number') {
    const high = own.edges.indexOf(edge) + 1;
    return { feature, low: missingGoesLeft ? NO_VALUE_BIN : 1, high, set: null };
  }
  const goesLeft = (value: number) => (Number.isNaN(value) ? missingGoesLeft : value < edge);
  const set = new Uint32Array(SET_WORDS);
  const include = (bin: number) => {
    set[bin >>> 5]! |= 1 << (bin & 31);
  };
  // Missing and unseen levels share a bin.
  if (goesLeft(ofCode!(MISSING))) include(NO_VALUE_BIN);
  own.binOfLevel.forEach((bin, code) => {
    if (goesLeft(ofCode!(code))) include(bin);
  });
  return { feature, low: 0, high: 0, set };
}
