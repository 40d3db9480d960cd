/** Against scipy.special.betainc (tests/oracles/evaluation_reference.py). */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { incompleteBeta } from '../../../src/ml/math/incomplete-beta.ts';

interface Reference {
  readonly incompleteBeta: readonly { a: number; b: number; x: number; value: number }[];
}

const stored = resolve(import.meta.dirname, '../../oracles/evaluation-reference.json');
const reference = JSON.parse(readFileSync(stored, 'utf8')) as Reference;

describe('the regularised incomplete beta function', () => {
  it.each(reference.incompleteBeta)('of ($a, $b) at $x is scipy’s', ({ a, b, x, value }) => {
    // Relative in the tails, absolute near 1.
    expect(Math.abs(incompleteBeta(a, b, x) - value)).toBeLessThan(1e-11 * value + 1e-300);
  });

  it('is a share of x itself for a flat distribution, and complete at the ends', () => {
    expect(incompleteBeta(1, 1, 0.37)).toBeCloseTo(0.37, 14);
    expect([-1, 0, 1, 2].map((x) => incompleteBeta(6, 14, x))).toEqual([0, 0, 1, 1]);
  });

  it.each([
    [0, 1, 0.5],
    [1, -1, 0.5],
    [1, Infinity, 0.5],
    [1, 1, NaN],
  ])('is refused for (%d, %d) at %d', (a, b, x) => {
    expect(() => incompleteBeta(a, b, x)).toThrow(RangeError);
  });
});
