/**
 * Tree SHAP looked up: what a tree, or a branch of it, contributes to each feature, made once for every way its splits
 * can turn out.
 *
 * SHAP values depend on a row only by which splits of the tree it agrees with. Bins of a feature that no split tells
 * apart form a cell, and the cells of all features of a tree form a grid: 64 entries for a tree of eight leaves on
 * four features, say. Each entry holds the tree's value and the SHAP values (shap.ts) of one row of that entry, so
 * that a row costs one look-up for each feature of the tree instead of a walk over all nodes. The idea of weights by
 * outcome is that of FastTreeSHAP v2 (Yang 2021).
 * A tree whose grid is too large is divided: SHAP values are linear in the leaves, so the tree is the sum of the two
 * branches below a split, each with the leaves of the other worth nothing. Of a branch, the splits above it matter only
 * as agreed with or not.
 */
import { addRoot, addSplit, addTreeValues, createTreeWriter, finishTrees, goesLeft } from './predict.ts';
import type { Trees, TreeWriter } from './predict.ts';
import { addShap, planShap, type ShapPlan } from './shap.ts';
import { SET_WORDS } from './split.ts';

/** The grid of one branch. */
export interface ShapTable {
  /** Ascending. */
  readonly features: Int32Array;
  /** By feature and bin: what the bin adds to the place of the row's entry; `features × 256`. */
  readonly steps: Uint16Array;
  /** One after the other: the value of the branch, then the contribution of each of `features`. */
  readonly entries: Float64Array;
}

/** Numbers of one table at most: they and the rows at hand fit into a processor's nearest cache. */
const mostNumbers = 4_096;
/** A leaf cannot be divided. Places are 16-bit numbers. */
const mostOfLeaf = 65_535;
const bins = 256;

/** The tables that together are the tree; null where the way to a leaf alone has too many features. */
export function shapTables(trees: Trees, tree: number): ShapTable[] | null {
  return tablesBelow(treeOf(trees, tree), trees.roots[tree]!);
}

/** The plan of one tree, where there are no tables for it. */
export function planOfTree(trees: Trees, tree: number): ShapPlan {
  return planShap(branchOf(treeOf(trees, tree), trees.roots[tree]!));
}

/**
 * Adds the values of the branch to `sums` and its contributions to `out`. `rows` (bins) and `out` are row-major with
 * `featureCount` entries a row; `places` is scratch. All three may be longer than the rows that `sums` has.
 */
export function addTable(
  { features, steps, entries }: ShapTable,
  featureCount: number,
  rows: Uint8Array,
  out: Float64Array,
  sums: Float64Array,
  places: Uint16Array,
): void {
  const count = sums.length;
  places.fill(0);
  for (let f = 0; f < features.length; f++)
    for (let i = 0, at = features[f]!; i < count; i++, at += featureCount)
      places[i]! += steps[f * bins + rows[at]!]!;
  for (let i = 0; i < count; i++) sums[i]! += entries[places[i]!]!;
  for (let f = 0; f < features.length; f++)
    for (let i = 0, at = features[f]!; i < count; i++, at += featureCount)
      out[at]! += entries[places[i]! + 1 + f]!;
}

interface Tree {
  readonly trees: Trees;
  readonly root: number;
  /** By node − root. */
  readonly parents: Int32Array;
}

function treeOf(trees: Trees, tree: number): Tree {
  const root = trees.roots[tree]!;
  const end = trees.roots[tree + 1]!;
  const parents = new Int32Array(end - root);
  for (let node = root; node < end; node++)
    if (trees.feature[node]! >= 0) parents.fill(node, trees.left[node]! - root, trees.left[node]! + 2 - root);
  return { trees, root, parents };
}

function tablesBelow(tree: Tree, top: number): ShapTable[] | null {
  const { feature, left } = tree.trees;
  const isLeaf = feature[top]! < 0;
  const table = tabulate(branchOf(tree, top), isLeaf ? mostOfLeaf : mostNumbers);
  if (table !== null) return [table];
  if (isLeaf) return null;
  const first = tablesBelow(tree, left[top]!);
  const second = first && tablesBelow(tree, left[top]! + 1);
  return second && [...first, ...second];
}

/** All below `top`, and the way there from the root, on which what turns off is worth nothing. */
function branchOf({ trees, root, parents }: Tree, top: number): Trees {
  const path = [top];
  while (path[0]! > root) path.unshift(parents[path[0]! - root]!);
  const writer = createTreeWriter();
  let node = addRoot(writer);
  for (let depth = 0; depth + 1 < path.length; depth++) {
    const left = copySplit(trees, path[depth]!, writer, node);
    node = left + (path[depth + 1]! - trees.left[path[depth]!]!);
  }
  copyBelow(trees, top, writer, node);
  return finishTrees(writer, trees.featureCount);
}

