/**
 * Neural network for two classes: two or three hidden layers of rectified units with batch normalisation
 * and dropout, trained by Adam on small batches.
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
import type { Estimator, TrainingData } from '../estimator.ts';
import { meanMargins } from './infer.ts';
import { checkColumns, fitInputs, type Inputs } from './inputs.ts';
import type { FoldedLayer } from './passes.ts';
import { trainNetwork } from './fit.ts';
import { walkMargins } from './walks.ts';
import type { Random } from '../math/random.ts';
import { sampledShap, type SampledExplanation } from '../explain/sampled-shap.ts';
import { sigmoid } from '../math/sigmoid.ts';
import { takeRows, type Table } from '../data/table.ts';
import { checkTrainingData, rowWeights, takeTrainingRows, type ClassWeight } from '../data/training-data.ts';
import { fromCells, toCells, typicalRows, type BackgroundCells } from '../explain/typical-rows.ts';

export interface NetworkParams {
  /** Units of each hidden layer, one to three layers. */
  readonly hidden: readonly number[];
  readonly batchNorm: boolean;
  /** Share of hidden units dropped while training, in [0, 1). */
  readonly dropout: number;
  readonly learningRate: number;
  /** Decoupled weight decay, ≥ 0. */
  readonly weightDecay: number;
  /** λ₁, λ₂ ≥ 0. */
  readonly l1: number;
  readonly l2: number;
  readonly batchRows: number;
  readonly maxEpochs: number;
  /** Share of rows set aside to stop early, in [0, 0.5]; 0 runs all epochs. */
  readonly validationShare: number;
  /** Epochs without improvement before stopping. */
  readonly patience: number;
  /** Exponent of the focal loss, ≥ 0; 0 is cross-entropy. */
  readonly focus: number;
  readonly classWeight: ClassWeight;
  /** Knots of a number's curve, ≥ 3, or 0 for its smooth score alone. */
  readonly knots: number;
  /** Networks averaged, 1 to 20. */
  readonly networks: number;
}

export interface NetworkModel {
  readonly inputs: Inputs;
  /** The layers of each network, batch norm folded in; the last layer is the output. */
  readonly networks: readonly (readonly FoldedLayer[])[];
  /** Synthetic rows that reasons start from, one entry a column. */
  readonly background: readonly BackgroundCells[];
}

const BACKGROUND_ROWS = 32;
/** Rows that typical rows are made from, evenly spaced. */
const BACKGROUND_SAMPLE = 20_000;
const EXPLANATION_SEED = 1;

interface NetworkEstimator extends Estimator<NetworkParams, NetworkModel> {
  explain(model: NetworkModel, table: Table): SampledExplanation;
}

export const network: NetworkEstimator = {
  family: 'network',
  defaults: {
    hidden: [32, 16],
    batchNorm: true,
    dropout: 0.2,
    learningRate: 0.007,
    weightDecay: 0.1,
    l1: 0,
    l2: 0,
    batchRows: 128,
    maxEpochs: 12,
    validationShare: 0.1,
    patience: 2,
    focus: 0,
    classWeight: 'none',
    knots: 10,
    networks: 3,
  },
  fit: fitNetwork,
  predict: predictNetwork,
  explain: explainNetwork,
};

function fitNetwork(params: NetworkParams, given: TrainingData, random: Random): NetworkModel {
  checkParams(params);
  checkTrainingData(given);
  const data = withoutWeightless(given);
  const inputs = fitInputs(data.table, params.knots);
  const weights = rowWeights(data, params.classWeight);
  const networks = Array.from({ length: params.networks }, () =>
    trainNetwork(params, inputs, data, weights, random.fork()),
  );
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

function checkParams(params: NetworkParams): void {
  const check = (ok: boolean, text: string): void => {
    if (!ok) throw new RangeError(`network: ${text}`);
  };
  const whole = (value: number, low: number, high: number): boolean =>
    Number.isInteger(value) && value >= low && value <= high;
  const { hidden, dropout, learningRate, weightDecay, l1, l2, focus, validationShare, knots } = params;
  check(
    hidden.length >= 1 && hidden.length <= 3 && hidden.every((units) => whole(units, 1, 1024)),
    'hidden must be one to three layers of 1 to 1,024 units',
  );
  check(dropout >= 0 && dropout < 1, 'dropout must be in [0, 1)');
  check(learningRate > 0 && learningRate <= 1, 'learningRate must be in (0, 1]');
  check(
    [weightDecay, l1, l2, focus].every((v) => v >= 0 && v < Infinity),
    'penalties and focus must not be negative',
  );
  check(validationShare >= 0 && validationShare <= 0.5, 'validationShare must be in [0, 0.5]');
  check(whole(params.batchRows, 2, 1_000_000), 'batchRows must be at least 2');
  check(whole(params.maxEpochs, 1, 10_000), 'maxEpochs must be at least 1');
  check(params.patience >= 1, 'patience must be at least 1');
  check(knots === 0 || whole(knots, 3, 1000), 'knots must be 0 or at least 3');
  check(whole(params.networks, 1, 20), 'networks must be 1 to 20');
}
