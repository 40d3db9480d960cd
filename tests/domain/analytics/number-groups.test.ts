import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gridOf, groupNames, roundEdges } from '../../../src/domain/analytics/number-groups.ts';

type Range = Parameters<typeof gridOf>[0];

function edgesOf(values: readonly number[], range: Range, groups = 6): number[] {
  const counts = new Map<number, number>();
  for (const value of values) {
    const cell = gridOf(range)(value);
    counts.set(cell, (counts.get(cell) ?? 0) + 1);
  }
  const cells = [...counts].map(([from, count]) => ({ from, count })).sort((a, b) => a.from - b.from);
  return roundEdges(cells, groups);
}

const countsBetween = (edges: readonly number[], values: readonly number[]): number[] =>
  [...edges, Infinity].map(
    (to, i) => values.filter((value) => value >= (edges[i - 1] ?? -Infinity) && value < to).length,
  );

describe('groups of a number', () => {
  it('hold about as many customers each where a few pay a hundred times what most do', () => {
    const values = Array.from({ length: 3_000 }, (_, i) => Math.round(800 * Math.exp(i / 333 - 4)) / 100);
    const edges = edgesOf(values, { min: 0.14, max: 1_187, integer: false });
    expect(edges).toHaveLength(5);
    for (const count of countsBetween(edges, values)) {
      expect(count).toBeGreaterThan(350);
      expect(count).toBeLessThan(650);
    }
    for (const edge of edges) expect(String(edge).replace(/[.0]/g, '').length).toBeLessThanOrEqual(2);
  });

  it('are the values themselves where there are few', () => {
    const values = [1, 1, 2, 2, 2, 3, 4, 4];
    expect(edgesOf(values, { min: 1, max: 4, integer: true })).toEqual([2, 3, 4]);
    expect(edgesOf([7, 7], { min: 7, max: 7, integer: true })).toEqual([]);
    expect(edgesOf([], { min: 0, max: 1, integer: true })).toEqual([]);
  });

  it('of one whole number are called by it', () => {
    const cells = [0, 1, 2, 3, 9].map((from) => ({ from, count: 10 }));
    const whole = { min: 0, max: 9, integer: true };
    expect(groupNames(cells, [1, 2, 3], whole)).toEqual(['0', '1', '2', '3 or more']);
    expect(groupNames(cells.slice(0, 3), [1, 2], whole)).toEqual(['0', '1', '2']);
    expect(groupNames([{ from: 1_010, count: 5 }, ...cells.slice(0, 1)], [1_010], whole)[1]).toBe(
      '1,010 or more',
    );
    expect(groupNames(cells, [2], { ...whole, integer: false })).toEqual(['under 2', '2 or more']);
  });

  it('tell years and values that lie close together apart', () => {
    const years = Array.from({ length: 700 }, (_, i) => 2019 + (i % 7));
    expect(edgesOf(years, { min: 2019, max: 2025, integer: true }, 7)).toEqual([
      2020, 2021, 2022, 2023, 2024, 2025,
    ]);
    const scores = Array.from({ length: 600 }, (_, i) => 0.99 + i * 1e-7);
    expect(edgesOf(scores, { min: 0.99, max: 0.99006, integer: false }).length).toBeGreaterThan(3);
  });

  it('keep a value that most customers have in one group', () => {
    const values = [...Array.from({ length: 700 }, () => 0), ...Array.from({ length: 300 }, (_, i) => 3 + i)];
    const edges = edgesOf(values, { min: 0, max: 302, integer: true });
    expect(countsBetween(edges, values)[0]).toBe(700);
    expect(edges.length).toBeGreaterThanOrEqual(2);
  });

  it('never cut a cell: the list behind a bar, by value, finds whom the bar counted', () => {
    const value = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e15, max: 1e15 }),
      fc.integer({ min: -100_000, max: 100_000 }).map((cents) => cents / 100),
    );
    const range = fc.constantFrom<Range>(
      { min: 0, max: 1, integer: false },
      { min: -500, max: 500, integer: false },
      { min: 0, max: 72, integer: true },
      { min: 5, max: 5, integer: false },
    );
    fc.assert(
      fc.property(value, value, range, (a, b, within) => {
        const [cellA, cellB] = [gridOf(within)(a), gridOf(within)(b)];
        expect(cellA).toBeLessThanOrEqual(a);
        if (a >= cellB) expect(cellA).toBeGreaterThanOrEqual(cellB);
        else expect(cellA).toBeLessThan(cellB);
      }),
      {
        numRuns: 2_000,
        examples: [[999_999_999_999_998, 999_999_999_999_100, { min: 0, max: 1, integer: false }]],
      },
    );
  });
});
