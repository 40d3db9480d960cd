/**
 * The number of trees of gradient boosting, chosen by cross-validation: the one at which the log loss of the rows that
 * were left out, summed over all folds, is least. One fit with many trees so tries every smaller number.
 */
import type { FoldModel, StageChoice } from '../auto/cross-fit.ts';
import { binRows } from './bins.ts';
import type { BoostingModel } from './boosting.ts';
import { boostingDefaults, type BoostingParams } from './boosting-params.ts';
import { addTreeValues, firstTrees } from './predict.ts';

export const treeCounts: StageChoice<BoostingModel> = {
  losses: lossesByTree,
  params: (trees) => ({ trees }),
  modelAt: (model, trees) => ({ ...model, trees: firstTrees(model.trees, trees) }),
  shorten: (params, tried) => ({ ...params, trees: enoughTrees(treesOf(params), treesOf(tried)) }),
  slowDown: (params, tried) => (treesOf(tried) > 0.75 * treesOf(params) ? slower(params) : null),
};

/** Folds differ in how many trees they need: half as many again as some needed, fifty, and half of all at least. */
function enoughTrees(all: number, needed: number): number {
  return Math.min(all, Math.ceil(Math.max(1.5 * needed + 50, all / 2)));
}

function slower(params: Pick<Partial<BoostingParams>, 'learningRate' | 'trees'>): object {
  const { learningRate = boostingDefaults.learningRate } = params;
  return { ...params, learningRate: learningRate / 2.5, trees: Math.round(2.5 * treesOf(params)) };
}

function treesOf({ trees = boostingDefaults.trees }: Pick<Partial<BoostingParams>, 'trees'>): number {
  return trees;
}

function lossesByTree(
  { model, rows, table }: FoldModel<BoostingModel>,
  target: Uint8Array,
  weights: Float64Array,
): Float64Array {
  const { bins, trees, baseMargin } = model;
  const binned = binRows(bins, table, 0, table.rowCount);
  const sums = new Float64Array(table.rowCount).fill(baseMargin);
  return Float64Array.from({ length: trees.roots.length - 1 }, (_, tree) => {
    addTreeValues(trees, binned, sums, tree, tree + 1);
    return sumOfLosses(sums, rows, target, weights);
  });
}

function sumOfLosses(
  sums: Float64Array,
  rows: Int32Array,
  target: Uint8Array,
  weights: Float64Array,
): number {
  let loss = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const against = target[row] === 1 ? -sums[i]! : sums[i]!;
    loss += weights[row]! * (Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against))));
  }
  return loss;
}
