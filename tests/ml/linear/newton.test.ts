import { describe, expect, it } from 'vitest';
import { designRows, fitDesign } from '../../../src/ml/linear/design.ts';
import { createLogisticProblem, evaluateLogistic } from '../../../src/ml/linear/newton.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { MISSING, UNSEEN } from '../../../src/ml/data/table.ts';
import type { Table } from '../../../src/ml/data/table.ts';

const rowCount = 1_500;
const random = createRandom(3);
const numbers = (value: () => number) => Float64Array.from({ length: rowCount }, value);
const codes = (code: () => number) => Int32Array.from({ length: rowCount }, code);
const levels = (count: number) => Array.from({ length: count }, (_, i) => `level ${i}`);

/** Every kind of column that a grid tells apart. */
const table: Table = {
  rowCount,
  columns: [
    { kind: 'number', name: 'smooth', values: numbers(() => random.normal()) },
    {
      kind: 'number',
      name: 'with gaps',
      values: numbers(() => (random.next() < 0.1 ? NaN : 100 * random.next())),
    },
    { kind: 'number', name: 'few values', values: numbers(() => [NaN, 0, 1, 2, 5, 9, 12][random.below(7)]!) },
    { kind: 'number', name: 'constant', values: numbers(() => 3) },
    { kind: 'number', name: 'never', values: numbers(() => NaN) },
    { kind: 'category', name: 'two', levels: levels(2), codes: codes(() => random.below(2)) },
    { kind: 'category', name: 'gaps', levels: levels(3), codes: codes(() => random.below(4) + MISSING) },
    { kind: 'category', name: 'unseen', levels: levels(4), codes: codes(() => random.below(5) + UNSEEN) },
    { kind: 'category', name: 'many', levels: levels(90), codes: codes(() => random.below(80)) },
    { kind: 'category', name: 'one', levels: levels(1), codes: codes(() => 0) },
  ],
};
const target = Uint8Array.from({ length: rowCount }, () => random.below(2));
const weights = numbers(() => random.below(3));

describe('sums over rows', () => {
  const design = fitDesign(table, weights, 5);
  const { width } = design;
  const size = width + 1;
  const beta = Float64Array.from({ length: size }, () => 0.3 * random.normal());
  const state = evaluateLogistic(createLogisticProblem(design, { table, target }, weights, 0.5), beta);

  it('are those of the design, entry by entry', () => {
    const { starts, indices, values } = designRows(design, table, 0, rowCount);
    let objective = 0;
    const gradient = new Float64Array(size);
    const hessian = new Float64Array(size * size);
    for (let row = 0; row < rowCount; row++) {
      const x = new Float64Array(size);
      x[width] = 1;
      for (let e = starts[row]!; e < starts[row + 1]!; e++) x[indices[e]!] = values[e]!;
      const margin = x.reduce((sum, value, k) => sum + value * beta[k]!, 0);
      const p = 1 / (1 + Math.exp(-margin));
      objective -= weights[row]! * Math.log(target[row] === 1 ? p : 1 - p);
      for (let k = 0; k < size; k++) {
        gradient[k]! += weights[row]! * (p - target[row]!) * x[k]!;
        for (let j = 0; j <= k; j++) hessian[k * size + j]! += weights[row]! * p * (1 - p) * x[k]! * x[j]!;
      }
    }
    for (let k = 0; k < width; k++) {
      objective += 0.25 * beta[k]! ** 2;
      gradient[k]! += 0.5 * beta[k]!;
      hessian[k * size + k]! += 0.5;
    }
    expect(state.objective).toBeCloseTo(objective, 8);
    gradient.forEach((value, k) => {
      expect(state.gradient[k]).toBeCloseTo(value, 8);
    });
    hessian.forEach((value, at) => {
      if (at % size <= Math.floor(at / size)) expect(state.hessian[at]).toBeCloseTo(value, 8);
    });
  });

  it('are the same when they are taken again', () => {
    const problem = createLogisticProblem(design, { table, target }, weights, 0.5);
    evaluateLogistic(
      problem,
      beta.map((value) => value + 1),
    );
    expect(evaluateLogistic(problem, beta)).toEqual(state);
  });
});
