import { describe, expect, it } from 'vitest';
import type { Table } from '../../../src/ml/data/table.ts';
import { withCovers } from '../../../src/ml/tree/cover.ts';
import { addRoot, addSplit, createTreeWriter, finishTrees } from '../../../src/ml/tree/predict.ts';

/** A tree that splits one number at 10, and what is below it at 5. */
const bins = [{ kind: 'number', name: 'x', edges: Float64Array.of(5, 10) }] as const;
const trees = (() => {
  const writer = createTreeWriter();
  const left = addSplit(writer, addRoot(writer), { feature: 0, low: 1, high: 2, set: null });
  addSplit(writer, left, { feature: 0, low: 1, high: 1, set: null });
  writer.value.fill(0, 0, 5);
  writer.cover.fill(1, 0, 5);
  return finishTrees(writer, 1);
})();
const tableOf = (values: Float64Array): Table => ({
  rowCount: values.length,
  columns: [{ kind: 'number', name: 'x', values }],
});

describe('covers from rows', () => {
  it('are the rows that reach each node; a parent has those of its children', () => {
    const { cover } = withCovers(bins, trees, tableOf(Float64Array.of(1, 2, 7, 12, 20, 30)));
    expect([...cover]).toEqual([6, 3, 3, 2, 1]);
  });

  it('are above 0 where no row comes', () => {
    const { cover } = withCovers(bins, trees, tableOf(Float64Array.of(1, 2)));
    expect(cover[2]).toBeGreaterThan(0);
    expect(cover[0]).toBeCloseTo(2, 4);
  });

  it('come from an even sample of many rows', () => {
    const { cover } = withCovers(
      bins,
      trees,
      tableOf(Float64Array.from({ length: 60_001 }, (_, i) => i % 17)),
    );
    expect(cover[0]).toBeLessThanOrEqual(20_000);
    expect(cover[1]! / cover[0]!).toBeCloseTo(10 / 17, 3);
  });
});
