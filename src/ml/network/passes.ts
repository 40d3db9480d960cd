/**
 * The network while it learns: its parameters in one array, the loss of a batch and its derivative by
 * every parameter (backpropagation, Rumelhart, Hinton and Williams 1986).
 *
 * Hidden layer l: affine → batch norm (or a shift) → rectifier → dropout; then one affine output, the
 * log-odds. Starting weights: normal with variance 2 / inputs (He et al. 2015), the first layer's counting
 * the entries of a row that are not zero; the output starts at zero, with the log-odds of the rate as shift.
 */
import type { Random } from '../math/random.ts';
import type { Slots } from './inputs.ts';
import {
  addShift,
  applyMask,
  BATCH_NORM_EPSILON,
  batchNormBackward,
  batchNormForward,
  dropOut,
  rectify,
  rectifyBackward,
  shiftBackward,
  type BatchNorm,
} from './layers.ts';
import { meanLoss } from './losses.ts';
import { multiply, plain, transposed } from './matrix.ts';
import { packWeights, unpackSlope, type PackedRows } from './packing.ts';
import { createPairsByInput, sparseBackward, sparseForward, type PairsByInput } from './sparse-layer.ts';

export interface Shape {
  readonly inputCount: number;
  readonly slotCount: number;
  /** Units of each hidden layer. */
  readonly widths: readonly number[];
  readonly batchNorm: boolean;
  /** What the inputs of the workspace's rows stand for (packing.ts); absent, the network's inputs themselves. */
  readonly packed?: Pick<PackedRows, 'packing' | 'slotCount'>;
}

/** Views into one array of parameters, or of their slopes. */
export interface Views {
  readonly all: Float64Array;
  readonly weights: readonly Float64Array[];
  readonly scales: readonly Float64Array[];
  readonly shifts: readonly Float64Array[];
  readonly outWeights: Float64Array;
  readonly outShift: Float64Array;
}

export interface Network {
  readonly shape: Shape;
  readonly parameters: Views;
  readonly slopes: Views;
  readonly norms: readonly BatchNorm[];
  /** 1 for weights, 0 for scales and shifts. */
  readonly decayed: Uint8Array;
}

/** Room for the intermediate values of batches of up to `rows` rows. */
export interface Workspace {
  readonly slots: Slots;
  /** Pairs of a row in `slots`. */
  readonly slotCount: number;
  /** The first layer's weights for packed inputs, and their slopes; null without packing. */
  readonly packedWeights: Float64Array | null;
  readonly packedSlope: Float64Array | null;
  readonly pairs: PairsByInput;
  readonly layers: readonly LayerSpace[];
  readonly margins: Float64Array;
  readonly slope: Float64Array;
  readonly target: Uint8Array;
  readonly weights: Float64Array;
}

interface LayerSpace {
  readonly z: Float64Array;
  readonly y: Float64Array;
  readonly d: Float64Array;
  readonly mask: Float64Array;
  readonly inverse: Float64Array;
}

/** Affine layers with batch norm folded in, as they are used after training; the last one is the output. */
export interface FoldedLayer {
  readonly weights: Float64Array;
  readonly shift: Float64Array;
}

export function createNetwork(shape: Shape, baseMargin: number, random: Random): Network {
  const parameters = createViews(shape);
  const { weights, scales, outShift } = parameters;
  weights.forEach((matrix, l) => {
    const inputs = l === 0 ? shape.slotCount : shape.widths[l - 1]!;
    const deviation = Math.sqrt(2 / inputs);
    for (let i = 0; i < matrix.length; i++) matrix[i] = deviation * random.normal();
  });
  for (const scale of scales) scale.fill(1);
  outShift[0] = baseMargin;
  const decayed = createViews(shape);
  for (const matrix of [...decayed.weights, decayed.outWeights]) matrix.fill(1);
  return {
    shape,
    parameters,
    slopes: createViews(shape),
    norms: shape.widths.map((width, l) => ({
      scale: scales[l]!,
      shift: parameters.shifts[l]!,
      runningMean: new Float64Array(width),
      runningVariance: new Float64Array(width).fill(1),
      batches: 0,
    })),
    decayed: Uint8Array.from(decayed.all),
  };
}

export function createWorkspace(shape: Shape, rows: number): Workspace {
  const { packed } = shape;
  const slotCount = packed?.slotCount ?? shape.slotCount;
  const pairs = rows * slotCount;
  const packedWeights = packed && new Float64Array(packed.packing.count * shape.widths[0]!);
  return {
    slotCount,
    packedWeights: packedWeights ?? null,
    packedSlope: packedWeights?.slice() ?? null,
    slots: { indices: new Int32Array(pairs), values: new Float64Array(pairs) },
    pairs: createPairsByInput(packed?.packing.count ?? shape.inputCount, pairs),
    layers: shape.widths.map((width) => ({
      z: new Float64Array(rows * width),
      y: new Float64Array(rows * width),
      d: new Float64Array(rows * width),
      mask: new Float64Array(rows * width),
      inverse: new Float64Array(width),
    })),
    margins: new Float64Array(rows),
    slope: new Float64Array(rows),
    target: new Uint8Array(rows),
    weights: new Float64Array(rows),
  };
}

/**
 * The mean loss of the first `n` rows of the workspace; sets the slopes of all parameters.
 * `focus`: exponent of the focal loss; `dropout`: share of units dropped, in [0, 1).
 */
