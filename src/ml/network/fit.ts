/**
 * Training of one network: epochs over shuffled batches, early stopping on rows set aside. See network.ts.
 * An epoch is a pass over the learning rows; beyond 30,000 of them over a third, drawn afresh, at least 30,000 and at
 * most 200,000: more passes over as many rows take longer and do not score better.
 */
import { fewestOfAClass, stratifiedSplit, takeTarget } from '../evaluation/cross-validation.ts';
import type { TrainingData } from '../estimator.ts';
import type { NetworkParams } from './params.ts';
import { shuffle, type Random } from '../math/random.ts';
import { takeGroups } from '../data/row-groups.ts';
import { logit } from '../math/sigmoid.ts';
import { weightedRate } from '../data/training-data.ts';
import { adamStep, createAdam, scheduledRate, type Adam } from './adam.ts';
import { meanMargins } from './infer.ts';
import type { Inputs, Slots } from './inputs.ts';
import { meanLoss } from './losses.ts';
import type { PackedRows } from './packing.ts';
import {
  createNetwork,
  createWorkspace,
  foldNetwork,
  lossAndSlopes,
  type FoldedLayer,
  type Network,
  type Workspace,
} from './passes.ts';

const MIN_EPOCH_ROWS = 30_000;
const MAX_EPOCH_ROWS = 200_000;
const MAX_VALIDATION_ROWS = 50_000;
/** With fewer rows of a class set aside their loss says too little, and none are. */
const MIN_VALIDATION_ROWS = 5;
const FINAL_SHARE = 0.05;

interface Training {
  readonly params: NetworkParams;
  readonly inputs: Inputs;
  readonly packed: PackedRows;
  readonly data: TrainingData;
  /** Mean 1 over the learning rows. */
  readonly weights: Float64Array;
  readonly network: Network;
  readonly workspace: Workspace;
  readonly adam: Adam;
  readonly random: Random;
}

/** `rowWeights`: positive, class weights included. */
export function trainNetwork(
  params: NetworkParams,
  inputs: Inputs,
  packed: PackedRows,
  data: TrainingData,
  rowWeights: Float64Array,
  random: Random,
): FoldedLayer[] {
  const { learning, validation } = divideRows(data, params.validationShare, random);
  const weights = toMeanOne(rowWeights, learning);
  const wanted = Math.max(MIN_EPOCH_ROWS, Math.min(MAX_EPOCH_ROWS, Math.ceil(learning.length / 3)));
  const epochRows = Math.min(learning.length, wanted);
  const shape = { ...inputs, widths: params.hidden, batchNorm: params.batchNorm, packed };
  const network = createNetwork(shape, logit(weightedRate(data.target, weights)), random);
  const training: Training = {
    params,
    inputs,
    packed,
    data,
    weights,
    network,
    workspace: createWorkspace(shape, evenBatch(epochRows, params.batchRows)),
    adam: createAdam(network.parameters.all.length),
    random,
  };
  let best = foldNetwork(network);
  let bestLoss = Infinity;
  let bestEpoch = 0;
  for (let epoch = 0; epoch < params.maxEpochs && epoch - bestEpoch <= params.patience; epoch++) {
    shuffle(learning, random);
    runEpoch(training, learning.subarray(0, epochRows), epoch);
    const candidate = foldNetwork(network);
    const loss = validation.length > 0 ? lossOf(training, candidate, validation) : -epoch;
    if (!(loss < bestLoss)) continue;
    best = candidate;
    bestLoss = loss;
    bestEpoch = epoch;
  }
  return best;
}

