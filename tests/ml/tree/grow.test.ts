import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import type { Table } from '../../../src/ml/data/table.ts';
import { binColumns, binRows, fitBins } from '../../../src/ml/tree/bins.ts';
import { createGrowContext, type GrowParams } from '../../../src/ml/tree/context.ts';
import { growTree, writeCovers } from '../../../src/ml/tree/grow.ts';
import {
  addTreeValues,
  createTreeWriter,
  finishTrees,
  joinTrees,
  leafOf,
} from '../../../src/ml/tree/predict.ts';
import { categoryColumn, labelsOf, numberColumn, sampleData } from './sample-tables.ts';

const params: GrowParams = {
  maxLeaves: Infinity,
  maxDepth: Infinity,
  featuresPerNode: Infinity,
  monotone: null,
  l2: 0,
  minLeafWeight: 1,
  minGain: 0,
  categorySmoothing: 0,
  categoryL2: 0,
  minLevelWeight: 0,
};

function grow(table: Table, target: Uint8Array, change: Partial<GrowParams> = {}) {
  const bins = fitBins(table);
  const writer = createTreeWriter();
  const rows = Int32Array.from(target.keys());
  const task = {
    rows,
    features: Int32Array.from(bins.keys()),
    gradient: Float64Array.from(target),
    curvature: new Float64Array(target.length).fill(1),
  };
  const context = createGrowContext(bins, binColumns(bins, table));
  const leaves = growTree({ ...params, ...change }, context, task, writer, createRandom(1));
  writeCovers(writer, leaves, rows, null);
  return { trees: finishTrees(writer, bins.length), leaves, rows, bins };
}

describe('a tree on ten rows', () => {
  // x: 1 1 1 2 2 2 3 3 3 3, y: 0 0 0 1 1 1 0 0 0 0, so: x < 2.5 first, then x < 1.5.
  const table = { rowCount: 10, columns: [numberColumn('x', [1, 1, 1, 2, 2, 2, 3, 3, 3, 3])] };
  const { trees, leaves } = grow(table, labelsOf('0001110000'));

  it('is the one worked out by hand', () => {
    expect(Array.from(trees.feature)).toEqual([0, 0, -1, -1, -1]);
    expect(Array.from(trees.high.subarray(0, 2))).toEqual([2, 1]);
    expect(Array.from(trees.left.subarray(0, 2))).toEqual([1, 3]);
    expect(Array.from(trees.cover)).toEqual([10, 6, 4, 3, 3]);
    expect(Array.from(trees.value.subarray(2))).toEqual([0, 0, 1]);
    expect(leaves).toHaveLength(3);
  });

  it('stops at the largest number of leaves and at the greatest depth', () => {
    expect(grow(table, labelsOf('0001110000'), { maxLeaves: 2 }).leaves).toHaveLength(2);
    expect(grow(table, labelsOf('0001110000'), { maxDepth: 1 }).leaves).toHaveLength(2);
  });

  it('is a single leaf when nothing can be split', () => {
    const single = grow(table, labelsOf('1111111111')).trees;
    expect(Array.from(single.feature)).toEqual([-1]);
    expect(single.value[0]).toBe(1);
  });
});

describe('a large tree', () => {
  const { table, target } = sampleData(3000, 7, 1);

  it('puts every row in the leaf it later finds, and counts it there', () => {
    const { trees, leaves, rows, bins } = grow(table, target, { minLeafWeight: 5 });
    const binned = binRows(bins, table, 0, 3000);
    for (const leaf of leaves) {
      expect(trees.cover[leaf.node]).toBe(leaf.end - leaf.start);
      expect(leaf.end - leaf.start).toBeGreaterThanOrEqual(5);
      for (const row of rows.subarray(leaf.start, leaf.end))
        expect(leafOf(trees, 0, binned, row * 7)).toBe(leaf.node);
    }
    expect(trees.cover[0]).toBe(3000);
  });

  it('is the same whether histograms are subtracted or counted anew', () => {
    const subtracted = grow(table, target, { maxLeaves: 20 }).trees;
    // One feature more than there are asks for a draw at every node, of all features.
    const counted = grow(table, target, { maxLeaves: 20, featuresPerNode: 6.5 }).trees;
    expect(counted.roots[1]).toBe(subtracted.roots[1]);
    const bins = fitBins(table);
    const [a, b] = [new Float64Array(3000), new Float64Array(3000)];
    addTreeValues(subtracted, binRows(bins, table, 0, 3000), a);
    addTreeValues(counted, binRows(bins, table, 0, 3000), b);
    expect(a).toEqual(b);
  });
});

it('trees put one after the other add up', () => {
  const table = { rowCount: 4, columns: [categoryColumn('c', ['a', 'b'], [0, 0, 1, 1])] };
  const one = grow(table, labelsOf('0011'));
  const joined = joinTrees([one.trees, one.trees, one.trees], 1);
  const sums = new Float64Array(4);
  addTreeValues(joined, binRows(one.bins, table, 0, 4), sums);
  expect(Array.from(sums)).toEqual([0, 0, 3, 3]);
});
