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
import type { Estimator, Explanation, TrainingData } from '../estimator.ts';
import { logistic, type LogisticModel, type LogisticParams } from '../linear/logistic.ts';
import { checkBounds } from '../math/bounds.ts';
import type { Random } from '../math/random.ts';
import { takeRows, type Table } from '../data/table.ts';
import { checkTrainingData, rowWeights, takeTrainingRows, type ClassWeight } from '../data/training-data.ts';
import { binColumns, binRows, fitBins, type FeatureBins } from './bins.ts';
import { createGrowContext, type GrowParams } from './context.ts';
import { growTree, writeCovers, type GrownLeaf } from './grow.ts';
import { createTreeWriter, finishTrees, leafOf, type Trees } from './predict.ts';
import { addShap, shapPlanOf } from './shap.ts';

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
  explain: explainLogitLeaf,
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
    writer.value[leaf.node] = model === null ? smoothedRate(leaf) : baseOf(model, data.table);
  }
  writeCovers(writer, grown, rows, weights);
  return { bins, tree: finishTrees(writer, bins.length), leaves };
}

function predictLogitLeaf(model: LogitLeafModel, table: Table): Float64Array {
  const out = new Float64Array(table.rowCount);
  forSegments(model, table, (node, rows) => {
    const leaf = model.leaves[node];
    const predicted = leaf ? logistic.predict(leaf, takeRows(table, rows)) : null;
    for (let i = 0; i < rows.length; i++) out[rows[i]!] = predicted?.[i] ?? model.tree.value[node]!;
  });
  return out;
}

function explainLogitLeaf(model: LogitLeafModel, table: Table): Explanation {
  const featureCount = model.bins.length;
  const plan = shapPlanOf(model.tree);
  const contributions = new Float64Array(table.rowCount * featureCount);
  addShap(plan, binRows(model.bins, table, 0, table.rowCount), contributions);
  forSegments(model, table, (node, rows) => {
    const leaf = model.leaves[node];
    if (!leaf) return;
    const inside = logistic.explain(leaf, takeRows(table, rows)).contributions;
    for (let i = 0; i < rows.length; i++)
      for (let j = 0; j < featureCount; j++)
        contributions[rows[i]! * featureCount + j]! += inside[i * featureCount + j]!;
  });
  return { featureCount, base: plan.base, contributions };
}

/** Visits every leaf that rows of the table reach, with these rows in ascending order. */
function forSegments(
  model: LogitLeafModel,
  table: Table,
  visit: (node: number, rows: Int32Array) => void,
): void {
  const rows = binRows(model.bins, table, 0, table.rowCount);
  const nodes = new Int32Array(table.rowCount);
  const counts = new Int32Array(model.leaves.length);
  for (let row = 0; row < table.rowCount; row++) {
    nodes[row] = leafOf(model.tree, 0, rows, row * model.bins.length);
    counts[nodes[row]!]!++;
  }
  counts.forEach((count, node) => {
    if (count === 0) return;
    const members = new Int32Array(count);
    for (let row = 0, at = 0; row < nodes.length; row++) if (nodes[row] === node) members[at++] = row;
    visit(node, members);
  });
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

function baseOf(model: LogisticModel, table: Table): number {
  return logistic.explain(model, takeRows(table, new Int32Array(0))).base;
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
