import { describe, expect, it } from 'vitest';
import { fitDesign } from '../../../src/ml/linear/design.ts';
import type { TrainingData } from '../../../src/ml/estimator.ts';
import { logistic } from '../../../src/ml/linear/logistic.ts';
import { createLogisticProblem, evaluateLogistic } from '../../../src/ml/linear/newton.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { MISSING, UNSEEN } from '../../../src/ml/data/table.ts';
import type { Table } from '../../../src/ml/data/table.ts';

/** Two numbers, one with gaps and bends, and a category; who leaves depends on all of them. */
function generate(rowCount: number): TrainingData {
  const random = createRandom(11);
  const a = Float64Array.from({ length: rowCount }, () => random.normal());
  const b = Float64Array.from({ length: rowCount }, () => (random.next() < 0.1 ? NaN : 10 * random.next()));
  const codes = Int32Array.from({ length: rowCount }, () => random.below(3));
  const target = Uint8Array.from({ length: rowCount }, (_, i) => {
    const margin = a[i]! + Math.abs((Number.isNaN(b[i]!) ? 5 : b[i]!) - 5) - 2.5 + codes[i]!;
    return random.next() < 1 / (1 + Math.exp(-margin)) ? 1 : 0;
  });
  const table: Table = {
    rowCount,
    columns: [
      { kind: 'number', name: 'a', values: a },
      { kind: 'number', name: 'b', values: b },
      { kind: 'category', name: 'c', levels: ['x', 'y', 'z'], codes },
    ],
  };
  return { table, target };
}

const data = generate(400);
const fit = (changes = {}) => logistic.fit({ ...logistic.defaults, ...changes }, data, createRandom(1));

describe('the loss', () => {
  const design = fitDesign(data.table, new Float64Array(400).fill(1), 3);
  const weights = Float64Array.from({ length: 400 }, (_, i) => 1 + (i % 3));
  const problem = createLogisticProblem(design, data, weights, 0.7);
  const random = createRandom(5);
  const beta = Float64Array.from({ length: design.width + 1 }, () => 0.5 * random.normal());
  const { gradient, hessian } = evaluateLogistic(problem, beta);
  const moved = (k: number, step: number) =>
    evaluateLogistic(
      problem,
      beta.map((value, j) => (j === k ? value + step : value)),
    );

  it('has the gradient that differences say', () => {
    for (let k = 0; k <= design.width; k++) {
      const numeric = (moved(k, 1e-5).objective - moved(k, -1e-5).objective) / 2e-5;
      expect(gradient[k]).toBeCloseTo(numeric, 4);
    }
  });

  it('has the second derivatives that differences of the gradient say', () => {
    const size = design.width + 1;
    for (let k = 0; k < size; k++) {
      const [up, down] = [moved(k, 1e-5).gradient, moved(k, -1e-5).gradient];
      for (let j = k; j < size; j++) expect(hessian[j * size + k]).toBeCloseTo((up[j]! - down[j]!) / 2e-5, 3);
    }
  });
});

describe('a fit', () => {
  it('ends where the gradient is zero', () => {
    const model = fit();
    const problem = createLogisticProblem(model.design, data, new Float64Array(400).fill(1), 1);
    const { gradient } = evaluateLogistic(
      problem,
      Float64Array.from([...model.coefficients, model.intercept]),
    );
    expect(Math.max(...gradient.map(Math.abs))).toBeLessThan(1e-4);
  });

  it('without a penalty on the intercept gives the training rate on average', () => {
    const scores = logistic.predict(fit(), data.table);
    const mean = (values: Iterable<number>) => [...values].reduce((sum, value) => sum + value, 0) / 400;
    expect(mean(scores)).toBeCloseTo(mean(data.target), 6);
  });

  it('stays finite where one column determines the label', () => {
    const leak: Table = {
      rowCount: 400,
      columns: [{ kind: 'number', name: 'leak', values: Float64Array.from(data.target) }],
    };
    const scores = logistic.predict(
      logistic.fit(logistic.defaults, { table: leak, target: data.target }, createRandom(1)),
      leak,
    );
    expect(scores.every((score) => score > 0 && score < 1)).toBe(true);
  });

  it('bends where a straight line cannot', () => {
    const loss = (knots: number) => {
      const scores = logistic.predict(fit({ knots }), data.table);
      return -scores.reduce((sum, p, i) => sum + Math.log(data.target[i] === 1 ? p : 1 - p), 0);
    };
    expect(loss(5)).toBeLessThan(0.9 * loss(0));
  });

  it.each([
    [[0, 0], /all rows have the label 0/],
    [[2, 1], /labels must be 0 or 1/],
  ] as const)('refuses the labels %j', (labels, message) => {
    const table: Table = {
      rowCount: 2,
      columns: [{ kind: 'number', name: 'a', values: Float64Array.of(1, 2) }],
    };
    expect(() =>
      logistic.fit(logistic.defaults, { table, target: Uint8Array.from(labels) }, createRandom(1)),
    ).toThrow(message);
  });
});

describe('a level that training did not see', () => {
  it('says nothing: its reason is zero', () => {
    const odd: Table = {
      rowCount: 2,
      columns: [
        { kind: 'number', name: 'a', values: Float64Array.of(0.3, 0.3) },
        { kind: 'number', name: 'b', values: Float64Array.of(4, 4) },
        { kind: 'category', name: 'c', levels: ['x', 'y', 'z'], codes: Int32Array.of(UNSEEN, MISSING) },
      ],
    };
    const { contributions } = logistic.explain(fit(), odd);
    expect(contributions[2]).toBeCloseTo(0, 12);
    expect(contributions[5]).toBeCloseTo(0, 12);
  });
});
