/** Against scipy.stats (tests/oracles/experiments_reference.py). */
import { describe, expect, it } from 'vitest';
import { chiSquareTail, normalTail, upperIncompleteGamma } from '../../../src/ml/math/incomplete-gamma.ts';
import { betaQuantile, normalQuantile, studentQuantile } from '../../../src/ml/math/quantiles.ts';
import { findRoot } from '../../../src/ml/math/roots.ts';
import { reference } from '../experiments/reference.ts';

const expectClose = (found: number, value: number): void => {
  expect(Math.abs(found - value)).toBeLessThanOrEqual(1e-9 * Math.abs(value) + 1e-14);
};

describe('quantiles and tails', () => {
  it.each(reference.normal)('of the normal distribution at $share', ({ share, value }) => {
    expectClose(normalQuantile(share), value);
  });

  it.each(reference.student)('of t with $degreesOfFreedom at $share', (stored) => {
    expectClose(studentQuantile(stored.share, stored.degreesOfFreedom), stored.value);
  });

  it.each(reference.beta)('of Beta($a, $b) at $share', ({ share, a, b, value }) => {
    expectClose(betaQuantile(share, a, b), value);
  });

  it.each(reference.chiSquareTail)('of χ² with $degreesOfFreedom above $x', (stored) => {
    expectClose(chiSquareTail(stored.x, stored.degreesOfFreedom), stored.value);
  });

  it.each(reference.normalTail)('of the normal distribution above $x', ({ x, value }) => {
    expectClose(normalTail(x), value);
  });

  it('end where the distributions do', () => {
    expect([normalQuantile(0), normalQuantile(1)]).toEqual([-Infinity, Infinity]);
    expect([betaQuantile(0, 2, 3), betaQuantile(1, 2, 3)]).toEqual([0, 1]);
    expect(upperIncompleteGamma(2, Infinity)).toBe(0);
  });

  it('of t with very many degrees of freedom are those of the normal distribution', () => {
    expect(studentQuantile(0.975, Infinity)).toBe(normalQuantile(0.975));
    expect(studentQuantile(0.975, 4e6)).toBeCloseTo(normalQuantile(0.975), 5);
  });

  it('are refused where there is no distribution', () => {
    expect(() => upperIncompleteGamma(0, 1)).toThrow(RangeError);
    expect(() => upperIncompleteGamma(1, NaN)).toThrow(RangeError);
  });
});

describe('a root', () => {
  it.each([
    ['a line', (x: number) => 3 * x - 1, 1 / 3],
    ['a cubic that is flat at its root', (x: number) => (x - 0.7) ** 3, 0.7],
    ['a step', (x: number) => (x < 0.25 ? -1 : 1), 0.25],
    ['a steep curve', (x: number) => Math.exp(40 * x) - Math.exp(39), 0.975],
  ])('of %s', (_, f, root) => {
    expect(findRoot(f, 0, 1)).toBeCloseTo(root, 5);
  });

  it('is an end where the function does not change its sign', () => {
    expect(findRoot((x) => x + 1, 0, 5)).toBe(0);
    expect(findRoot((x) => -x, 0, 5)).toBe(0);
  });
});
