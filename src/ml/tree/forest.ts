/**
 * Random forest for two classes: the mean of the leaf rates of trees, each grown on a bootstrap sample
 * with features drawn at every node.
 *
 * Method: Breiman (2001), Random Forests; splits by the decrease of the Gini impurity over histogram bins
 * (tree/bins.ts), categories and missing values taken as they are (tree/split.ts). A leaf's rate is drawn
 * towards the training rate by `smoothing` pseudo-rows. Reasons: exact path-dependent tree SHAP
 * (tree/shap.ts), which is in probability already.
 * Assumptions: rows are exchangeable. Class weights shift the probabilities; calibrate after them.
 */
import type { Estimator, FitEnvironment, Scores, TrainingData } from '../estimator.ts';
import { checkBounds, notNegative, positiveShare } from '../math/bounds.ts';
import { forkSeeds, type Random } from '../math/random.ts';
import { oneThread, runTask } from '../parallel/threads.ts';
import type { Table } from '../data/table.ts';
import { checkTrainingData, rowWeights, weightedRate, type ClassWeight } from '../data/training-data.ts';
import { binRows, toRows, type FeatureBins } from './bins.ts';
import { bundleFeatures } from './bundles.ts';
import type { GrowParams } from './context.ts';
import { forestTrees, TREES_PER_ITEM } from './forest-trees.ts';
import { addOutOfBag, finishOutOfBag, startOutOfBag, type OutOfBag } from './out-of-bag.ts';
import { addTreeValues, joinTrees, type Trees } from './predict.ts';
import { scoreTrees } from './score-trees.ts';
import { binTraining } from './target-statistics.ts';

export interface ForestParams {
  /** Number of trees, 1 to 5,000. */
  readonly trees: number;
  /** Share of the features drawn at each node, in (0, 1]. */
  readonly featureShare: number;
  /** Smallest weight of a leaf's rows, ≥ 1 for unweighted rows. */
  readonly minLeaf: number;
  /** Most leaves of a tree, ≥ 2; 0: one for every 100 rows, 64 to 1,000. */
  readonly maxLeaves: number;
  /** Pseudo-rows at the training rate added to every leaf, ≥ 0. */
  readonly smoothing: number;
  /** Rows drawn for a tree as a share of all, in (0, 1]; with replacement. */
  readonly sampleShare: number;
  /** `random`: a cut of each feature is drawn instead of searched, and every tree learns from all rows (extra-trees). */
  readonly cuts: 'best' | 'random';
  /** `balanced`: both classes weigh the same in total. */
  readonly classWeight: ClassWeight;
}

export interface ForestModel {
  readonly bins: readonly FeatureBins[];
  readonly trees: Trees;
  /** Null when no row was left out of any tree. */
  readonly outOfBag: OutOfBag | null;
}

const BLOCK_ROWS = 512;

export const forest: Estimator<ForestParams, ForestModel> = {
  defaults: {
    trees: 150,
    featureShare: 0.4,
    minLeaf: 5,
    maxLeaves: 0,
    smoothing: 0,
    sampleShare: 1,
    cuts: 'best',
    classWeight: 'none',
  },
  fit: fitForest,
  predict: predictForest,
  explain: (model, table) => scoreForest(model, table).explanation,
  score: scoreForest,
};

function fitForest(
  params: ForestParams,
  data: TrainingData,
  random: Random,
  { threads = oneThread }: FitEnvironment = {},
): ForestModel {
  checkParams(params);
  checkTrainingData(data);
  const { table, target } = data;
  const weights = rowWeights(data, params.classWeight);
  const { bins, columns, isOrdered } = binTraining(data, weights, random);
  const shared = {
    bins,
    columns,
    isOrdered,
    bundles: bundleFeatures(bins, columns),
    rows: toRows(columns),
    target,
    weights,
    params: growing(params, bins.length, table.rowCount),
    sampleShare: params.sampleShare,
    pseudoPositive: weightedRate(target, weights) * params.smoothing,
    seeds: forkSeeds(random, params.trees),
  };
  const outOfBag = startOutOfBag(table.rowCount);
  const items = Math.ceil(params.trees / TREES_PER_ITEM);
  const parts: Trees[] = [];
  runTask(threads, forestTrees, shared, items, (_, part) => {
    parts.push(part.trees);
    addOutOfBag(outOfBag, part.outOfBag);
  });
  return { bins, trees: joinTrees(parts, bins.length), outOfBag: finishOutOfBag(outOfBag, target) };
}

function predictForest(model: ForestModel, table: Table): Float64Array {
  const out = new Float64Array(table.rowCount);
  const treeCount = model.trees.roots.length - 1;
  for (let start = 0; start < table.rowCount; start += BLOCK_ROWS) {
    const sums = out.subarray(start, Math.min(start + BLOCK_ROWS, table.rowCount));
    addTreeValues(model.trees, binRows(model.bins, table, start, start + sums.length), sums);
    for (let i = 0; i < sums.length; i++) sums[i]! /= treeCount;
  }
  return out;
}

function scoreForest(model: ForestModel, table: Table): Scores {
  const treeCount = model.trees.roots.length - 1;
  const { featureCount, base, contributions, sums } = scoreTrees(model, table);
  for (let i = 0; i < contributions.length; i++) contributions[i]! /= treeCount;
  for (let i = 0; i < sums.length; i++) sums[i]! /= treeCount;
  return {
    probabilities: sums,
    explanation: { featureCount, base: base / treeCount, contributions },
  };
}

function checkParams(params: ForestParams): void {
  checkBounds('forest', params, {
    trees: { min: 1, max: 5_000, isWhole: true },
    featureShare: positiveShare,
    minLeaf: { above: 0 },
    smoothing: notNegative,
    sampleShare: positiveShare,
  });
  if (params.maxLeaves !== 0 && !(params.maxLeaves >= 2))
    throw new RangeError(`forest: maxLeaves must be 0 or at least 2, found ${params.maxLeaves}`);
}

function growing(params: ForestParams, featureCount: number, rowCount: number): GrowParams {
  return {
    maxLeaves: params.maxLeaves || Math.min(1_000, Math.max(64, Math.round(rowCount / 100))),
    maxDepth: Infinity,
    featuresPerNode: Math.max(1, Math.round(params.featureShare * featureCount)),
    randomCuts: params.cuts === 'random',
    monotone: null,
    l2: params.smoothing,
    minLeafWeight: params.minLeaf,
    minGain: 0,
    categorySmoothing: 5,
    categoryL2: 5,
    minLevelWeight: 5,
  };
}