/** The new left child. */
function copySplit(trees: Trees, from: number, writer: TreeWriter, to: number): number {
  const set = trees.set[from]! * SET_WORDS;
  const split = {
    feature: trees.feature[from]!,
    low: trees.low[from]!,
    high: trees.high[from]!,
    set: set < 0 ? null : trees.sets.subarray(set, set + SET_WORDS),
  };
  const left = addSplit(writer, to, split);
  writer.cover[to] = trees.cover[from]!;
  for (const side of [0, 1]) writer.cover[left + side] = trees.cover[trees.left[from]! + side]!;
  return left;
}

function copyBelow(trees: Trees, from: number, writer: TreeWriter, to: number): void {
  if (trees.feature[from]! < 0) {
    writer.value[to] = trees.value[from]!;
    writer.cover[to] = trees.cover[from]!;
    return;
  }
  const left = copySplit(trees, from, writer, to);
  for (const side of [0, 1]) copyBelow(trees, trees.left[from]! + side, writer, left + side);
}

/** Null when the grid is too large. */
function tabulate(branch: Trees, mostNumbers: number): ShapTable | null {
  const features = Int32Array.from(new Set(branch.feature.filter((feature) => feature >= 0))).sort();
  const width = 1 + features.length;
  const cells: Cells[] = [];
  let numbers = width;
  for (const feature of features) {
    const own = cellsOf(branch, feature);
    cells.push(own);
    numbers *= own.firstBins.length;
    if (numbers > mostNumbers) return null;
  }
  const steps = new Uint16Array(features.length * bins);
  let step = width;
  cells.forEach(({ cellOf, firstBins }, f) => {
    for (let bin = 0; bin < bins; bin++) steps[f * bins + bin] = step * cellOf[bin]!;
    step *= firstBins.length;
  });
  return { features, steps, entries: entriesOf(numbered(branch, features), cells) };
}

/** The same tree with only these features, numbered from 0. */
function numbered(branch: Trees, features: Int32Array): Trees {
  const feature = branch.feature.map((own) => features.indexOf(own));
  return { ...branch, featureCount: features.length, feature };
}

/** Bins of a feature that are told apart, and those that are not. */
interface Cells {
  readonly cellOf: Uint8Array;
  /** One bin of each cell. */
  readonly firstBins: readonly number[];
}

/** Bins are in one cell when they are let through to the same leaves, those worth nothing apart. */
function cellsOf(trees: Trees, feature: number): Cells {
  const cellOf = new Uint8Array(bins);
  let firstBins = [0];
  /** By node: 1 for the bins that no split of this feature turns away from it. */
  const reaches: Uint8Array[] = [new Uint8Array(bins).fill(1)];
  const divided = new Set([reaches[0]!]);
  for (let node = 0; node < trees.feature.length; node++) {
    const here = reaches[node]!;
    const split = trees.feature[node]!;
    const left = trees.left[node]!;
    if (split >= 0) {
      const isOwn = split === feature;
      reaches[left] = isOwn ? here.map((reached, bin) => reached & Number(goesLeft(trees, node, bin))) : here;
      reaches[left + 1] = isOwn ? here.map((reached, bin) => reached & ~reaches[left]![bin]!) : here;
    } else if (trees.value[node] !== 0 && !divided.has(here)) {
      divided.add(here);
      firstBins = divide(cellOf, here);
    }
  }
  return { cellOf, firstBins };
}

/** Divides every cell into the bins that are in the set and those that are not. */
function divide(cellOf: Uint8Array, isIn: Uint8Array): number[] {
  const numbers = new Int16Array(2 * bins).fill(-1);
  const firstBins: number[] = [];
  for (let bin = 0; bin < bins; bin++) {
    const part = 2 * cellOf[bin]! + isIn[bin]!;
    if (numbers[part]! < 0) numbers[part] = firstBins.push(bin) - 1;
    cellOf[bin] = numbers[part]!;
  }
  return firstBins;
}

/** Value and SHAP values of one row of each entry of the grid, the first feature's cells changing quickest. */
function entriesOf(trees: Trees, cells: readonly Cells[]): Float64Array {
  const featureCount = cells.length;
  const count = cells.reduce((product, { firstBins }) => product * firstBins.length, 1);
  const rows = new Uint8Array(count * featureCount);
  for (let entry = 0; entry < count; entry++) {
    let rest = entry;
    cells.forEach(({ firstBins }, f) => {
      rows[entry * featureCount + f] = firstBins[rest % firstBins.length]!;
      rest = Math.floor(rest / firstBins.length);
    });
  }
  const values = new Float64Array(count);
  const contributions = new Float64Array(count * featureCount);
  addTreeValues(trees, rows, values);
  addShap(planShap(trees), rows, contributions);
  const entries = new Float64Array(count * (1 + featureCount));
  for (let entry = 0; entry < count; entry++) {
    const at = entry * (1 + featureCount);
    entries[at] = values[entry]!;
    entries.set(contributions.subarray(entry * featureCount, (entry + 1) * featureCount), at + 1);
  }
  return entries;
}
