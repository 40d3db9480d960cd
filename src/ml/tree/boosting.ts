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
import { prepareBoosting, type Boosting } from './boosting-rounds.ts';
import type { Estimator, Explanation, TrainingData } from '../estimator.ts';
import { toPoints } from '../explain/points.ts';
import type { Random } from '../math/random.ts';
import { sigmoid } from '../math/sigmoid.ts';
import type { Table } from '../data/table.ts';
import { checkTrainingData, type ClassWeight } from '../data/training-data.ts';
import { binRows, type FeatureBins } from './bins.ts';
import { addTreeValues, joinTrees, type Trees } from './predict.ts';
import { addShap, shapPlanOf } from './shap.ts';

export interface BoostingParams {
  /** Most trees, 1 to 10,000. */
  readonly trees: number;
  /** η in (0, 1]. */
  readonly learningRate: number;
  /** Most leaves of a tree, ≥ 2. */
  readonly maxLeaves: number;
  /** Deepest leaf, ≥ 1. */
  readonly maxDepth: number;
  /** Smallest sum of curvatures in a leaf, > 0; a row has at most ¼. */
  readonly minLeafWeight: number;
  /** λ ≥ 0 */
  readonly l2: number;
  /** Smallest gain of a split, ≥ 0. */
  readonly minGain: number;
  /** Share of rows drawn for each tree, without replacement, in (0, 1]. */
  readonly rowShare: number;
  /** Share of features drawn for each tree, in (0, 1]. */
  readonly featureShare: number;
  /** Sign of the effect that a number may have, by column name. */
  readonly monotone: Readonly<Record<string, 1 | -1>>;
  /** Share of rows set aside to stop early, in [0, 0.5]; 0 grows all trees. */
  readonly validationShare: number;
  /** Trees without improvement on the rows set aside before stopping, ≥ 1. */
  readonly patience: number;
  readonly classWeight: ClassWeight;
}

export interface BoostingModel {
  readonly bins: readonly FeatureBins[];
  /** Leaf values are multiplied by the learning rate already. */
  readonly trees: Trees;
  /** Log-odds of the weighted training rate. */
  readonly baseMargin: number;
}

const BLOCK_ROWS = 512;

export const boosting: Estimator<BoostingParams, BoostingModel> = {
  family: 'boosting',
  defaults: {
    trees: 150,
    learningRate: 0.05,
    maxLeaves: 8,
    maxDepth: 12,
    minLeafWeight: 2,
    l2: 1,
    minGain: 0,
    rowShare: 0.8,
    featureShare: 0.7,
    monotone: {},
    validationShare: 0,
    patience: 20,
    classWeight: 'none',
  },
  fit: fitBoosting,
  predict: (model, table) => boostedMargins(model, table).map(sigmoid),
  explain: explainBoosting,
};

function fitBoosting(params: BoostingParams, data: TrainingData, random: Random): BoostingModel {
  checkParams(params, data.table);
  checkTrainingData(data);
  const rounds = prepareBoosting(params, data, random);
  const kept = params.validationShare > 0 ? growUntilWorse(params, rounds) : growAll(params, rounds);
  return { bins: rounds.bins, trees: joinTrees(kept, rounds.bins.length), baseMargin: rounds.baseMargin };
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

function explainBoosting(model: BoostingModel, table: Table): Explanation {
  const featureCount = model.bins.length;
  const plan = shapPlanOf(model.trees);
  const contributions = new Float64Array(table.rowCount * featureCount);
  for (let start = 0; start < table.rowCount; start += BLOCK_ROWS) {
    const end = Math.min(start + BLOCK_ROWS, table.rowCount);
    const block = contributions.subarray(start * featureCount, end * featureCount);
    addShap(plan, binRows(model.bins, table, start, end), block);
  }
  return toPoints(contributions, featureCount, model.baseMargin + plan.base);
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

function checkParams(params: BoostingParams, table: Table): void {
  const check = (ok: boolean, text: string): void => {
    if (!ok) throw new RangeError(`boosting: ${text}`);
  };
  const { trees, learningRate, maxLeaves, maxDepth, minLeafWeight, l2, minGain, rowShare, featureShare } =
    params;
  check(Number.isInteger(trees) && trees >= 1 && trees <= 10_000, 'trees must be 1 to 10,000');
  check(learningRate > 0 && learningRate <= 1, 'learningRate must be in (0, 1]');
  check(maxLeaves >= 2, 'maxLeaves must be at least 2');
  check(maxDepth >= 1, 'maxDepth must be at least 1');
  check(minLeafWeight > 0, 'minLeafWeight must be positive');
  check(l2 >= 0 && l2 < Infinity, 'l2 must not be negative');
  check(minGain >= 0, 'minGain must not be negative');
  check(rowShare > 0 && rowShare <= 1, 'rowShare must be in (0, 1]');
  check(featureShare > 0 && featureShare <= 1, 'featureShare must be in (0, 1]');
  check(params.validationShare >= 0 && params.validationShare <= 0.5, 'validationShare must be in [0, 0.5]');
  check(params.patience >= 1, 'patience must be at least 1');
  for (const [name, sign] of Object.entries(params.monotone)) {
    const column = table.columns.find((candidate) => candidate.name === name);
    check(column?.kind === 'number', `monotone: '${name}' is not a number column`);
    check(Math.abs(sign) === 1, `monotone: '${name}' must be 1 or -1`);
  }
}
