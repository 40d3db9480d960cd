/** Training of one network: epochs over shuffled batches, early stopping on rows set aside. See network.ts. */
import type { TrainingData } from '../estimator.ts';
import type { NetworkParams } from '../network.ts';
import { shuffle, type Random } from '../random.ts';
import { logit } from '../sigmoid.ts';
import { weightedRate } from '../training-data.ts';
import { adamStep, createAdam, scheduledRate, type Adam } from './adam.ts';
import { inferMargins } from './infer.ts';
import { encodeRows, type Inputs } from './inputs.ts';
import { meanLoss } from './losses.ts';
import {
  createNetwork,
  createWorkspace,
  foldNetwork,
  lossAndSlopes,
  type FoldedLayer,
  type Network,
  type Workspace,
} from './passes.ts';

const FINAL_SHARE = 0.05;

interface Training {
  readonly params: NetworkParams;
  readonly inputs: Inputs;
  readonly data: TrainingData;
  /** Mean 1 over the rows of positive weight. */
  readonly weights: Float64Array;
  readonly network: Network;
  readonly workspace: Workspace;
  readonly adam: Adam;
  readonly random: Random;
}

export function trainNetwork(
  params: NetworkParams,
  inputs: Inputs,
  data: TrainingData,
  rowWeights: Float64Array,
  random: Random,
): FoldedLayer[] {
  const { learning, validation } = divideRows(data.target, rowWeights, params.validationShare, random);
  const weights = toMeanOne(rowWeights, learning);
  const shape = { ...inputs, widths: params.hidden, batchNorm: params.batchNorm };
  const network = createNetwork(shape, logit(weightedRate(data.target, weights)), random);
  const training: Training = {
    params,
    inputs,
    data,
    weights,
    network,
    workspace: createWorkspace(shape, Math.min(params.batchRows, learning.length)),
    adam: createAdam(network.parameters.all.length),
    random,
  };
  let best = foldNetwork(network);
  let bestLoss = Infinity;
  let bestEpoch = 0;
  for (let epoch = 0; epoch < params.maxEpochs && epoch - bestEpoch <= params.patience; epoch++) {
    runEpoch(training, learning, epoch);
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
  const { params, inputs, data, weights, network, workspace, adam, random } = training;
  shuffle(rows, random);
  const batches = Math.max(1, Math.round(rows.length / params.batchRows));
  const size = Math.min(workspace.target.length, Math.ceil(rows.length / batches));
  for (let start = 0; start < rows.length; start += size) {
    const end = Math.min(start + size, rows.length);
    const n = end - start;
    // A mean and a variance need more than a row or two.
    if (n < 2 && start > 0) break;
    encodeRows(inputs, data.table, rows, start, end, workspace.slots);
    for (let i = 0; i < n; i++) {
      workspace.target[i] = data.target[rows[start + i]!]!;
      workspace.weights[i] = weights[rows[start + i]!]!;
    }
    lossAndSlopes(network, workspace, n, params.focus, params.dropout, random);
    addPenalties(network, params.l1, params.l2);
    const rate = scheduledRate(
      params.learningRate,
      FINAL_SHARE,
      (epoch + start / rows.length) / params.maxEpochs,
    );
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

function lossOf(training: Training, layers: readonly FoldedLayer[], rows: Int32Array): number {
  const { params, inputs, data, weights } = training;
  const margins = new Float64Array(rows.length);
  inferMargins(inputs, layers, data.table, rows, margins);
  const target = Uint8Array.from(rows, (row) => data.target[row]!);
  const rowWeights = Float64Array.from(rows, (row) => weights[row]!);
  return meanLoss(margins, target, rowWeights, rows.length, params.focus, new Float64Array(rows.length));
}

/** Sets the same share of both classes aside; rows of no weight take no part. */
function divideRows(
  target: Uint8Array,
  weights: Float64Array,
  share: number,
  random: Random,
): { learning: Int32Array; validation: Int32Array } {
  const learning: number[] = [];
  const validation: number[] = [];
  for (const label of [0, 1]) {
    const rows = Int32Array.from(target.keys()).filter((row) => target[row] === label && weights[row]! > 0);
    shuffle(rows, random);
    const aside = Math.floor(share * rows.length);
    rows.forEach((row, i) => (i < aside ? validation : learning).push(row));
  }
  return { learning: Int32Array.from(learning), validation: Int32Array.from(validation) };
}

function toMeanOne(weights: Float64Array, rows: Int32Array): Float64Array {
  let total = 0;
  for (const row of rows) total += weights[row]!;
  return weights.map((weight) => (weight * rows.length) / total);
}