export function lossAndSlopes(
  network: Network,
  workspace: Workspace,
  n: number,
  focus: number,
  dropout: number,
  random: Random,
): number {
  forward(network, workspace, n, dropout, random);
  const loss = meanLoss(workspace.margins, workspace.target, workspace.weights, n, focus, workspace.slope);
  backward(network, workspace, n, dropout);
  return loss;
}

/** The network with its running means and variances put into weights and shifts. */
export function foldNetwork(network: Network): FoldedLayer[] {
  const { shape, parameters, norms } = network;
  const layers = shape.widths.map((width, l): FoldedLayer => {
    const { scale, shift, runningMean, runningVariance } = norms[l]!;
    const weights = parameters.weights[l]!;
    if (!shape.batchNorm) return { weights: weights.slice(), shift: shift.slice() };
    const factor = scale.map((value, j) => value / Math.sqrt(runningVariance[j]! + BATCH_NORM_EPSILON));
    return {
      weights: weights.map((value, i) => value * factor[i % width]!),
      shift: shift.map((value, j) => value - runningMean[j]! * factor[j]!),
    };
  });
  return [...layers, { weights: parameters.outWeights.slice(), shift: parameters.outShift.slice() }];
}

function forward(network: Network, workspace: Workspace, n: number, dropout: number, random: Random): void {
  const { shape, parameters, norms } = network;
  let before = workspace.slots.values;
  shape.widths.forEach((width, l) => {
    const { z, y, mask, inverse } = workspace.layers[l]!;
    const weights = parameters.weights[l]!;
    const into = shape.batchNorm ? z : y;
    if (l === 0) {
      const { slots, slotCount, packedWeights } = workspace;
      if (packedWeights !== null) packWeights(packedWeights, shape.packed!.packing, weights, width);
      sparseForward(into, slots, slotCount, packedWeights ?? weights, n, width);
    } else {
      const inner = shape.widths[l - 1]!;
      multiply(into, plain(before, inner), plain(weights, width), n, inner, width);
    }
    if (shape.batchNorm) batchNormForward(y, z, inverse, norms[l]!, n);
    else addShift(y, parameters.shifts[l]!, n);
    rectify(y, n * width);
    if (dropout > 0) dropOut(y, mask, dropout, n * width, random);
    before = y;
  });
  const width = shape.widths.at(-1)!;
  for (let i = 0; i < n; i++) {
    let margin = parameters.outShift[0]!;
    for (let j = 0; j < width; j++) margin += before[i * width + j]! * parameters.outWeights[j]!;
    workspace.margins[i] = margin;
  }
}

function backward(network: Network, workspace: Workspace, n: number, dropout: number): void {
  const { shape, parameters, slopes, norms } = network;
  outputBackward(network, workspace, n);
  for (let l = shape.widths.length - 1; l >= 0; l--) {
    const width = shape.widths[l]!;
    const { z, y, d, mask, inverse } = workspace.layers[l]!;
    if (dropout > 0) applyMask(d, mask, n * width);
    rectifyBackward(d, y, n * width);
    if (shape.batchNorm)
      batchNormBackward(d, slopes.scales[l]!, slopes.shifts[l]!, z, inverse, norms[l]!.scale, n);
    else shiftBackward(slopes.shifts[l]!, d, n);
    if (l === 0) {
      const { slots, slotCount, pairs, packedSlope } = workspace;
      sparseBackward(packedSlope ?? slopes.weights[0]!, slots, slotCount, pairs, d, n, width);
      if (packedSlope !== null) unpackSlope(slopes.weights[0]!, shape.packed!.packing, packedSlope, width);
      continue;
    }
    const inner = shape.widths[l - 1]!;
    const below = workspace.layers[l - 1]!;
    multiply(slopes.weights[l]!, transposed(below.y, inner), plain(d, width), inner, n, width);
    multiply(below.d, plain(d, width), transposed(parameters.weights[l]!, width), n, width, inner);
  }
}

function outputBackward(network: Network, workspace: Workspace, n: number): void {
  const { shape, parameters, slopes } = network;
  const width = shape.widths.at(-1)!;
  const { y, d } = workspace.layers.at(-1)!;
  slopes.outWeights.fill(0);
  slopes.outShift[0] = 0;
  for (let i = 0; i < n; i++) {
    const slope = workspace.slope[i]!;
    slopes.outShift[0] += slope;
    for (let j = 0; j < width; j++) {
      slopes.outWeights[j]! += slope * y[i * width + j]!;
      d[i * width + j] = slope * parameters.outWeights[j]!;
    }
  }
}

function createViews(shape: Shape): Views {
  const sizes = shape.widths.map((width, l) => width * (l === 0 ? shape.inputCount : shape.widths[l - 1]!));
  const last = shape.widths.at(-1)!;
  const units = shape.widths.reduce((sum, width) => sum + width, 0);
  const all = new Float64Array(sizes.reduce((sum, size) => sum + size, 0) + 2 * units + last + 1);
  let at = 0;
  const take = (length: number): Float64Array => all.subarray(at, (at += length));
  return {
    all,
    weights: sizes.map(take),
    scales: shape.widths.map(take),
    shifts: shape.widths.map(take),
    outWeights: take(last),
    outShift: take(1),
  };
}
