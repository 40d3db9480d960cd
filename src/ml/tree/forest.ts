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
import type { Estimator, Scores, TrainingData } from '../estimator.ts';
import { checkBounds, notNegative, positiveShare } from '../math/bounds.ts';
import type { Random } from '../math/random.ts';
import type { Table } from '../data/table.ts';
import { checkTrainingData, rowWeights, weightedRate, type ClassWeight } from '../data/training-data.ts';
import { binRows, toRows, type FeatureBins } from './bins.ts';
import { createGrowContext, type GrowContext, type GrowParams } from './context.ts';
import { growTree, writeCovers } from './grow.ts';
import { addTreeValues, createTreeWriter, finishTrees, joinTrees, leafOf, type Trees } from './predict.ts';
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
  /** `balanced`: both classes weigh the same in total. */
  readonly classWeight: ClassWeight;
}

/** How well trees predict the rows they were not grown on, over at most 50,000 rows. */
export interface OutOfBag {
  readonly rowCount: number;
  readonly logLoss: number;
  readonly brier: number;
}

export interface ForestModel {
  readonly bins: readonly FeatureBins[];
  readonly trees: Trees;
  /** Null when no row was left out of any tree. */
  readonly outOfBag: OutOfBag | null;
}

const BLOCK_ROWS = 512;
const OUT_OF_BAG_ROWS = 50_000;

export const forest: Estimator<ForestParams, ForestModel> = {
  defaults: {
    trees: 150,
    featureShare: 0.4,
    minLeaf: 5,
    maxLeaves: 0,
    smoothing: 0,
    sampleShare: 1,
    classWeight: 'none',
  },
  fit: fitForest,
  predict: predictForest,
  explain: (model, table) => scoreForest(model, table).explanation,
  score: scoreForest,
};

function fitForest(params: ForestParams, data: TrainingData, random: Random): ForestModel {
  checkParams(params);
  checkTrainingData(data);
  const { table, target } = data;
  const weights = rowWeights(data, params.classWeight);
  const { bins, columns, isOrdered } = binTraining(data, weights, random);
  const context = createGrowContext(bins, columns, isOrdered);
  const growParams = growing(params, bins.length, table.rowCount);
  const candidates = Int32Array.from(weights.keys()).filter((row) => weights[row]! > 0);
  const outOfBag = startOutOfBag(columns);
  const pseudoPositive = weightedRate(target, weights) * params.smoothing;
  const space = createSpace(table.rowCount);
  const forestContext: ForestContext = { params: growParams, context, target, pseudoPositive, space };
  const parts: Trees[] = [];
  for (let tree = 0; tree < params.trees; tree++) {
    const treeRandom = random.fork();
    bootstrap(space.drawn, candidates, weights, params.sampleShare, treeRandom);
    const part = growOne(forestContext, treeRandom);
    addOutOfBag(outOfBag, part, space.drawn);
    parts.push(part);
  }
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
    monotone: null,
    l2: params.smoothing,
    minLeafWeight: params.minLeaf,
    minGain: 0,
    categorySmoothing: 5,
    categoryL2: 5,
    minLevelWeight: 5,
  };
}

/** Sets the weight of each row in one tree: how often it was drawn, with replacement, times its own weight. */
function bootstrap(
  drawn: Float64Array,
  candidates: Int32Array,
  weights: Float64Array,
  sampleShare: number,
  random: Random,
): void {
  drawn.fill(0);
  const draws = new Int32Array(Math.max(1, Math.round(sampleShare * candidates.length)));
  random.fill(draws);
  const scale = candidates.length / 4294967296;
  for (const bits of draws) {
    const row = candidates[Math.floor((bits >>> 0) * scale)]!;
    drawn[row]! += weights[row]!;
  }
}

/** What all trees of a forest share. */
interface ForestContext {
  readonly params: GrowParams;
  readonly context: GrowContext;
  readonly target: Uint8Array;
  /** Weight of customers who left among the pseudo-rows of a leaf. */
  readonly pseudoPositive: number;
  readonly space: TreeSpace;
}

/** Room for one tree's rows, used again by the next. */
interface TreeSpace {
  /** The weight of each row. */
  readonly drawn: Float64Array;
  readonly gradient: Float64Array;
  readonly rows: Int32Array;
}

function createSpace(rowCount: number): TreeSpace {
  return {
    drawn: new Float64Array(rowCount),
    gradient: new Float64Array(rowCount),
    rows: new Int32Array(rowCount),
  };
}

/** Grows a tree on the rows drawn. */
function growOne({ params, context, target, pseudoPositive, space }: ForestContext, random: Random): Trees {
  const { drawn, gradient } = space;
  let count = 0;
  for (let row = 0; row < drawn.length; row++) {
    space.rows[count] = row;
    count += Number(drawn[row]! > 0);
    gradient[row] = drawn[row]! * target[row]!;
  }
  const rows = space.rows.subarray(0, count);
  const features = Int32Array.from(context.bins.keys());
  const writer = createTreeWriter();
  const leaves = growTree(params, context, { rows, features, gradient, curvature: drawn }, writer, random);
  for (const leaf of leaves) {
    const rate = (leaf.sums.gradient + pseudoPositive) / (leaf.sums.curvature + params.l2);
    // Sums of weights come from subtracting histograms: rounding takes the rate of a pure leaf out of 0 to 1.
    writer.value[leaf.node] = Math.min(1, Math.max(0, rate));
  }
  writeCovers(writer, leaves, rows, drawn);
  return finishTrees(writer, context.bins.length);
}

interface OutOfBagSums {
  readonly step: number;
  readonly rows: Uint8Array;
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

function startOutOfBag(columns: readonly Uint8Array[]): OutOfBagSums {
  const rowCount = columns[0]!.length;
  return {
    step: Math.max(1, Math.floor(rowCount / OUT_OF_BAG_ROWS)),
    rows: toRows(columns),
    sums: new Float64Array(rowCount),
    counts: new Float64Array(rowCount),
  };
}

function addOutOfBag(outOfBag: OutOfBagSums, tree: Trees, drawn: Float64Array): void {
  for (let row = 0; row < drawn.length; row += outOfBag.step) {
    if (drawn[row]! > 0) continue;
    outOfBag.sums[row]! += tree.value[leafOf(tree, 0, outOfBag.rows, row * tree.featureCount)]!;
    outOfBag.counts[row]!++;
  }
}

function finishOutOfBag(outOfBag: OutOfBagSums, target: Uint8Array): OutOfBag | null {
  let rowCount = 0;
  let logLoss = 0;
  let brier = 0;
  for (let row = 0; row < target.length; row += outOfBag.step) {
    if (outOfBag.counts[row] === 0) continue;
    const p = outOfBag.sums[row]! / outOfBag.counts[row]!;
    const hit = target[row] === 1 ? p : 1 - p;
    rowCount++;
    logLoss -= Math.log(Math.max(hit, 1e-15));
    brier += (1 - hit) ** 2;
  }
  return rowCount === 0 ? null : { rowCount, logLoss: logLoss / rowCount, brier: brier / rowCount };
}
