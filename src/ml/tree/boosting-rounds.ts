/**
 * The rounds of gradient boosting: margins of all training rows, and the next tree on their gradients.
 * See boosting.ts for the method.
 */
import type { BoostingParams } from './boosting-params.ts';
import { stratifiedSplit, takeTarget } from '../evaluation/cross-validation.ts';
import type { TrainingData } from '../estimator.ts';
import type { Random } from '../math/random.ts';
import { logit } from '../math/sigmoid.ts';
import { rowWeights, weightedRate } from '../data/training-data.ts';
import { toRows, type FeatureBins } from './bins.ts';
import { createGrowContext, type GrowContext, type GrowParams } from './context.ts';
import { growTree, writeCovers, type GrownLeaf } from './grow.ts';
import { createTreeWriter, finishTrees, leafOf, type Trees } from './predict.ts';
import { binTraining } from './target-statistics.ts';

export interface Boosting {
  readonly bins: readonly FeatureBins[];
  readonly baseMargin: number;
  /** Grows one tree and moves the margins of all rows by it. */
  addTree(): Trees;
  /** Weighted mean log loss of the rows set aside. */
  validationLoss(): number;
}

interface State {
  readonly params: BoostingParams;
  readonly context: GrowContext;
  readonly growParams: GrowParams;
  readonly target: Uint8Array;
  /** 0 for rows set aside. */
  readonly weights: Float64Array;
  /** Null where every row weighs 1. */
  readonly coverWeights: Float64Array | null;
  /** All bins, row-major. */
  readonly rows: Uint8Array;
  /** exp(−margin) of every row. A tree multiplies it by one number a leaf, which saves a row its exponential. */
  readonly oddsAgainst: Float64Array;
  readonly gradient: Float64Array;
  readonly curvature: Float64Array;
  readonly random: Random;
}

/** Bins the rows, sets some aside and starts every margin at the log-odds of the training rate. */
export function prepareBoosting(params: BoostingParams, data: TrainingData, random: Random): Boosting {
  const { table, target } = data;
  const weights = rowWeights(data, params.classWeight);
  const validation = setAside(data, weights, params.validationShare, random);
  const { bins, columns, isOrdered } = binTraining(data, weights, random);
  const baseMargin = logit(weightedRate(target, weights));
  const state: State = {
    params,
    context: createGrowContext(bins, columns, isOrdered),
    growParams: growing(params, bins),
    target,
    weights,
    coverWeights: weights.every((weight) => weight === 1) ? null : weights,
    rows: toRows(columns),
    oddsAgainst: new Float64Array(table.rowCount).fill(Math.exp(-baseMargin)),
    gradient: new Float64Array(table.rowCount),
    curvature: new Float64Array(table.rowCount),
    random,
  };
  return {
    bins,
    baseMargin,
    addTree: () => addTree(state),
    validationLoss: () => meanLoss(state.oddsAgainst, target, validation),
  };
}

function addTree(state: State): Trees {
  const { params, context, growParams, weights, coverWeights, gradient, curvature, random } = state;
  const [rows, others] = drawRows(weights, params.rowShare, random);
  setGradients(state, rows);
  const features = drawFeatures(context.bins.length, params.featureShare, random);
  const writer = createTreeWriter();
  const leaves = growTree(growParams, context, { rows, features, gradient, curvature }, writer, random);
  for (const leaf of leaves) writer.value[leaf.node] = leaf.value * params.learningRate;
  writeCovers(writer, leaves, rows, coverWeights);
  const tree = finishTrees(writer, context.bins.length);
  moveOdds(state, tree, leaves, rows, others);
  return tree;
}

function setGradients(state: State, rows: Int32Array): void {
  const { target, weights, oddsAgainst, gradient, curvature } = state;
  for (const row of rows) {
    const p = 1 / (1 + oddsAgainst[row]!);
    const weight = weights[row]!;
    gradient[row] = weight * (target[row]! - p);
    curvature[row] = weight * Math.max(p * (1 - p), 1e-16);
  }
}

function moveOdds(
  state: State,
  tree: Trees,
  leaves: readonly GrownLeaf[],
  rows: Int32Array,
  others: Int32Array,
): void {
  const { oddsAgainst } = state;
  const factors = tree.value.map((value) => Math.exp(-value));
  for (const leaf of leaves) {
    const factor = factors[leaf.node]!;
    for (let i = leaf.start; i < leaf.end; i++) {
      const row = rows[i]!;
      oddsAgainst[row] = withinRange(oddsAgainst[row]! * factor);
    }
  }
  for (const row of others) {
    const factor = factors[leafOf(tree, 0, state.rows, row * tree.featureCount)]!;
    oddsAgainst[row] = withinRange(oddsAgainst[row]! * factor);
  }
}

