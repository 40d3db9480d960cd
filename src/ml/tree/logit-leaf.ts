/**
 * Logit Leaf Model: a shallow decision tree that divides customers into segments, and a logistic
 * regression of its own in each segment.
 *
 * Method: De Caigny, Coussement and De Bock (2018), A new hybrid classification algorithm for customer
 * churn prediction based on logistic regression and decision trees. The tree splits by Gini impurity over
 * histogram bins, largest gain first; where the paper selects variables in a leaf, ours shrinks them (L2).
 * A leaf of one class only has its smoothed rate.
 * Reasons, exact, in probability: the tree gets the path-dependent tree SHAP of the leaves' base
 * probabilities (which segment the customer is in); the leaf's logistic model explains the way from its
 * base to the prediction (where in the segment). base + tree + leaf = prediction.
 * Assumptions: effects add up in log-odds within a segment.
 */
import type { Estimator, Scores, TrainingData } from '../estimator.ts';
import {
  baseOfLogistic,
  logistic,
  predictRows,
  scoreRows,
  type LogisticModel,
  type LogisticParams,
} from '../linear/logistic.ts';
import { checkBounds } from '../math/bounds.ts';
import type { Random } from '../math/random.ts';
import type { Table } from '../data/table.ts';
import { checkTrainingData, rowWeights, takeTrainingRows, type ClassWeight } from '../data/training-data.ts';
import { binColumns, binRows, fitBins, type FeatureBins } from './bins.ts';
import { createGrowContext, type GrowParams } from './context.ts';
import { growTree, writeCovers, type GrownLeaf } from './grow.ts';
import { createTreeWriter, finishTrees, leafOf, type Trees } from './predict.ts';
import { scoreTrees } from './score-trees.ts';

const BLOCK_ROWS = 512;

export interface LogitLeafParams {
  /** Most segments, ≥ 2. */
  readonly maxLeaves: number;
  /** Smallest share of the training weight in a segment, in (0, 0.5]. */
  readonly minLeafShare: number;
  /** Smallest weight of a segment, > 0; rows when unweighted. */
  readonly minLeaf: number;
  /** λ of the logistic models, ≥ 0. */
  readonly l2: number;
  /** Most bends of a number's curve in a segment. */
  readonly knots: number;
  readonly classWeight: ClassWeight;
}

export interface LogitLeafModel {
  readonly bins: readonly FeatureBins[];
  /** One tree; a leaf's value is the base probability of its logistic model. */
  readonly tree: Trees;
  /** By node of the tree: the logistic model of a leaf, null elsewhere and in leaves of one class. */
  readonly leaves: readonly (LogisticModel | null)[];
}

export const logitLeaf: Estimator<LogitLeafParams, LogitLeafModel> = {
  defaults: { maxLeaves: 4, minLeafShare: 0.1, minLeaf: 200, l2: 10, knots: 4, classWeight: 'none' },
  fit: fitLogitLeaf,
  predict: predictLogitLeaf,
  explain: (model, table) => scoreLogitLeaf(model, table).explanation,
  score: scoreLogitLeaf,
};

function fitLogitLeaf(params: LogitLeafParams, data: TrainingData, random: Random): LogitLeafModel {
  checkParams(params);
  checkTrainingData(data);
  const weights = rowWeights(data, params.classWeight);
  const bins = fitBins(data.table, 32);
  const rows = Int32Array.from(weights.keys()).filter((row) => weights[row]! > 0);
  const writer = createTreeWriter();
  const grown = growTree(
    growing(params, weights, bins.length),
    createGrowContext(bins, binColumns(bins, data.table)),
    {
      rows,
      features: Int32Array.from(bins.keys()),
      gradient: weights.map((weight, row) => weight * data.target[row]!),
      curvature: weights,
    },
    writer,
    random,
  );
  const leaves: (LogisticModel | null)[] = new Array<null>(writer.feature.length).fill(null);
  for (const leaf of grown) {
    const model = fitLeaf(params, { ...data, weights }, rows.slice(leaf.start, leaf.end), leaf, random);
    leaves[leaf.node] = model;
    writer.value[leaf.node] = model === null ? smoothedRate(leaf) : baseOfLogistic(model).base;
  }
  writeCovers(writer, grown, rows, weights);
  return { bins, tree: finishTrees(writer, bins.length), leaves };
}

