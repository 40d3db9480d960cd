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
import type { Threads } from '../parallel/threads.ts';
import { toRows, type FeatureBins } from './bins.ts';
import { bundleFeatures } from './bundles.ts';
import { createGrowContext, type GrowContext, type GrowParams } from './context.ts';
import { growByLevels } from './grow-levels.ts';
import { growTree, writeCovers } from './grow.ts';
import { createHistogram } from './histogram.ts';
import { createTreeWriter, finishTrees, type Trees } from './predict.ts';
import { createRowMemory } from './row-parts.ts';
import { RowTeam } from './row-team.ts';
import { binTraining } from './target-statistics.ts';

export interface Boosting {
  readonly bins: readonly FeatureBins[];
  readonly baseMargin: number;
  /** Grows one tree and moves the margins of all rows by it. */
  addTree(): Trees;
  /** Weighted mean log loss of the rows set aside. */
  validationLoss(): number;
  /** Lets go of the threads. */
  close(): void;
}

interface State {
  readonly params: BoostingParams;
  readonly context: GrowContext;
  readonly growParams: GrowParams;
  /** In its memory a row set aside weighs 0. */
  readonly team: RowTeam;
  /** Null where every row weighs 1. */
  readonly coverWeights: Float64Array | null;
  readonly random: Random;
}

/** Bins the rows, sets some aside and starts every margin at the log-odds of the training rate. */
export function prepareBoosting(
  params: BoostingParams,
  data: TrainingData,
  random: Random,
  threads: Threads,
): Boosting {
  const { target } = data;
  const weights = rowWeights(data, params.classWeight);
  const validation = setAside(data, weights, params.validationShare, random);
  const { bins, columns, isOrdered } = binTraining(data, weights, random);
  const baseMargin = logit(weightedRate(target, weights));
  const bundles = bundleFeatures(bins, columns);
  const context = createGrowContext(bins, columns, isOrdered, bundles);
  const memory = createRowMemory(
    { bins, columns, bundles, binRows: toRows(columns), target, weights },
    createHistogram(context.layout).length,
    mostLeaves(params),
  );
  memory.oddsAgainst.fill(Math.exp(-baseMargin));
  const team = new RowTeam(memory, context.layout, threads);
  const state: State = {
    params,
    context: { ...context, leftBins: memory.leftBins, team },
    growParams: growing(params, bins),
    team,
    coverWeights: weights.every((weight) => weight === 1) ? null : weights,
    random,
  };
  return {
    bins,
    baseMargin,
    addTree: () => addTree(state),
    validationLoss: () => meanLoss(memory.oddsAgainst, target, validation),
    close: () => {
      team.close();
    },
  };
}

function addTree(state: State): Trees {
  const { params, context, growParams, team, coverWeights, random } = state;
  const { gradient, curvature } = team.memory;
  const { count, otherCount, sums } = drawRows(state, params.rowShare);
  const features = drawFeatures(context.bins.length, params.featureShare, random);
  const rows = team.memory.rows.subarray(0, count);
  const writer = createTreeWriter();
  const task = { rows, features, gradient, curvature, sums };
  const leaves =
    params.growth === 'level'
      ? growByLevels(growParams, context, task, writer)
      : growTree(growParams, context, task, writer, random);
  for (const leaf of leaves) writer.value[leaf.node] = leaf.value * params.learningRate;
  writeCovers(writer, leaves, rows, coverWeights);
  const tree = finishTrees(writer, context.bins.length);
  team.moveOdds(tree, leaves, otherCount);
  return tree;
}

function mostLeaves({ growth, maxLeaves, maxDepth }: BoostingParams): number {
  return growth === 'level' ? 2 ** maxDepth : maxLeaves;
}

/** Draws rows to grow on; all where the share is so small that none is drawn. */
function drawRows(
  { team, random }: Pick<State, 'team' | 'random'>,
  share: number,
): ReturnType<RowTeam['draw']> {
  random.fill(team.memory.words);
  const drawn = team.draw(share);
  return drawn.count === 0 ? drawRows({ team, random }, 1) : drawn;
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
