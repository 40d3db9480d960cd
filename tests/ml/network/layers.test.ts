import { describe, expect, it } from 'vitest';
import { batchNormForward, dropOut, rectify } from '../../../src/ml/network/layers.ts';
import { createPairsByInput, sparseBackward, sparseForward } from '../../../src/ml/network/sparse-layer.ts';
import { createRandom } from '../../../src/ml/math/random.ts';

const random = createRandom(1);
const normals = (length: number): Float64Array => Float64Array.from({ length }, () => random.normal());

describe('the first layer', () => {
  const [n, slotCount, inputCount, width] = [9, 3, 6, 7];
  const slots = {
    indices: Int32Array.from({ length: n * slotCount }, () => random.below(inputCount)),
    // Every fourth pair is unused.
    values: normals(n * slotCount).map((value, s) => (s % 4 === 0 ? 0 : value)),
  };
  const full = (row: number, input: number): number => {
    let sum = 0;
    for (let s = row * slotCount; s < (row + 1) * slotCount; s++)
      if (slots.indices[s] === input) sum += slots.values[s]!;
    return sum;
  };

  it('is the product with the rows written out in full', () => {
    const weights = normals(inputCount * width);
    const z = new Float64Array(n * width);
    sparseForward(z, slots, slotCount, weights, n, width);
    for (let row = 0; row < n; row++)
      for (let j = 0; j < width; j++) {
        let expected = 0;
        for (let input = 0; input < inputCount; input++)
          expected += full(row, input) * weights[input * width + j]!;
        expect(z[row * width + j]).toBeCloseTo(expected, 12);
      }
  });

  it('has the transposed product as its derivative, in a working space used before', () => {
    const dz = normals(n * width);
    const slope = normals(inputCount * width);
    const pairs = createPairsByInput(inputCount, n * slotCount);
    sparseBackward(slope, slots, slotCount, pairs, normals(n * width), n, width);
    sparseBackward(slope, slots, slotCount, pairs, dz, n - 1, width);
    for (let input = 0; input < inputCount; input++)
      for (let j = 0; j < width; j++) {
        let expected = 0;
        for (let row = 0; row < n - 1; row++) expected += full(row, input) * dz[row * width + j]!;
        expect(slope[input * width + j]).toBeCloseTo(expected, 12);
      }
  });
});

describe('batch norm', () => {
  const layer = {
    scale: Float64Array.of(2),
    shift: Float64Array.of(5),
    runningMean: new Float64Array(1),
    runningVariance: Float64Array.of(1),
    batches: 0,
  };
  const run = (z: Float64Array): Float64Array => {
    const y = new Float64Array(z.length);
    batchNormForward(y, z.slice(), new Float64Array(1), layer, z.length);
    return y;
  };

  it('brings a batch to mean 0 and variance 1, then to its own scale and shift', () => {
    const y = run(Float64Array.of(1, 3, 5, 7));
    const deviation = Math.sqrt(5 + 1e-5);
    [1, 3, 5, 7].forEach((z, i) => {
      expect(y[i]).toBeCloseTo((2 * (z - 4)) / deviation + 5, 12);
    });
  });

  it('keeps a mean over the first batches for use after training', () => {
    expect(layer.runningMean[0]).toBe(4);
    expect(layer.runningVariance[0]).toBeCloseTo(20 / 3, 12);
    run(Float64Array.of(10, 10, 10, 10));
    expect(layer.runningMean[0]).toBe(7);
    expect(layer.runningVariance[0]).toBeCloseTo(10 / 3, 12);
  });

  it('gives its shift for a column that does not vary', () => {
    expect(Array.from(run(Float64Array.of(3, 3)))).toEqual([5, 5]);
  });
});

it('the rectifier lets only positive values through', () => {
  const y = Float64Array.of(-2, 0, 3, -1);
  rectify(y, 3);
  expect(Array.from(y)).toEqual([0, 0, 3, -1]);
});

it('dropout clears about its share of the units and makes up for it in the others', () => {
  const length = 20_001;
  const y = new Float64Array(length).fill(1);
  const mask = new Float64Array(length);
  dropOut(y, mask, 0.25, length, createRandom(4));
  expect(y).toEqual(mask);
  expect(new Set(y)).toEqual(new Set([0, 4 / 3]));
  const share = y.filter((value) => value === 0).length / length;
  expect(Math.abs(share - 0.25)).toBeLessThan(0.01);
});
