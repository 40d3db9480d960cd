/**
 * The layers of the network, each as a forward pass and the backward pass that is its derivative. All
 * matrices are row-major, one row an example; `n` rows, `width` columns. Backward passes overwrite.
 *
 * batch norm      y = γ (z − mean) / √(variance + ε) + β over the rows of the batch; running means of both,
 *                 for use after training
 * rectifier       a = max(y, 0)
 * dropout         each unit kept with probability 1 − rate and divided by it
 * The affine layers are sparse-layer.ts for the first and matrix.ts as it is for the others.
 * References: Ioffe and Szegedy (2015), Batch Normalization; Glorot et al. (2011), Deep Sparse Rectifier
 * Neural Networks; Srivastava et al. (2014), Dropout.
 */
import type { Random } from '../math/random.ts';

export const BATCH_NORM_EPSILON = 1e-5;
/** How much of the running mean and variance a batch replaces; the first batches more, as in a plain mean. */
const RUNNING_SHARE = 0.1;

/** Room for the random bits of dropout, used again by every batch. */
let spareWords = new Int32Array(0);

export interface BatchNorm {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
  readonly runningMean: Float64Array;
  readonly runningVariance: Float64Array;
  /** Batches that the running figures come from. */
  batches: number;
}

/** Replaces `z` by the normalised values, writes `y` and 1 / √(variance + ε); moves the running figures. */
export function batchNormForward(
  y: Float64Array,
  z: Float64Array,
  inverse: Float64Array,
  layer: BatchNorm,
  n: number,
): void {
  const { scale, shift, runningMean, runningVariance } = layer;
  const width = scale.length;
  const share = Math.max(RUNNING_SHARE, 1 / ++layer.batches);
  const means = new Float64Array(width);
  const variances = new Float64Array(width);
  for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < width; j++) means[j]! += z[at++]!;
  for (let j = 0; j < width; j++) means[j]! /= n;
  for (let i = 0, at = 0; i < n; i++)
    for (let j = 0; j < width; j++) {
      const difference = z[at++]! - means[j]!;
      variances[j]! += difference * difference;
    }
  for (let j = 0; j < width; j++) {
    const variance = variances[j]! / n;
    inverse[j] = 1 / Math.sqrt(variance + BATCH_NORM_EPSILON);
    runningMean[j]! += share * (means[j]! - runningMean[j]!);
    runningVariance[j]! += share * ((variance * n) / Math.max(1, n - 1) - runningVariance[j]!);
  }
  for (let i = 0, at = 0; i < n; i++)
    for (let j = 0; j < width; j++, at++) {
      const normalised = (z[at]! - means[j]!) * inverse[j]!;
      z[at] = normalised;
      y[at] = scale[j]! * normalised + shift[j]!;
    }
}

/** Turns the slope of y in `d` into the slope of z, and writes the slopes of scale and shift. */
export function batchNormBackward(
  d: Float64Array,
  scaleSlope: Float64Array,
  shiftSlope: Float64Array,
  normalised: Float64Array,
  inverse: Float64Array,
  scale: Float64Array,
  n: number,
): void {
  const width = scale.length;
  shiftSlope.fill(0);
  scaleSlope.fill(0);
  for (let i = 0, at = 0; i < n; i++)
    for (let j = 0; j < width; j++, at++) {
      shiftSlope[j]! += d[at]!;
      scaleSlope[j]! += d[at]! * normalised[at]!;
    }
  for (let i = 0, at = 0; i < n; i++)
    for (let j = 0; j < width; j++, at++)
      d[at] =
        scale[j]! * inverse[j]! * (d[at]! - shiftSlope[j]! / n - (normalised[at]! * scaleSlope[j]!) / n);
}

/** `y + shift`, the layer without batch norm, in place. */
export function addShift(y: Float64Array, shift: Float64Array, n: number): void {
  const width = shift.length;
  for (let i = 0; i < n; i++) for (let j = 0; j < width; j++) y[i * width + j]! += shift[j]!;
}

/** The slope of a shift: column sums of `d`. */
export function shiftBackward(shiftSlope: Float64Array, d: Float64Array, n: number): void {
  const width = shiftSlope.length;
  shiftSlope.fill(0);
  for (let i = 0; i < n; i++) for (let j = 0; j < width; j++) shiftSlope[j]! += d[i * width + j]!;
}

/** `max(y, 0)` over the first `length` entries, in place. */
export function rectify(y: Float64Array, length: number): void {
  for (let i = 0; i < length; i++) if (!(y[i]! > 0)) y[i] = 0;
}

/** Clears the slope `d` where the rectified value was zero. */
export function rectifyBackward(d: Float64Array, rectified: Float64Array, length: number): void {
  for (let i = 0; i < length; i++) if (!(rectified[i]! > 0)) d[i] = 0;
}

/**
 * Draws a mask (0 or 1 / (1 − rate)) and applies it to `y` in place. Each unit takes 16 random bits: the
 * rate is rounded to a whole number of 1/65,536.
 */
export function dropOut(
  y: Float64Array,
  mask: Float64Array,
  rate: number,
  length: number,
  random: Random,
): void {
  const dropped = Math.round(rate * 65536);
  const kept = 65536 / (65536 - dropped);
  const wordCount = (length + 1) >> 1;
  if (spareWords.length < wordCount) spareWords = new Int32Array(wordCount);
  const words = spareWords.length === wordCount ? spareWords : spareWords.subarray(0, wordCount);
  random.fill(words);
  for (let i = 0; i < length; i++) {
    const bits = (words[i >> 1]! >>> ((i & 1) << 4)) & 0xffff;
    const factor = Number(bits >= dropped) * kept;
    mask[i] = factor;
    y[i]! *= factor;
  }
}

/** Multiplies by the mask: dropout's backward pass. */
export function applyMask(d: Float64Array, mask: Float64Array, length: number): void {
  for (let i = 0; i < length; i++) d[i]! *= mask[i]!;
}
