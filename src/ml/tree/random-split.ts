/**
 * A split of a node at a cut that is drawn at random, as extremely randomised trees make them. Its sums come from the rows
 * themselves: most nodes have fewer rows than a histogram has bins.
 *
 * Numbers: one of the bin edges between the node's least and greatest value, each as likely; rows without a value go to
 * either side. Categories: each of the node's levels goes to either side with equal chance. Bins of a number have
 * about as many rows each, so that cuts are even in ranks rather than in values as in the reference.
 * Reference: Geurts, Ernst and Wehenkel (2006), Extremely randomized trees.
 */
import type { Random } from '../math/random.ts';
import type { OpenLeaf, TreeTask } from './context.ts';
import { SET_WORDS, type Split, type SplitParams } from './split.ts';

/** A feature and the bins of all rows. */
export interface BinnedFeature {
  readonly place: number;
  readonly column: Uint8Array;
  /** Bin 0 included. */
  readonly bins: number;
  /** A number, or a category whose bins ascend by rate. */
  readonly isOrdered: boolean;
}

/** The drawn split, or the leaf's own when it gains no more. */
export function drawSplit(
  params: SplitParams,
  task: TreeTask,
  leaf: OpenLeaf,
  feature: BinnedFeature,
  random: Random,
): Split | null {
  return feature.isOrdered
    ? drawEdge(params, task, leaf, feature, random)
    : drawLevels(params, task, leaf, feature, random);
}

function drawEdge(
  params: SplitParams,
  { rows, gradient, curvature }: TreeTask,
  leaf: OpenLeaf,
  { place, column }: BinnedFeature,
  random: Random,
): Split | null {
  let least = 256;
  let most = 0;
  for (let i = leaf.start; i < leaf.end; i++) {
    const bin = column[rows[i]!]!;
    if (bin === 0) continue;
    if (bin < least) least = bin;
    if (bin > most) most = bin;
  }
  if (most <= least) return leaf.split;
  const low = random.below(2);
  const high = least + random.below(most - least);
  let g = 0;
  let h = 0;
  for (let i = leaf.start; i < leaf.end; i++) {
    const row = rows[i]!;
    const bin = column[row]!;
    if (bin < low || bin > high) continue;
    g += gradient[row]!;
    h += curvature[row]!;
  }
  const gain = gainOf(params, leaf, g, h);
  if (gain === null) return leaf.split;
  return { gain, feature: place, low, high, set: null, leftGradient: g, leftCurvature: h };
}

/** Used again for every cut: the levels that the node has, and those of them that go left. */
const isPresent = new Uint8Array(256);
const isLeft = new Uint8Array(256);

function drawLevels(
  params: SplitParams,
  { rows, gradient, curvature }: TreeTask,
  leaf: OpenLeaf,
  { place, column, bins }: BinnedFeature,
  random: Random,
): Split | null {
  isPresent.fill(0, 0, bins);
  for (let i = leaf.start; i < leaf.end; i++) isPresent[column[rows[i]!]!] = 1;
  if (!drawSides(bins, random)) return leaf.split;
  let g = 0;
  let h = 0;
  for (let i = leaf.start; i < leaf.end; i++) {
    const row = rows[i]!;
    if (isLeft[column[row]!] === 0) continue;
    g += gradient[row]!;
    h += curvature[row]!;
  }
  const gain = gainOf(params, leaf, g, h);
  if (gain === null) return leaf.split;
  return { gain, feature: place, low: 0, high: 0, set: leftSet(bins), leftGradient: g, leftCurvature: h };
}

/** Draws a side for each level; false where the node has one level only. Levels it has not seen stay together. */
function drawSides(bins: number, random: Random): boolean {
  const unseen = random.below(2);
  let first = -1;
  let other = -1;
  let seen = 0;
  for (let bin = 0; bin < bins; bin++) {
    isLeft[bin] = isPresent[bin] === 1 ? random.below(2) : unseen;
    if (isPresent[bin] === 0) continue;
    if (first < 0) first = bin;
    // Each of the levels after the first with the same chance.
    else if (random.below(++seen) === 0) other = bin;
  }
  if (other < 0) return false;
  // Neither side may be empty.
  isLeft[other] = 1 - isLeft[first]!;
  return true;
}

function leftSet(bins: number): Uint32Array {
  const set = new Uint32Array(SET_WORDS);
  for (let bin = 0; bin < bins; bin++) if (isLeft[bin] === 1) set[bin >>> 5]! |= 1 << (bin & 31);
  return set;
}

/** Null where a side is too light or the leaf's split gains as much. */
function gainOf(params: SplitParams, leaf: OpenLeaf, g: number, h: number): number | null {
  const { gradient, curvature } = leaf.sums;
  const rest = curvature - h;
  if (h < params.minLeafWeight || rest < params.minLeafWeight) return null;
  const { l2 } = params;
  const gain =
    (g * g) / (h + l2) + (gradient - g) ** 2 / (rest + l2) - (gradient * gradient) / (curvature + l2);
  return gain > (leaf.split === null ? params.minGain : leaf.split.gain) ? gain : null;
}
