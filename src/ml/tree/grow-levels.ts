/**
 * Grows one symmetric (oblivious) tree: all leaves of a level are divided by the same split, the one that gains most in all of
 * them together (level-split.ts). A leaf that the split would leave too little of stays whole.
 * Reference: Prokhorenkova et al. (2018), CatBoost.
 */
import type { GrowContext, GrowParams, OpenLeaf, TreeTask } from './context.ts';
import { closeLeaf, divideLeaf, openRoot, type GrownLeaf } from './grow.ts';
import { bestLevelSplit, leftSums } from './level-split.ts';
import type { TreeWriter } from './predict.ts';
import { release, shareHistogram } from './search.ts';
import type { Split } from './split.ts';

/** As `growTree`, with `maxDepth` levels at most and as many leaves as they have; there are no monotone constraints. */
export function growByLevels(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  writer: TreeWriter,
): GrownLeaf[] {
  let leaves = [openRoot(params, context, task, writer)];
  for (let depth = 0; depth < params.maxDepth; depth++) {
    const split = bestLevelSplit(params, context, task.features, leaves.filter(isOpen));
    if (split === null) break;
    leaves = leaves.flatMap((leaf) => divide(params, context, task, writer, leaf, split));
  }
  for (const leaf of leaves) release(context, leaf);
  return leaves.map((leaf) => closeLeaf(params, leaf, writer));
}

/** What has a histogram may be divided. */
function isOpen({ histogram }: OpenLeaf): boolean {
  return histogram !== null;
}

function divide(
  params: GrowParams,
  context: GrowContext,
  task: TreeTask,
  writer: TreeWriter,
  leaf: OpenLeaf,
  split: Split,
): OpenLeaf[] {
  if (!isOpen(leaf)) return [leaf];
  const { gradient, curvature } = leftSums(context, leaf, split);
  if (Math.min(curvature, leaf.sums.curvature - curvature) < params.minLeafWeight) return [leaf];
  const own = { ...split, leftGradient: gradient, leftCurvature: curvature };
  const [left, right] = divideLeaf(params, context, task, writer, leaf, own);
  shareHistogram(params, context, task, leaf, left, right);
  return [left, right];
}
