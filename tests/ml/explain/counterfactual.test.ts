import { describe, expect, it } from 'vitest';

import { findCounterfactuals } from '../../../src/ml/explain/counterfactual.ts';
import type { Feature } from '../../../src/ml/data/schema.ts';
import { sigmoid } from '../../../src/ml/math/sigmoid.ts';
import type { Table } from '../../../src/ml/data/table.ts';

const features: Feature[] = [
  {
    name: 'price',
    type: 'number',
    levels: [],
    range: { min: 0, max: 100, median: 50, integer: false },
    missingShare: 0,
  },
  {
    name: 'calls',
    type: 'number',
    levels: [],
    range: { min: 0, max: 10, median: 5, integer: true },
    missingShare: 0,
  },
  {
    name: 'contract',
    type: 'category',
    levels: ['month', 'year', 'two years'],
    range: null,
    missingShare: 0,
  },
];
const effect = [0.8, 0, -0.9];
/** A linear model that is easily solved by hand. */
const predict = ({ rowCount, columns: [price, calls, contract] }: Table): Float64Array =>
  Float64Array.from({ length: rowCount }, (_, row) => {
    const [a, b, c] = [price, calls, contract].map((column) =>
      column!.kind === 'number' ? column!.values[row]! : column!.codes[row]!,
    );
    return sigmoid(0.02 * a! + 0.1 * b! + effect[c!]! - 1);
  });
const customer: Table = {
  rowCount: 1,
  columns: [
    { kind: 'number', name: 'price', values: Float64Array.of(60) },
    { kind: 'number', name: 'calls', values: Float64Array.of(6) },
    { kind: 'category', name: 'contract', levels: features[2]!.levels, codes: Int32Array.of(0) },
  ],
};
const find = (goal: number, changeable = [0, 1, 2], known = features) =>
  findCounterfactuals({ predict, features: known, customer, changeable, goal });

describe('the smallest change', () => {
  it('is one feature where one suffices, cheapest first, by hand', () => {
    // The margin is 1.2 + 0.6 + 0.8 − 1 = 1.6; 0.7 is 0.847, so 0.753 has to go: price down by 37.6, or a year.
    const [first, second] = find(0.7);
    expect(first!.changes).toHaveLength(1);
    expect(first!.changes[0]).toMatchObject({ place: 0, from: 60 });
    expect(first!.changes[0]!.to).toBeCloseTo(60 - 37.64, 1);
    expect(second!.changes).toEqual([{ place: 2, from: 0, to: 1 }]);
  });

  it('takes two features where one is not enough, and never more than are needed', () => {
    const found = find(0.35);
    expect(found.length).toBeGreaterThan(0);
    for (const { changes, probability } of found) {
      expect(probability).toBeLessThanOrEqual(0.35);
      expect(changes).toHaveLength(2);
      for (const undone of changes) {
        const rest = changes.filter((change) => change !== undone);
        expect(
          find(
            0.35,
            rest.map(({ place }) => place),
          ).length,
        ).toBe(0);
      }
    }
  });

  it('changes only what may be changed, within its limits, whole numbers by whole numbers', () => {
    for (const { changes } of find(0.81, [1])) {
      expect(changes.map(({ place }) => place)).toEqual([1]);
      expect(Number.isInteger(changes[0]!.to)).toBe(true);
    }
    const limited = features.map((feature, j) =>
      j === 0 ? { ...feature, allowed: { min: 50, max: null } } : feature,
    );
    expect(find(0.7, [0], limited)).toEqual([]);
  });

  it('is nothing where the goal cannot be reached, or nothing may be changed', () => {
    expect(find(0.001)).toEqual([]);
    expect(find(0.7, [])).toEqual([]);
  });

  it('is the same every time', () => {
    expect(find(0.5)).toEqual(find(0.5));
  });
});