function runEpoch(training: Training, rows: Int32Array, epoch: number): void {
  const { params, packed, data, weights, network, workspace, adam, random } = training;
  const size = workspace.target.length;
  for (let start = 0; start < rows.length; start += size) {
    const end = Math.min(start + size, rows.length);
    const n = end - start;
    // One row alone has no variance.
    if (n === 1 && start > 0) break;
    takePairs(packed, rows, start, end, workspace.slots);
    for (let i = 0; i < n; i++) {
      workspace.target[i] = data.target[rows[start + i]!]!;
      workspace.weights[i] = weights[rows[start + i]!]!;
    }
    lossAndSlopes(network, workspace, n, params.focus, params.dropout, random);
    addPenalties(network, params.l1, params.l2);
    const done = (epoch + start / rows.length) / params.maxEpochs;
    const rate = scheduledRate(params.learningRate, FINAL_SHARE, done);
    adamStep(adam, network.parameters.all, network.slopes.all, network.decayed, rate, params.weightDecay);
  }
}

/** Copies the pairs of `rows[start]` to `rows[end − 1]` into the first rows of `into`. */
function takePairs(
  { slots, slotCount }: PackedRows,
  rows: Int32Array,
  start: number,
  end: number,
  into: Slots,
) {
  let to = 0;
  for (let i = start; i < end; i++) {
    const first = rows[i]! * slotCount;
    for (let from = first; from < first + slotCount; from++, to++) {
      into.indices[to] = slots.indices[from]!;
      into.values[to] = slots.values[from]!;
    }
  }
}

/** λ₁ sign(w) + λ₂ w on the weights. */
function addPenalties(network: Network, l1: number, l2: number): void {
  if (l1 === 0 && l2 === 0) return;
  const { parameters, slopes, decayed } = network;
  for (let i = 0; i < decayed.length; i++) {
    if (decayed[i] === 0) continue;
    const weight = parameters.all[i]!;
    slopes.all[i]! += l1 * Math.sign(weight) + l2 * weight;
  }
}

function lossOf(training: Training, layers: readonly FoldedLayer[], rows: Int32Array): number {
  const { params, inputs, data, weights } = training;
  const margins = meanMargins(inputs, [layers], data.table, rows);
  const target = Uint8Array.from(rows, (row) => data.target[row]!);
  const rowWeights = Float64Array.from(rows, (row) => weights[row]!);
  return meanLoss(margins, target, rowWeights, rows.length, params.focus, new Float64Array(rows.length));
}

/** Sets the same share of both classes aside, or nothing where there are too few. */
function divideRows(
  { target, groups }: TrainingData,
  share: number,
  random: Random,
): { learning: Int32Array; validation: Int32Array } {
  const kept = Math.min(share, MAX_VALIDATION_ROWS / target.length);
  if (groups !== undefined && kept > 0) {
    const { train, test } = stratifiedSplit(target, kept, random, groups);
    const isEnough =
      fewestOfAClass(takeTarget(target, test), takeGroups(groups, test).groups) >= MIN_VALIDATION_ROWS;
    return isEnough
      ? { learning: train, validation: test }
      : { learning: join([train, test]), validation: join([]) };
  }
  const rows = Int32Array.from(target, (_, row) => row);
  shuffle(rows, random);
  const classes = [0, 1].map((label) => rows.filter((row) => target[row] === label));
  const shares = classes.map((members) => Math.floor(kept * members.length));
  const aside = Math.min(...shares) < MIN_VALIDATION_ROWS ? [0, 0] : shares;
  return {
    learning: join(classes.map((members, label) => members.subarray(aside[label]))),
    validation: join(classes.map((members, label) => members.subarray(0, aside[label]))),
  };
}

function join(parts: readonly Int32Array[]): Int32Array {
  const out = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function toMeanOne(weights: Float64Array, rows: Int32Array): Float64Array {
  let total = 0;
  for (const row of rows) total += weights[row]!;
  return weights.map((weight) => (weight * rows.length) / total);
}

/** The batch size nearest to the wanted one that leaves no small batch at the end. */
function evenBatch(rowCount: number, wanted: number): number {
  return Math.ceil(rowCount / Math.max(1, Math.round(rowCount / wanted)));
}
