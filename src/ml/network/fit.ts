/**
 * Training of one network: epochs over shuffled batches, early stopping on rows set aside. See network.ts.
 * An epoch is a pass over the learning rows; beyond 30,000 of them over a third, drawn afresh, at least 30,000 and at
 * most 200,000: more passes over as many rows take longer and do not score better.
 */
import type { TrainingData } from '../estimator.ts';
import type { NetworkParams } from './params.ts';
import { shuffle, type Random } from '../math/random.ts';
import { logit } from '../math/sigmoid.ts';
import { weightedRate } from '../data/training-data.ts';
import { adamStep, createAdam, scheduledRate, type Adam } from './adam.ts';
import { divideRows } from './division.ts';
import type { Inputs } from './inputs.ts';
import { takePairs, type PackedRows } from './packing.ts';
import {
  createNetwork,
  createWorkspace,
  foldNetwork,
  lossAndSlopes,
  type FoldedLayer,
  type Network,
  type Workspace,
} from './passes.ts';
import { takeValidation, validationLoss } from './validation.ts';

const MIN_EPOCH_ROWS = 30_000;
const MAX_EPOCH_ROWS = 200_000;
const FINAL_SHARE = 0.05;

/** What the networks of an average learn from. */
export interface NetworkFit extends Pick<TrainingData, 'target' | 'groups'> {
  readonly params: NetworkParams;
  readonly inputs: Pick<Inputs, 'inputCount' | 'slotCount'>;
  readonly packed: PackedRows;
  /** Positive, class weights included; one a row. */
  readonly weights: Float64Array;
}

interface Training extends Pick<NetworkFit, 'params' | 'packed' | 'target'> {
  /** Mean 1 over the learning rows. */
  readonly weights: Float64Array;
  readonly network: Network;
  readonly workspace: Workspace;
  readonly adam: Adam;
  readonly random: Random;
}

export function trainNetwork(fit: NetworkFit, random: Random): FoldedLayer[] {
  const { params, target, packed } = fit;
  const { learning, validation } = divideRows(fit, params.validationShare, random);
  const weights = toMeanOne(fit.weights, learning);
  const wanted = Math.max(MIN_EPOCH_ROWS, Math.min(MAX_EPOCH_ROWS, Math.ceil(learning.length / 3)));
  const epochRows = Math.min(learning.length, wanted);
  const training = startTraining(fit, weights, epochRows, random);
  const aside = takeValidation(packed, target, weights, validation);
  let best = foldNetwork(training.network);
  let bestLoss = Infinity;
  let bestEpoch = 0;
  for (let epoch = 0; epoch < params.maxEpochs && epoch - bestEpoch <= params.patience; epoch++) {
    shuffle(learning, random);
    runEpoch(training, learning.subarray(0, epochRows), epoch);
    const candidate = foldNetwork(training.network);
    const loss = validation.length > 0 ? validationLoss(aside, candidate, params.focus) : -epoch;
    if (!(loss < bestLoss)) continue;
    best = candidate;
    bestLoss = loss;
    bestEpoch = epoch;
  }
  return best;
}

function startTraining(
  { params, inputs, packed, target }: NetworkFit,
  weights: Float64Array,
  epochRows: number,
  random: Random,
): Training {
  const { inputCount, slotCount } = inputs;
  const shape = { inputCount, slotCount, widths: params.hidden, batchNorm: params.batchNorm, packed };
  const network = createNetwork(shape, logit(weightedRate(target, weights)), random);
  const workspace = createWorkspace(shape, evenBatch(epochRows, params.batchRows));
  const adam = createAdam(network.parameters.all.length);
  return { params, packed, target, weights, network, workspace, adam, random };
}

function runEpoch(training: Training, rows: Int32Array, epoch: number): void {
  const { params, packed, target, weights, network, workspace, adam, random } = training;
  const size = workspace.target.length;
  for (let start = 0; start < rows.length; start += size) {
    const batch = rows.subarray(start, start + size);
    // One row alone has no variance.
    if (batch.length === 1 && start > 0) break;
    takePairs(packed, batch, workspace.slots);
    for (let i = 0; i < batch.length; i++) {
      workspace.target[i] = target[batch[i]!]!;
      workspace.weights[i] = weights[batch[i]!]!;
    }
    lossAndSlopes(network, workspace, batch.length, params.focus, params.dropout, random);
    addPenalties(network, params.l1, params.l2);
    const done = (epoch + start / rows.length) / params.maxEpochs;
    const rate = scheduledRate(params.learningRate, FINAL_SHARE, done);
    adamStep(adam, network.parameters.all, network.slopes.all, network.decayed, rate, params.weightDecay);
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

function toMeanOne(weights: Float64Array, rows: Int32Array): Float64Array {
  let total = 0;
  for (const row of rows) total += weights[row]!;
  return weights.map((weight) => (weight * rows.length) / total);
}

/** The batch size nearest to the wanted one that leaves no small batch at the end. */
function evenBatch(rowCount: number, wanted: number): number {
  return Math.ceil(rowCount / Math.max(1, Math.round(rowCount / wanted)));
}
