/**
 * Neural network for two classes: one to three hidden layers of rectified units, on request with batch
 * normalisation and dropout, trained by Adam on small batches.
 *
 * Method: inputs as in network/inputs.ts; layers in network/layers.ts; loss cross-entropy, or focal, times
 * row and class weights, plus λ₁ Σ|W| + λ₂/2 Σ W² over the weights of all layers (network/losses.ts);
 * Adam with decoupled weight decay and a warm-up and cosine schedule (network/adam.ts). A share of the
 * rows is set aside; training stops when their loss has not fallen for `patience` epochs, and the best
 * epoch is kept. Several networks from different starts and different rows set aside may be averaged in
 * log-odds (Lakshminarayanan et al. 2017, Deep Ensembles).
 * Reasons: sampled Shapley values in probability (sampled-shap.ts) against 32 synthetic typical rows
 * (typical-rows.ts): no training row is kept. They add up exactly; their standard errors come with them.
 * Assumptions: rows are exchangeable. Class weights and focal loss shift probabilities; calibrate after.
 */
import type { Estimator, FitEnvironment, TrainingData } from '../estimator.ts';
import { meanMargins } from './infer.ts';
import { checkColumns, fitInputs, type Inputs } from './inputs.ts';
import { networkMembers } from './members.ts';
import { packRows } from './packing.ts';
import type { FoldedLayer } from './passes.ts';
import { checkNetworkParams, networkDefaults, type NetworkParams } from './params.ts';
import { walkMargins } from './walks.ts';
import { forkSeeds, type Random } from '../math/random.ts';
import { sampledShap, type SampledExplanation } from '../explain/sampled-shap.ts';
import { oneThread, runTask } from '../parallel/threads.ts';
import { sigmoid } from '../math/sigmoid.ts';
import { takeRows, type Table } from '../data/table.ts';
import { checkTrainingData, rowWeights, takeTrainingRows } from '../data/training-data.ts';
import { fromCells, toCells, typicalRows, type BackgroundCells } from '../explain/typical-rows.ts';

export interface NetworkModel {
  readonly inputs: Inputs;
  /** The layers of each network, batch norm folded in; the last layer is the output. */
  readonly networks: readonly (readonly FoldedLayer[])[];
  /** Synthetic rows that reasons start from, one entry a column. */
  readonly background: readonly BackgroundCells[];
}

const BACKGROUND_ROWS = 32;
/** Rows that typical rows are made from, evenly spaced. */
const BACKGROUND_SAMPLE = 5_000;
const EXPLANATION_SEED = 1;

interface NetworkEstimator extends Estimator<NetworkParams, NetworkModel> {
  explain(model: NetworkModel, table: Table): SampledExplanation;
}

export const network: NetworkEstimator = {
  defaults: networkDefaults,
  fit: fitNetwork,
  predict: predictNetwork,
  explain: explainNetwork,
  score: (model, table) => ({
    probabilities: predictNetwork(model, table),
    explanation: explainNetwork(model, table),
  }),
};

function fitNetwork(
  params: NetworkParams,
  given: TrainingData,
  random: Random,
  { threads = oneThread }: FitEnvironment = {},
): NetworkModel {
  checkNetworkParams(params);
  checkTrainingData(given);
  const data = withoutWeightless(given);
  const inputs = fitInputs(data.table, params.knots);
  const weights = rowWeights(data, params.classWeight);
  const packed = packRows(inputs, data.table);
  const seeds = forkSeeds(random, params.networks);
  const { inputCount, slotCount } = inputs;
  const { target, groups } = data;
  const rows = { target, ...(groups && { groups }), weights, packed };
  const fits = { ...rows, params, inputs: { inputCount, slotCount }, seeds };
  const networks: FoldedLayer[][] = [];
  runTask(threads, networkMembers, fits, seeds.length, (_, layers) => networks.push(layers));
  return { inputs, networks, background: fitBackground(inputs, networks, data.table, random.fork()) };
}

function predictNetwork(model: NetworkModel, table: Table): Float64Array {
  const { inputs, networks } = model;
  return meanMargins(
    inputs,
    networks,
    table,
    new Int32Array(table.rowCount).map((_, row) => row),
  ).map(sigmoid);
}

function explainNetwork(model: NetworkModel, table: Table): SampledExplanation {
  checkColumns(model.inputs, table);
  const background = fromCells(table, model.background);
  return sampledShap(
    (rows) => predictNetwork(model, rows),
    background,
    table,
    EXPLANATION_SEED,
    (walks) => walkMargins(model.inputs, model.networks, walks).map(sigmoid),
  );
}

function withoutWeightless(data: TrainingData): TrainingData {
  const { target, weights } = data;
  if (!weights?.includes(0)) return data;
  const rows = Int32Array.from(target.keys()).filter((row) => weights[row]! > 0);
  return takeTrainingRows(data, rows);
}

function fitBackground(
  inputs: Inputs,
  networks: NetworkModel['networks'],
  table: Table,
  random: Random,
): BackgroundCells[] {
  const step = Math.ceil(table.rowCount / BACKGROUND_SAMPLE);
  const rows = new Int32Array(Math.ceil(table.rowCount / step)).map((_, i) => i * step);
  const scores = meanMargins(inputs, networks, table, rows);
  return toCells(typicalRows(takeRows(table, rows), scores, BACKGROUND_ROWS, random));
}