/** Odds of 0 or Infinity could never change again. */
function withinRange(odds: number): number {
  if (odds > 1e300) return 1e300;
  return odds < 1e-300 ? 1e-300 : odds;
}

/** Rows to grow on (of positive weight), and all the rest. One random number decides on two rows. */
function drawRows(weights: Float64Array, share: number, random: Random): [Int32Array, Int32Array] {
  const drawn = new Int32Array(weights.length);
  const others = new Int32Array(weights.length);
  const limit = Math.round(share * 65536);
  const words = new Int32Array(Math.ceil(weights.length / 2));
  random.fill(words);
  let drawnCount = 0;
  let otherCount = 0;
  for (let row = 0; row < weights.length; row++) {
    const bits = words[row >>> 1]! >>> ((row & 1) << 4);
    const inside = Number((bits & 0xffff) < limit) & Number(weights[row]! > 0);
    drawn[drawnCount] = row;
    others[otherCount] = row;
    drawnCount += inside;
    otherCount += 1 - inside;
  }
  if (drawnCount === 0) return drawRows(weights, 1, random);
  return [drawn.subarray(0, drawnCount), others.subarray(0, otherCount)];
}

function drawFeatures(count: number, share: number, random: Random): Int32Array {
  const features = Int32Array.from({ length: count }, (_, f) => f);
  const wanted = Math.max(1, Math.round(share * count));
  if (wanted === count) return features;
  for (let i = 0; i < wanted; i++) {
    const pick = i + random.below(count - i);
    const kept = features[i]!;
    features[i] = features[pick]!;
    features[pick] = kept;
  }
  return features.slice(0, wanted).sort();
}

interface Validation {
  readonly rows: Int32Array;
  readonly weights: Float64Array;
}

/** Draws the same share of both classes and takes their weight out of the training. */
function setAside(
  { target, groups }: TrainingData,
  weights: Float64Array,
  share: number,
  random: Random,
): Validation {
  const rows: number[] = [];
  if (share > 0 && groups !== undefined) {
    const weighing = Int32Array.from(weights.keys()).filter((row) => weights[row]! > 0);
    const own = Int32Array.from(weighing, (row) => groups[row]!);
    const { test } = stratifiedSplit(takeTarget(target, weighing), share, random, own);
    for (const place of test) rows.push(weighing[place]!);
  } else if (share > 0)
    for (const label of [0, 1]) {
      const left = Array.from(target.keys()).filter((row) => target[row] === label && weights[row]! > 0);
      const wanted = Math.floor(share * left.length);
      for (let i = 0; i < wanted; i++) {
        const pick = i + random.below(left.length - i);
        rows.push(left[pick]!);
        left[pick] = left[i]!;
      }
    }
  const validation = {
    rows: Int32Array.from(rows),
    weights: Float64Array.from(rows, (row) => weights[row]!),
  };
  for (const row of rows) weights[row] = 0;
  return validation;
}

/** Of a row log(1 + exp(∓m)): the label's side of the odds. */
function meanLoss(oddsAgainst: Float64Array, target: Uint8Array, validation: Validation): number {
  let loss = 0;
  let total = 0;
  for (let i = 0; i < validation.rows.length; i++) {
    const row = validation.rows[i]!;
    const odds = oddsAgainst[row]!;
    loss += validation.weights[i]! * Math.log1p(target[row] === 1 ? odds : 1 / odds);
    total += validation.weights[i]!;
  }
  return loss / total;
}

function growing(params: BoostingParams, bins: readonly FeatureBins[]): GrowParams {
  const signs = Int8Array.from(bins, (feature) => params.monotone[feature.name] ?? 0);
  return {
    maxLeaves: params.maxLeaves,
    maxDepth: params.maxDepth,
    featuresPerNode: Infinity,
    monotone: signs.some((sign) => sign !== 0) ? signs : null,
    l2: params.l2,
    minLeafWeight: params.minLeafWeight,
    minGain: params.minGain,
    categorySmoothing: 2,
    categoryL2: 5,
    minLevelWeight: 1,
  };
}
