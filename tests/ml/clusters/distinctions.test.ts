/** What sets groups apart, compared with SciPy and statsmodels. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDistinctions, welchProbability } from '../../../src/ml/clusters/distinctions.ts';
import type { ComparedColumn, Moments } from '../../../src/ml/clusters/distinctions.ts';
import { findDiscoveries } from '../../../src/ml/math/false-discovery.ts';

interface Reference {
  readonly numbers: readonly {
    readonly inside: readonly number[];
    readonly outside: readonly number[];
    readonly probability: number;
    readonly size: number;
  }[];
  readonly levels: readonly { readonly counts: readonly [number, number][]; readonly probability: number }[];
  readonly probabilities: readonly number[];
  readonly isFound: readonly boolean[];
}
const reference = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../oracles/distinctions-reference.json'), 'utf8'),
) as Reference;

function momentsOf(values: readonly number[]): Moments {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count: values.length, mean, variance: squares / (values.length - 1) };
}
const numberColumn = (name: string, inside: Moments, outside: Moments): ComparedColumn => ({
  kind: 'number',
  name,
  inside,
  outside,
});
const levelColumn = (counts: readonly (readonly [number, number])[]): ComparedColumn => ({
  kind: 'level',
  name: 'levels',
  inside: new Map(counts.map(([count], level) => [`${level}`, count])),
  outside: new Map(counts.map(([, count], level) => [`${level}`, count])),
});

describe('distinctions', () => {
  it("have the probabilities and sizes of SciPy's tests", () => {
    for (const { inside, outside, probability, size } of reference.numbers) {
      const [found] = findDistinctions([numberColumn('x', momentsOf(inside), momentsOf(outside))]);
      expect(found!.probability).toBeCloseTo(probability, 9);
      expect(found!.size).toBeCloseTo(size, 6);
    }
    for (const { counts, probability } of reference.levels)
      expect(findDistinctions([levelColumn(counts)])[0]!.probability).toBeCloseTo(probability, 9);
  });

  it('are corrected for how many columns there are as statsmodels does it', () => {
    expect(findDiscoveries(reference.probabilities, 0.05)).toEqual(reference.isFound);
  });

  it('come by size, and a category says the level that differs most', () => {
    const found = findDistinctions([
      numberColumn('near', { count: 500, mean: 1, variance: 4 }, { count: 500, mean: 1.5, variance: 4 }),
      levelColumn([
        [80, 100],
        [10, 400],
        [10, 0],
      ]),
    ]);
    expect(found.map(({ name, level }) => [name, level])).toEqual([
      ['levels', '1'],
      ['near', null],
    ]);
    expect(found[0]).toMatchObject({ inside: 0.1, outside: 0.8, isFound: true });
  });

  it('leave out what cannot be compared, and are certain of nothing without spread', () => {
    const constant = { count: 9, mean: 2, variance: 0 };
    expect(findDistinctions([numberColumn('same', constant, constant), levelColumn([[5, 9]])])).toEqual([]);
    const none = { count: 0, mean: NaN, variance: NaN };
    expect(findDistinctions([numberColumn('empty', none, constant)])).toEqual([]);
    expect(welchProbability({ count: 1, mean: 3, variance: NaN }, constant)).toBe(1);
    expect(welchProbability({ ...constant, mean: 3 }, constant)).toBe(0);
  });
});