function predictLogitLeaf(model: LogitLeafModel, table: Table): Float64Array {
  const out = new Float64Array(table.rowCount);
  const inside = new Float64Array(BLOCK_ROWS * model.bins.length);
  forSegments(model, table, (node, rows) => {
    const leaf = model.leaves[node];
    const probabilities = new Float64Array(rows.length).fill(model.tree.value[node]!);
    if (leaf) predictRows(leaf, table, rows, inside, probabilities);
    for (let i = 0; i < rows.length; i++) out[rows[i]!] = probabilities[i]!;
  });
  return out;
}

function scoreLogitLeaf(model: LogitLeafModel, table: Table): Scores {
  const { featureCount, base, contributions } = scoreTrees({ bins: model.bins, trees: model.tree }, table);
  const out = new Float64Array(table.rowCount);
  const inside = new Float64Array(BLOCK_ROWS * featureCount);
  forSegments(model, table, (node, rows) => {
    const leaf = model.leaves[node];
    const probabilities = new Float64Array(rows.length).fill(model.tree.value[node]!);
    if (leaf) {
      const own = inside.subarray(0, rows.length * featureCount);
      scoreRows(leaf, table, rows, own, probabilities);
      addRows(own, rows, featureCount, contributions);
    }
    for (let i = 0; i < rows.length; i++) out[rows[i]!] = probabilities[i]!;
  });
  return { probabilities: out, explanation: { featureCount, base, contributions } };
}

/** Adds the i-th row of `own` to row `rows[i]` of `all`; both are row-major. */
function addRows(own: Float64Array, rows: Int32Array, width: number, all: Float64Array): void {
  for (let i = 0, at = 0; i < rows.length; i++)
    for (let to = rows[i]! * width, end = to + width; to < end; to++) all[to]! += own[at++]!;
}

/** Visits, block by block, every leaf that rows of the block reach, with these rows in ascending order. */
function forSegments(
  model: LogitLeafModel,
  table: Table,
  visit: (node: number, rows: Int32Array) => void,
): void {
  const featureCount = model.bins.length;
  const members = model.leaves.map(() => new Int32Array(BLOCK_ROWS));
  for (let from = 0; from < table.rowCount; from += BLOCK_ROWS) {
    const to = Math.min(from + BLOCK_ROWS, table.rowCount);
    const bins = binRows(model.bins, table, from, to);
    const counts = new Int32Array(members.length);
    for (let row = from; row < to; row++) {
      const node = leafOf(model.tree, 0, bins, (row - from) * featureCount);
      members[node]![counts[node]!++] = row;
    }
    counts.forEach((count, node) => {
      if (count > 0) visit(node, members[node]!.subarray(0, count));
    });
  }
}

/** Null for a leaf of one class. `rows`: those of the leaf; reordered. */
function fitLeaf(
  params: LogitLeafParams,
  data: TrainingData,
  rows: Int32Array,
  leaf: GrownLeaf,
  random: Random,
): LogisticModel | null {
  const { gradient, curvature } = leaf.sums;
  if (gradient <= 0 || gradient >= curvature) return null;
  const segment = takeTrainingRows(data, rows.sort());
  if (!segment.target.includes(0) || !segment.target.includes(1)) return null;
  const leafParams: LogisticParams = { ...logistic.defaults, l2: params.l2, knots: params.knots };
  return logistic.fit(leafParams, segment, random);
}

/** Laplace's rule of succession. */
function smoothedRate(leaf: GrownLeaf): number {
  return (leaf.sums.gradient + 1) / (leaf.sums.curvature + 2);
}

function growing(params: LogitLeafParams, weights: Float64Array, featureCount: number): GrowParams {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return {
    maxLeaves: params.maxLeaves,
    maxDepth: Infinity,
    featuresPerNode: featureCount,
    monotone: null,
    l2: 0,
    minLeafWeight: Math.max(params.minLeaf, params.minLeafShare * total),
    minGain: 0,
    categorySmoothing: 10,
    categoryL2: 10,
    minLevelWeight: 20,
  };
}

function checkParams(params: LogitLeafParams): void {
  checkBounds('logit-leaf', params, {
    maxLeaves: { min: 2 },
    minLeafShare: { above: 0, max: 0.5 },
    minLeaf: { above: 0 },
  });
}
