/**
 * The search for the best split of a leaf: over the features drawn at the node, whose histograms are counted
 * there and then (forest), or over all features of the tree, with the sibling's histogram taken from the
 * parent's (boosting).
 */
import type { Random } from '../math/random.ts';
import type { GrowContext, GrowParams, OpenLeaf, TreeTask } from './context.ts';
import { createHistogram, fillHistogram, subtractHistogram } from './histogram.ts';
import { drawSplit } from './random-split.ts';
import { bestCategorySplit, bestNumberSplit, setOf, type Split } from './split.ts';

/** Counts the root's histogram when the tree keeps histograms. */
export function openHistogram(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  root: OpenLeaf,
): void {
  if (params.randomCuts || params.featuresPerNode < task.features.length || !canSplit(params, root)) return;
  root.histogram = context.pool.pop() ?? createHistogram(context.layout);
  fill(context, task, root.histogram, task.features, root);
}

/** Counts the smaller child's histogram, takes it from the parent for the larger one. */
export function shareHistogram(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  leaf: OpenLeaf,
  left: OpenLeaf,
  right: OpenLeaf,
): void {
  const parent = leaf.histogram!;
  leaf.histogram = null;
  const [small, large] = left.end - left.start <= right.end - right.start ? [left, right] : [right, left];
  const wanted = canSplit(params, large) || canSplit(params, small);
  if (!wanted) {
    context.pool.push(parent);
    return;
  }
  const counted = context.pool.pop() ?? createHistogram(context.layout);
  fill(context, task, counted, task.features, small);
  subtractHistogram(parent, counted, context.layout, task.features);
  small.histogram = counted;
  large.histogram = parent;
}

/** Sets the leaf's best split; null when none gains enough. */
export function findSplit(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  random: Random,
  leaf: OpenLeaf,
): void {
  if (!canSplit(params, leaf)) return;
  if (leaf.histogram !== null) {
    for (const f of task.features) leaf.split = tryFeature(params, context, leaf.histogram, f, leaf);
    return;
  }
  const { features } = task;
  const wanted = Math.min(Math.ceil(params.featuresPerNode), features.length);
  for (let drawn = 0; drawn < wanted; drawn++) drawFeature(features, drawn, random);
  const tryThem = params.randomCuts ? drawCuts : tryFeatures;
  tryThem(params, context, task, features.subarray(0, wanted), leaf, random);
  // Goes on while none splits the node, as constants do not count.
  for (let drawn = wanted; drawn < features.length && leaf.split === null; drawn++) {
    drawFeature(features, drawn, random);
    tryThem(params, context, task, features.subarray(drawn, drawn + 1), leaf, random);
  }
}

/** Moves one of the features from `place` on to `place`. */
function drawFeature(features: Int32Array, place: number, random: Random): void {
  const pick = place + random.below(features.length - place);
  const drawn = features[pick]!;
  features[pick] = features[place]!;
  features[place] = drawn;
}

/** One cut of each feature, drawn at random. */
function drawCuts(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  features: Int32Array,
  leaf: OpenLeaf,
  random: Random,
): void {
  for (const place of features) {
    const isNumber = context.bins[place]!.kind === 'number';
    const isOrdered = isNumber || context.isOrdered[place] === 1;
    const bins = context.layout.offsets[place + 1]! - context.layout.offsets[place]!;
    const feature = { place, column: context.columns[place]!, bins, isOrdered };
    const found = drawSplit(params, task, leaf, feature, random);
    leaf.split = isNumber ? found : asSet(found, leaf.split);
  }
}

/** The best cut of each feature. */
function tryFeatures(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  features: Int32Array,
  leaf: OpenLeaf,
): void {
  if (context.pool.length === 0) context.pool.push(createHistogram(context.layout));
  const histogram = context.pool[0]!;
  fill(context, task, histogram, features, leaf);
  for (const f of features) leaf.split = tryFeature(params, context, histogram, f, leaf);
}

function tryFeature(
  params: GrowParams,
  context: GrowContext,
  histogram: Float64Array,
  f: number,
  leaf: OpenLeaf,
): Split | null {
  const offset = 2 * context.layout.offsets[f]!;
  const bins = context.layout.offsets[f + 1]! - context.layout.offsets[f]!;
  const best = leaf.split;
  if (context.bins[f]!.kind === 'number')
    return bestNumberSplit(params, histogram, offset, bins, f, leaf.sums, params.monotone?.[f] ?? 0, best);
  if (context.isOrdered[f] === 0)
    return bestCategorySplit(params, histogram, offset, bins, f, leaf.sums, best);
  const found = bestNumberSplit(params, histogram, offset, bins, f, leaf.sums, 0, best);
  return asSet(found, best);
}

/** A split between bins that ascend by rate as a category's, unless it is the one that was there before. */
function asSet(found: Split | null, before: Split | null): Split | null {
  if (found === null || found === before || found.set !== null) return found;
  return { ...found, set: setOf(found) };
}

function fill(
  context: GrowContext,
  task: TreeTask,
  histogram: Float64Array,
  features: Int32Array,
  leaf: OpenLeaf,
): void {
  const { layout, team } = context;
  const { rows, gradient, curvature } = task;
  if (team !== null) team.fill(histogram, features, leaf.start, leaf.end);
  else fillHistogram(histogram, layout, features, rows, leaf.start, leaf.end, gradient, curvature);
}

/** Gives the leaf's histogram back to the pool. */
export function release(context: GrowContext, leaf: OpenLeaf): void {
  if (leaf.histogram !== null) context.pool.push(leaf.histogram);
  leaf.histogram = null;
}

function canSplit(params: GrowParams, leaf: OpenLeaf): boolean {
  return leaf.depth < params.maxDepth && leaf.sums.curvature >= 2 * params.minLeafWeight;
}
