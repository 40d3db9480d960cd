/**
 * The first layer, z = x·W, for rows given as (input, value) pairs (inputs.ts), and its derivative.
 *
 * Method: both passes gather: forward, a row's pairs pick rows of W; backward, the batch's pairs are sorted
 * by input first, so that each row of the slope is summed in local variables and written once.
 */
import type { Slots } from './inputs.ts';

/** `z = x·W`: W is `inputCount × width`. */
export function sparseForward(
  z: Float64Array,
  slots: Slots,
  slotCount: number,
  weights: Float64Array,
  n: number,
  width: number,
): void {
  const { indices, values } = slots;
  const blocks = width - (width % 4);
  for (let i = 0; i < n; i++) {
    const first = i * slotCount;
    const end = first + slotCount;
    for (let j = 0; j < blocks; j += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let s = first; s < end; s++) {
        const value = values[s]!;
        const at = indices[s]! * width + j;
        s0 += value * weights[at]!;
        s1 += value * weights[at + 1]!;
        s2 += value * weights[at + 2]!;
        s3 += value * weights[at + 3]!;
      }
      const at = i * width + j;
      z[at] = s0;
      z[at + 1] = s1;
      z[at + 2] = s2;
      z[at + 3] = s3;
    }
    for (let j = blocks; j < width; j++) {
      let sum = 0;
      for (let s = first; s < end; s++) sum += values[s]! * weights[indices[s]! * width + j]!;
      z[i * width + j] = sum;
    }
  }
}

/** For each input the pairs of a batch that light it: entries `starts[input]` to `starts[input + 1] − 1`. */
export interface PairsByInput {
  /** Length `inputCount + 1`. */
  readonly starts: Int32Array;
  readonly rows: Int32Array;
  readonly values: Float64Array;
}

export function createPairsByInput(inputCount: number, pairs: number): PairsByInput {
  return {
    starts: new Int32Array(inputCount + 1),
    rows: new Int32Array(pairs),
    values: new Float64Array(pairs),
  };
}

/** The slope of W: `Xᵀ·dz`, dense, `inputCount × width`. `pairs` is working space. */
export function sparseBackward(
  weightSlope: Float64Array,
  slots: Slots,
  slotCount: number,
  pairs: PairsByInput,
  dz: Float64Array,
  n: number,
  width: number,
): void {
  sortByInput(pairs, slots, slotCount, n);
  const { starts, rows, values } = pairs;
  const blocks = width - (width % 4);
  for (let input = 0; input + 1 < starts.length; input++) {
    const first = starts[input]!;
    const end = starts[input + 1]!;
    for (let j = 0; j < blocks; j += 4) {
      let s0 = 0;
      let s1 = 0;
      let s2 = 0;
      let s3 = 0;
      for (let p = first; p < end; p++) {
        const value = values[p]!;
        const at = rows[p]! * width + j;
        s0 += value * dz[at]!;
        s1 += value * dz[at + 1]!;
        s2 += value * dz[at + 2]!;
        s3 += value * dz[at + 3]!;
      }
      const at = input * width + j;
      weightSlope[at] = s0;
      weightSlope[at + 1] = s1;
      weightSlope[at + 2] = s2;
      weightSlope[at + 3] = s3;
    }
    for (let j = blocks; j < width; j++) {
      let sum = 0;
      for (let p = first; p < end; p++) sum += values[p]! * dz[rows[p]! * width + j]!;
      weightSlope[input * width + j] = sum;
    }
  }
}

/** Counting sort of the pairs whose value is not zero. */
function sortByInput(pairs: PairsByInput, slots: Slots, slotCount: number, n: number): void {
  const { starts, rows, values } = pairs;
  const length = n * slotCount;
  starts.fill(0);
  for (let s = 0; s < length; s++) if (slots.values[s] !== 0) starts[slots.indices[s]!]!++;
  let end = 0;
  for (let input = 0; input < starts.length; input++) starts[input] = end += starts[input]!;
  for (let row = n - 1; row >= 0; row--)
    for (let s = (row + 1) * slotCount - 1; s >= row * slotCount; s--) {
      if (slots.values[s] === 0) continue;
      const place = --starts[slots.indices[s]!]!;
      rows[place] = row;
      values[place] = slots.values[s]!;
    }
}
