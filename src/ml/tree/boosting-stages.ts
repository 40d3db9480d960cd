/**
 * The number of trees of gradient boosting, chosen by cross-validation: the one at which the log loss of the rows that
 * were left out, summed over all folds, is least. One fit with many trees so tries every smaller number.
 */
import type { FoldModel, StagedFit } from '../auto/cross-fit.ts';
import { binRows } from './bins.ts';
import type { BoostingModel } from './boosting.ts';
import { addTreeValues, firstTrees } from './predict.ts';

export function chooseTreeCount(
  folds: readonly FoldModel<BoostingModel>[],
  target: Uint8Array,
  weights: Float64Array,
): StagedFit<BoostingModel> {
  const losses: number[] = [];
  for (const { model, rows, table } of folds) {
    const { bins, trees, baseMargin } = model;
    const binned = binRows(bins, table, 0, table.rowCount);
    const sums = new Float64Array(table.rowCount).fill(baseMargin);
    for (let tree = 0; tree + 1 < trees.roots.length; tree++) {
      addTreeValues(trees, binned, sums, tree, tree + 1);
      losses[tree] = (losses[tree] ?? 0) + sumOfLosses(sums, rows, target, weights);
    }
  }
  const trees = 1 + losses.indexOf(Math.min(...losses));
  return {
    params: { trees },
    modelAt: (model) => ({ ...model, trees: firstTrees(model.trees, trees) }),
  };
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
