import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { spearman } from '../../../src/ml/checks/rank-correlation.ts';

interface Reference {
  readonly a: readonly number[];
  readonly b: readonly (number | null)[];
  readonly spearman: number;
}
const path = join(import.meta.dirname, '../../oracles/association-reference.json');
const reference = JSON.parse(readFileSync(path, 'utf8')) as Reference;

describe("Spearman's rank correlation", () => {
  it('is that of scipy, with ties and without the rows in which one is missing', () => {
    const tied = Float64Array.from(reference.a, (value) => Math.round(10 * value) / 10);
    const b = Float64Array.from(reference.b, (value) => value ?? NaN);
    expect(spearman(tied, b)).toBeCloseTo(reference.spearman, 10);
  });

  it('is 1 for any relation that always rises, −1 for one that always falls', () => {
    const a = Float64Array.of(3, 1, 2, 40, NaN);
    expect(spearman(a, a.map(Math.exp))).toBeCloseTo(1, 12);
    expect(
      spearman(
        a,
        a.map((value) => -(value ** 3)),
      ),
    ).toBeCloseTo(-1, 12);
  });

  it('is 0 for a constant column, and for no rows', () => {
    expect(spearman(Float64Array.of(1, 2, 3), Float64Array.of(5, 5, 5))).toBe(0);
    expect(spearman(new Float64Array(0), new Float64Array(0))).toBe(0);
  });
});
