import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kMeans, kMeansFrom } from '../../../src/ml/clusters/kmeans.ts';
import { createRandom } from '../../../src/ml/math/random.ts';

interface Reference {
  readonly rows: readonly number[][];
  readonly start: readonly number[][];
  readonly centres: readonly number[][];
  readonly assignment: readonly number[];
  readonly inertia: number;
  readonly bestInertia: number;
}
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../oracles/kmeans-reference.json'), 'utf8'),
) as Reference;
const rows = Float64Array.from(reference.rows.flat());

describe('k-means', () => {
  it("ends where scikit-learn's does, from the same centres", () => {
    const { centres, assignment, inertia } = kMeansFrom(rows, 3, Float64Array.from(reference.start.flat()));
    reference.centres.flat().forEach((value, i) => {
      expect(centres[i]).toBeCloseTo(value, 8);
    });
    expect([...assignment]).toEqual(reference.assignment);
    expect(inertia).toBeCloseTo(reference.inertia, 6);
  });

  it("finds groups as tight as scikit-learn's best of twenty starts", () => {
    const { inertia } = kMeans(rows, 3, { k: 4, starts: 20 }, createRandom(1));
    expect(inertia).toBeCloseTo(reference.bestInertia, 6);
  });

  it('never gets worse with more groups, and is exact when every row is one', () => {
    const inertias = [1, 2, 4, 8].map((k) => kMeans(rows, 3, { k }, createRandom(2)).inertia);
    expect(inertias).toEqual([...inertias].sort((a, b) => b - a));
    expect(kMeans(rows, 3, { k: rows.length / 3, starts: 3 }, createRandom(1)).inertia).toBeCloseTo(0, 9);
  });

  it('gives an empty group a row of its own', () => {
    const far = Float64Array.of(0, 0, 0, 0, 9, 9);
    const { assignment } = kMeansFrom(far, 2, Float64Array.of(0, 0, 100, 100));
    expect(new Set(assignment).size).toBe(2);
  });

  it('is the same for the same seed', () => {
    expect(kMeans(rows, 3, { k: 3 }, createRandom(5))).toEqual(kMeans(rows, 3, { k: 3 }, createRandom(5)));
  });

  it('refuses more groups than rows, and cells that are no numbers', () => {
    expect(() => kMeans(rows, 3, { k: 1_000 }, createRandom(1))).toThrow(RangeError);
    expect(() => kMeans(Float64Array.of(1, NaN), 1, { k: 1 }, createRandom(1))).toThrow(/finite/);
  });
});
