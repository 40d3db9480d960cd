/**
 * The search for the best split of a leaf: over the features drawn at the node, whose histograms are counted
 * there and then (forest), or over all features of the tree, with the sibling's histogram taken from the
 * parent's (boosting).
 */
import type { Random } from '../math/random.ts';
import type { GrowContext, GrowParams, OpenLeaf, TreeTask } from './context.ts';
import { createHistogram, fillHistogram, subtractHistogram } from './histogram.ts';
import { bestCategorySplit, bestNumberSplit, setOf, type Split } from './split.ts';

/** Counts the root's histogram when the tree keeps histograms. */
export function openHistogram(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  root: OpenLeaf,
): void {
  if (params.featuresPerNode < task.features.length || !canSplit(params, root)) return;
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
  if (context.pool.length === 0) context.pool.push(createHistogram(context.layout));
  const histogram = context.pool[0]!;
  const { features } = task;
  const wanted = Math.min(Math.ceil(params.featuresPerNode), features.length);
  for (let drawn = 0; drawn < wanted; drawn++) drawFeature(features, drawn, random);
  tryFeatures(params, context, task, histogram, features.subarray(0, wanted), leaf);
  // Goes on while none splits the node, as constants do not count.
  for (let drawn = wanted; drawn < features.length && leaf.split === null; drawn++) {
    drawFeature(features, drawn, random);
    tryFeatures(params, context, task, histogram, features.subarray(drawn, drawn + 1), leaf);
  }
}

/** Moves one of the features from `place` on to `place`. */
function drawFeature(features: Int32Array, place: number, random: Random): void {
  const pick = place + random.below(features.length - place);
  const drawn = features[pick]!;
  features[pick] = features[place]!;
  features[place] = drawn;
}

function tryFeatures(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  histogram: Float64Array,
  features: Int32Array,
  leaf: OpenLeaf,
): void {
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
  return found === best || found === null ? best : { ...found, set: setOf(found) };
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
