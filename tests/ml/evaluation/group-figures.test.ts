import { describe, expect, it } from 'vitest';

import { groupFigures, largestGaps } from '../../../src/ml/evaluation/group-figures.ts';

/** Two groups of 40: in A the model finds 8 of 10 customers who left, in B 2 of 10; of the others 3 in B are selected. */
const codes = Int32Array.from({ length: 80 }, (_, row) => (row < 40 ? 0 : 1));
const target = Uint8Array.from({ length: 80 }, (_, row) => (row % 40 < 10 ? 1 : 0));
const scores = Float64Array.from({ length: 80 }, (_, row) => {
  const place = row % 40;
  if (row < 40) return place < 8 ? 0.9 : 0.1;
  return place < 2 || (place >= 10 && place < 13) ? 0.8 : 0.2;
});
const column = { kind: 'category', name: 'region', levels: ['A', 'B'], codes } as const;

describe('figures of groups', () => {
  it('counts each group by itself, by hand', () => {
    const [a, b] = groupFigures(column, scores, target, 0.5);
    expect(a).toMatchObject({
      group: 'A',
      count: 40,
      rate: 0.25,
      recall: 0.8,
      falsePositiveRate: 0,
      selectionRate: 0.2,
    });
    expect(b).toMatchObject({
      group: 'B',
      count: 40,
      rate: 0.25,
      recall: 0.2,
      falsePositiveRate: 0.1,
      selectionRate: 0.125,
    });
    expect(a!.low).toBeLessThan(0.25);
    expect(a!.high).toBeGreaterThan(0.25);
  });

  it('names the widest gaps', () => {
    const gaps = largestGaps(groupFigures(column, scores, target, 0.5));
    expect(gaps.recall).toBeCloseTo(0.6, 12);
    expect(gaps.falsePositiveRate).toBeCloseTo(0.1, 12);
    expect(gaps.selectionRate).toBeCloseTo(0.075, 12);
  });

  it('leaves out groups too small to say anything, and then there is no gap', () => {
    const few = { ...column, codes: Int32Array.from({ length: 80 }, (_, row) => (row < 60 ? 0 : 1)) };
    const groups = groupFigures(few, scores, target, 0.5);
    expect(groups.map(({ group }) => group)).toEqual(['A']);
    expect(largestGaps(groups)).toEqual({ selectionRate: null, recall: null, falsePositiveRate: null });
  });

  it('cuts numbers into quarters and keeps missing ones apart', () => {
    const values = Float64Array.from({ length: 200 }, (_, row) => (row < 40 ? NaN : row));
    const labels = Uint8Array.from(values, (_, row) => row % 2);
    const groups = groupFigures(
      { kind: 'number', name: 'age', values },
      new Float64Array(200).fill(0.4),
      labels,
      0.5,
    );
    expect(groups.map(({ group, count }) => [group, count])).toEqual([
      ['40 to 79', 40],
      ['80 to 119', 40],
      ['120 to 159', 40],
      ['160 to 199', 40],
      ['missing', 40],
    ]);
    expect(groups[0]).toMatchObject({ recall: 0, selectionRate: 0, rocAuc: 0.5 });
  });

  const namesOf = (value: (row: number) => number): [string, number][] =>
    groupFigures(
      { kind: 'number', name: 'n', values: Float64Array.from({ length: 200 }, (_, row) => value(row)) },
      new Float64Array(200).fill(0.4),
      new Uint8Array(200),
      0.5,
    ).map(({ group, count }) => [group, count]);

  it('takes numbers of few values one by one, and keeps a frequent one apart', () => {
    expect(namesOf((row) => Number(row % 5 === 0))).toEqual([
      ['0', 160],
      ['1', 40],
    ]);
    expect(namesOf((row) => (row < 150 ? 0 : row))[0]).toEqual(['0', 150]);
    expect(namesOf(() => NaN)).toEqual([['missing', 200]]);
  });

  it('makes no gap of one customer', () => {
    // All customers who left but one are in A.
    const moved = target.map((label, row) => (row > 40 && row < 60 ? 0 : label));
    const groups = groupFigures(column, scores, moved, 0.5);
    expect(groups.map(({ recall }) => recall)).toEqual([0.8, 1]);
    expect(largestGaps(groups).recall).toBeNull();
    expect(largestGaps(groups).falsePositiveRate).not.toBeNull();
  });
});
