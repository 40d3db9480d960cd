/**
 * Gradient boosting for two classes: trees added one after the other, each a Newton step on the logistic
 * loss of the sum so far.
 *
 * Method: margin m = base + η Σ leaf values, probability σ(m); negative gradient w(y − p), curvature
 * w·p(1 − p), leaf value Σ gradient / (Σ curvature + λ) (Friedman 2001; Chen and Guestrin 2016, XGBoost).
 * Histogram bins, native categories and missing values (tree/bins.ts, tree/split.ts), histograms of
 * siblings by subtraction (tree/grow.ts), rows and features drawn for each tree, optional monotone
 * constraints and early stopping on rows set aside.
 * Reasons: exact path-dependent tree SHAP of the margin (tree/shap.ts), converted to probability points
 * along the straight path (points.ts).
 * Assumptions: rows are exchangeable. Class weights shift the probabilities; calibrate after them.
 */
import { boostingDefaults, checkBoostingParams, type BoostingParams } from './boosting-params.ts';
import { prepareBoosting, type Boosting } from './boosting-rounds.ts';
import type { Estimator, FitEnvironment, Scores, TrainingData } from '../estimator.ts';
import { toPoints } from '../explain/points.ts';
import type { Random } from '../math/random.ts';
import { oneThread } from '../parallel/threads.ts';
import { sigmoid, sigmoids } from '../math/sigmoid.ts';
import type { Table } from '../data/table.ts';
import { checkTrainingData } from '../data/training-data.ts';
import { binRows, type FeatureBins } from './bins.ts';
import { addTreeValues, joinTrees, type Trees } from './predict.ts';
import { scoreTrees } from './score-trees.ts';

export interface BoostingModel {
  readonly bins: readonly FeatureBins[];
  /** Leaf values are multiplied by the learning rate already. */
  readonly trees: Trees;
  /** Log-odds of the weighted training rate. */
  readonly baseMargin: number;
}

const BLOCK_ROWS = 512;

export const boosting: Estimator<BoostingParams, BoostingModel> = {
  defaults: boostingDefaults,
  fit: fitBoosting,
  predict: (model, table) => sigmoids(boostedMargins(model, table)),
  explain: (model, table) => scoreBoosting(model, table).explanation,
  score: scoreBoosting,
};

function fitBoosting(
  params: BoostingParams,
  data: TrainingData,
  random: Random,
  { threads = oneThread }: FitEnvironment = {},
): BoostingModel {
  checkBoostingParams(params, data.table);
  checkTrainingData(data);
  const rounds = prepareBoosting(params, data, random, threads);
  try {
    const kept = params.validationShare > 0 ? growUntilWorse(params, rounds) : growAll(params, rounds);
    return { bins: rounds.bins, trees: joinTrees(kept, rounds.bins.length), baseMargin: rounds.baseMargin };
  } finally {
    rounds.close();
  }
}

/** The log-odds that the model gives each row. */
export function boostedMargins(model: BoostingModel, table: Table): Float64Array {
  const margins = new Float64Array(table.rowCount).fill(model.baseMargin);
  for (let start = 0; start < table.rowCount; start += BLOCK_ROWS) {
    const sums = margins.subarray(start, Math.min(start + BLOCK_ROWS, table.rowCount));
    addTreeValues(model.trees, binRows(model.bins, table, start, start + sums.length), sums);
  }
  return margins;
}

function scoreBoosting(model: BoostingModel, table: Table): Scores {
  const { featureCount, base, contributions, sums } = scoreTrees(model, table, model.baseMargin);
  const probabilities = sigmoids(sums);
  const baseMargin = model.baseMargin + base;
  toPoints(contributions, featureCount, baseMargin, probabilities);
  return { probabilities, explanation: { featureCount, base: sigmoid(baseMargin), contributions } };
}

function growAll(params: BoostingParams, rounds: Boosting): Trees[] {
  return Array.from({ length: params.trees }, () => rounds.addTree());
}

function growUntilWorse(params: BoostingParams, rounds: Boosting): Trees[] {
  const trees: Trees[] = [];
  let best = rounds.validationLoss();
  let bestCount = 0;
  while (trees.length < params.trees && trees.length - bestCount < params.patience) {
    trees.push(rounds.addTree());
    const loss = rounds.validationLoss();
    if (loss < best) {
      best = loss;
      bestCount = trees.length;
    }
  }
  return trees.slice(0, Math.max(1, bestCount));
}
