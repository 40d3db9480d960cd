import { describe, expect, it } from 'vitest';

import { logistic } from '../../../src/ml/linear/logistic.ts';
import { createLogisticProblem, evaluateLogistic } from '../../../src/ml/linear/newton.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { sampleData } from '../tree/sample-tables.ts';

const data = sampleData(600, 4, 2);
const weights = new Float64Array(600).fill(1);
const fit = (l1: number, l2: number) =>
  logistic.fit({ ...logistic.defaults, l1, l2, maxIterations: 200 }, data, createRandom(1));
/** Of the smooth part of the objective, at the fitted coefficients. */
const gradientOf = (model: ReturnType<typeof fit>, l2: number) =>
  evaluateLogistic(
    createLogisticProblem(model.design, data, weights, l2),
    Float64Array.from([...model.coefficients, model.intercept]),
  ).gradient;
const zeros = (model: ReturnType<typeof fit>): number =>
  model.coefficients.filter((value) => value === 0).length;

describe('the elastic net', () => {
  it.each([
    [3, 0],
    [3, 1],
    [12, 0.5],
    [0.2, 5],
  ])(
    'with l1 %d and l2 %d is at the optimum: every coefficient meets the conditions of Karush, Kuhn and Tucker',
    (l1, l2) => {
      const model = fit(l1, l2);
      const gradient = gradientOf(model, l2);
      model.coefficients.forEach((value, k) => {
        if (value === 0) expect(Math.abs(gradient[k]!)).toBeLessThanOrEqual(l1 + 1e-3);
        else expect(gradient[k]! + l1 * Math.sign(value)).toBeCloseTo(0, 2);
      });
      expect(gradient.at(-1)).toBeCloseTo(0, 2);
    },
  );

  it('makes more coefficients exactly zero, the stronger it is', () => {
    const counts = [0.5, 3, 12, 60].map((l1) => zeros(fit(l1, 0.1)));
    expect(counts).toEqual([...counts].sort((a, b) => a - b));
    expect(counts.at(-1)).toBeGreaterThan(counts[0]!);
    expect(zeros(fit(1e6, 0.1))).toBe(fit(1e6, 0.1).coefficients.length);
  });

  it('comes close to the fit without it as it goes to zero', () => {
    const [with1, without] = [fit(1e-6, 1), fit(0, 1)];
    with1.coefficients.forEach((value, k) => {
      expect(value).toBeCloseTo(without.coefficients[k]!, 3);
    });
  });

  it('refuses a penalty below zero', () => {
    expect(() => fit(-1, 1)).toThrow(/l1 must be at least 0 and finite, found -1/);
  });
});
