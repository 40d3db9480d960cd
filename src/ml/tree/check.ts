/**
 * Do the trees and bins that were read from a file fit together: those of a forest, of boosting, of a logit leaf model?
 * Every path must end inside its tree, and after few enough steps that reasons stay quick.
 */
import { isNumeric } from '../data/row-reader.ts';
import type { Feature } from '../data/schema.ts';
import type { ParsedModel } from '../family.ts';
import { checkLogistic } from '../linear/check.ts';
import { isPlain, number, share, type Check } from '../model/shape.ts';
import { isBins } from './bins-check.ts';
import type { Trees } from './predict.ts';
import { SET_WORDS } from './split.ts';

/** Grown trees stay far below; reasons take the square of it. */
const maxDepth = 200;

/** What is wrong with a forest, in words, or null. */
export function checkForest(model: ParsedModel, features: readonly Feature[]): string | null {
  return checkTrees(model, features, share);
}

/** What is wrong with a boosted model, in words, or null. */
export function checkBoosting(model: ParsedModel, features: readonly Feature[]): string | null {
  return number(model['baseMargin'], 'the base margin') ?? checkTrees(model, features, number);
}

/** What is wrong with a logit leaf model, in words, or null. */
export function checkLogitLeaf(model: ParsedModel, features: readonly Feature[]): string | null {
  const { bins, tree, leaves } = model;
  const problem = checkTrees({ bins, trees: tree }, features, share);
  if (problem !== null) return problem;
  const { feature, roots } = tree as { feature: Int32Array; roots: Int32Array };
  if (roots.length !== 2) return 'the segments come from more than one tree';
  if (!Array.isArray(leaves) || leaves.length !== feature.length) return 'the segments do not match the tree';
  for (const leaf of leaves as unknown[]) {
    if (leaf === null) continue;
    const wrong = isPlain(leaf) ? checkLogistic(leaf, features) : 'a segment has no model';
    if (wrong !== null) return wrong;
  }
  return null;
}

/** `leafValue`: what the value of a leaf may be. */
function checkTrees(model: ParsedModel, features: readonly Feature[], leafValue: Check): string | null {
  const { bins, trees } = model;
  if (
    !Array.isArray(bins) ||
    bins.length !== features.length ||
    !bins.every((bin, j) => isBins(bin, features[j]!))
  )
    return 'the bins do not match the features';
  if (!isPlain(trees)) return 'there are no trees';
  const { roots, feature, left, low, high, set, sets, value, cover } = trees;
  const typed =
    [roots, feature, left, set].every((array) => array instanceof Int32Array) &&
    [low, high].every((array) => array instanceof Uint8Array) &&
    [value, cover].every((array) => array instanceof Float64Array) &&
    sets instanceof Uint32Array;
  if (!typed) return 'the trees are not of the right types';
  const nodes = (feature as Int32Array).length;
  if ([left, low, high, set, value, cover].some((array) => (array as Int32Array).length !== nodes))
    return 'the trees have different lengths';
  if (trees['featureCount'] !== features.length) return 'the trees do not match the features';
  return checkNodes(trees as unknown as Trees, features, leafValue);
}

/** A parent stands before its children, inside its own tree, and each node has one parent: no walk can loop. */
function checkNodes(trees: Trees, features: readonly Feature[], leafValue: Check): string | null {
  const { roots, feature, left, cover, value } = trees;
  const nodes = feature.length;
  if (roots.length < 2 || roots[0] !== 0 || roots.at(-1) !== nodes) return 'the roots of the trees are wrong';
  /** 0: not reached yet. */
  const depth = new Uint8Array(nodes);
  for (let tree = 0; tree + 1 < roots.length; tree++) {
    const end = roots[tree + 1]!;
    if (end <= roots[tree]! || end > nodes) return 'a tree is empty or too long';
    depth[roots[tree]!] = 1;
    for (let node = roots[tree]!; node < end; node++) {
      if (depth[node] === 0) return 'a node has no parent';
      if (!(cover[node]! > 0)) return 'a node without rows';
      if (feature[node] === -1) {
        const problem = leafValue(value[node], 'the value of a leaf');
        if (problem !== null) return problem;
        continue;
      }
      const child = left[node]!;
      if (!(child > node && child + 1 < end)) return 'a split leads out of its tree';
      if (depth[child] !== 0 || depth[child + 1] !== 0) return 'a node has two parents';
      if (depth[node]! >= maxDepth) return 'a tree is too deep';
      depth[child] = depth[child + 1] = depth[node]! + 1;
      const problem = checkSplit(trees, node, features);
      if (problem !== null) return problem;
    }
  }
  return null;
}

function checkSplit(
  { feature, set, sets }: Trees,
  node: number,
  features: readonly Feature[],
): string | null {
  const column = features[feature[node]!];
  if (!column) return 'a split names a feature that there is not';
  const index = set[node]!;
  if (isNumeric(column)) return index === -1 ? null : 'a split of a number names levels';
  return index >= 0 && (index + 1) * SET_WORDS <= sets.length
    ? null
    : 'a split names levels that there are not';
}
