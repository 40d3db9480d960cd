import { describe, expect, it } from 'vitest';
import { meanLoss } from '../../../src/ml/network/losses.ts';
import { multiply, plain, transposed } from '../../../src/ml/network/matrix.ts';
import {
  createNetwork,
  createWorkspace,
  foldNetwork,
  lossAndSlopes,
  type Shape,
} from '../../../src/ml/network/passes.ts';
import { createRandom } from '../../../src/ml/math/random.ts';

const ROWS = 24;

/** A network of random parameters and a batch of random rows, the same at every call. */
function example(shape: Shape) {
  const random = createRandom(3);
  const network = createNetwork(shape, 0.2, random);
  const workspace = createWorkspace(shape, ROWS);
  network.parameters.all.forEach((value, i) => {
    network.parameters.all[i] = value + 0.3 * random.normal();
  });
  workspace.slots.indices.forEach((_, i) => {
    workspace.slots.indices[i] = random.below(shape.inputCount);
    workspace.slots.values[i] = random.normal();
  });
  for (let i = 0; i < ROWS; i++) {
    workspace.target[i] = random.below(2);
    workspace.weights[i] = random.next() + 0.5;
  }
  return { network, workspace };
}

describe('backpropagation agrees with numerical derivatives', () => {
  for (const [name, widths, batchNorm, focus, dropout] of [
    ['two layers with batch norm', [5, 4], true, 0, 0],
    ['three layers without', [4, 3, 3], false, 0, 0],
    ['dropout', [6, 4], true, 0, 0.3],
    ['focal loss', [5], true, 2, 0],
  ] as const)
    it(name, () => {
      const shape = { inputCount: 7, slotCount: 3, widths, batchNorm };
      const { network, workspace } = example(shape);
      // The same seed draws the same units to drop.
      const loss = (): number => lossAndSlopes(network, workspace, ROWS, focus, dropout, createRandom(8));
      loss();
      const slopes = network.slopes.all.slice();
      const { all } = network.parameters;
      const step = 1e-5;
      for (let i = 0; i < all.length; i++) {
        const kept = all[i]!;
        all[i] = kept + step;
        const above = loss();
        all[i] = kept - step;
        const below = loss();
        all[i] = kept;
        expect(slopes[i]).toBeCloseTo((above - below) / (2 * step), 7);
      }
    });
});

it('weighs losses by row, and focal loss less where the answer is known', () => {
  const margins = Float64Array.of(2, 2);
  const target = Uint8Array.of(1, 0);
  const slope = new Float64Array(2);
  const hit = 1 / (1 + Math.exp(-2));
  const loss = meanLoss(margins, target, Float64Array.of(1, 3), 2, 0, slope);
  expect(loss).toBeCloseTo((-Math.log(hit) - 3 * Math.log(1 - hit)) / 2, 12);
  expect(slope[1]).toBeCloseTo((3 * hit) / 2, 12);
  const focal = meanLoss(margins, target, Float64Array.of(1, 0), 2, 2, slope);
  expect(focal).toBeCloseTo((-((1 - hit) ** 2) * Math.log(hit)) / 2, 12);
  expect(meanLoss(Float64Array.of(-900), Uint8Array.of(1), Float64Array.of(1), 1, 2, slope)).toBeCloseTo(
    900,
    9,
  );
});

it('folds batch norm into weights and shifts', () => {
  const { network } = example({ inputCount: 2, slotCount: 1, widths: [1], batchNorm: true });
  network.norms[0]!.runningMean[0] = 3;
  network.norms[0]!.runningVariance[0] = 4;
  const [layer] = foldNetwork(network);
  const { weights, scales, shifts } = network.parameters;
  const factor = scales[0]![0]! / Math.sqrt(4 + 1e-5);
  expect(layer!.weights[1]).toBeCloseTo(weights[0]![1]! * factor, 12);
  expect(layer!.shift[0]).toBeCloseTo(shifts[0]![0]! - 3 * factor, 12);
});

it('multiplies matrices and their transposes like the definition', () => {
  const random = createRandom(1);
  const [rows, inner, columns] = [5, 7, 9];
  const a = Float64Array.from({ length: rows * inner }, () => random.normal());
  const b = Float64Array.from({ length: inner * columns }, () => random.normal());
  const expected = (i: number, j: number): number =>
    Array.from({ length: inner }, (_, p) => a[i * inner + p]! * b[p * columns + j]!).reduce(
      (x, y) => x + y,
      0,
    );
  const turn = (m: Float64Array, r: number, c: number): Float64Array =>
    Float64Array.from({ length: r * c }, (_, k) => m[(k % r) * c + Math.floor(k / r)]!);
  const out = new Float64Array(rows * columns);
  for (const [left, right] of [
    [plain(a, inner), plain(b, columns)],
    [transposed(turn(a, rows, inner), rows), transposed(turn(b, inner, columns), inner)],
  ] as const) {
    multiply(out, left, right, rows, inner, columns);
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) expect(out[i * columns + j]).toBeCloseTo(expected(i, j), 12);
  }
});
