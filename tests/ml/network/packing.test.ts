import { describe, expect, it } from 'vitest';
import { createSlots, encodeRows, fitInputs, type Slots } from '../../../src/ml/network/inputs.ts';
import { packRows, packWeights, unpackSlope } from '../../../src/ml/network/packing.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { MISSING, UNSEEN, type Table } from '../../../src/ml/data/table.ts';

const rowCount = 300;
const width = 3;
const random = createRandom(4);
const numbers = (value: () => number) => Float64Array.from({ length: rowCount }, value);
const codes = (code: () => number) => Int32Array.from({ length: rowCount }, code);
const levels = (count: number) => Array.from({ length: count }, (_, i) => `level ${i}`);
const table: Table = {
  rowCount,
  columns: [
    { kind: 'number', name: 'smooth', values: numbers(() => random.normal()) },
    { kind: 'category', name: 'gaps', levels: levels(3), codes: codes(() => random.below(4) + MISSING) },
    { kind: 'number', name: 'with gaps', values: numbers(() => (random.next() < 0.2 ? NaN : random.next())) },
    { kind: 'category', name: 'unseen', levels: levels(4), codes: codes(() => random.below(5) + UNSEEN) },
    { kind: 'number', name: 'constant', values: numbers(() => 2) },
    { kind: 'number', name: 'never', values: numbers(() => NaN) },
    { kind: 'number', name: 'two values', values: numbers(() => random.below(2)) },
    { kind: 'number', name: 'endless', values: numbers(() => [-Infinity, 0, 1, Infinity][random.below(4)]!) },
    { kind: 'category', name: 'many', levels: levels(60), codes: codes(() => random.below(50)) },
    { kind: 'category', name: 'two', levels: levels(2), codes: codes(() => random.below(2)) },
  ],
};

/** Row i of x·W for rows written as pairs. */
const timesWeights = ({ indices, values }: Slots, slotCount: number, weights: Float64Array) =>
  Array.from({ length: rowCount }, (_, row) => {
    const sums = new Array<number>(width).fill(0);
    for (let s = row * slotCount; s < (row + 1) * slotCount; s++)
      for (let j = 0; j < width; j++) sums[j]! += values[s]! * weights[indices[s]! * width + j]!;
    return sums;
  });

describe.each([10, 0])('packed rows with %d knots', (knots) => {
  const inputs = fitInputs(table, knots);
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  const slots = createSlots(inputs, rowCount);
  encodeRows(inputs, table, rows, 0, rowCount, slots);
  const packed = packRows(inputs, table);
  const weights = Float64Array.from({ length: inputs.inputCount * width }, () => random.normal());

  it('give the first layer what the rows themselves give it, in fewer pairs', () => {
    const packedWeights = new Float64Array(packed.packing.count * width);
    packWeights(packedWeights, packed.packing, weights, width);
    const expected = timesWeights(slots, inputs.slotCount, weights);
    timesWeights(packed.slots, packed.slotCount, packedWeights).forEach((sums, row) => {
      sums.forEach((sum, j) => {
        expect(sum).toBeCloseTo(expected[row]![j]!, 12);
      });
    });
    expect(packed.slotCount).toBeLessThan(inputs.slotCount);
  });

  it('give the weights the slopes that the rows themselves give them', () => {
    // The slope of Σ s·(P·W) by W, for any slopes s of P·W.
    const packedSlope = Float64Array.from({ length: packed.packing.count * width }, () => random.normal());
    const slope = new Float64Array(weights.length);
    unpackSlope(slope, packed.packing, packedSlope, width);
    const packedWeights = new Float64Array(packedSlope.length);
    packWeights(packedWeights, packed.packing, weights, width);
    const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
    expect(dot(slope, weights)).toBeCloseTo(dot(packedSlope, packedWeights), 9);
  });
});
