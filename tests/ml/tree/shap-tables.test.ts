import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import { binColumns, binRows, fitBins, type FeatureBins } from '../../../src/ml/tree/bins.ts';
import { createGrowContext } from '../../../src/ml/tree/context.ts';
import { growTree, writeCovers } from '../../../src/ml/tree/grow.ts';
import {
  addTreeValues,
  createTreeWriter,
  finishTrees,
  joinTrees,
  type Trees,
} from '../../../src/ml/tree/predict.ts';
import { addScores, planTrees } from '../../../src/ml/tree/score-trees.ts';
import { shapTables, type ShapTable } from '../../../src/ml/tree/shap-tables.ts';
import { addShap, planShap } from '../../../src/ml/tree/shap.ts';
import { chain, sampleData, spoil } from './sample-tables.ts';

/** Trees on 600 rows, with some leaves worth nothing. */
function growSample(seed: number, columnCount: number, maxLeaves: number, treeCount = 3) {
  const { table, target } = sampleData(600, columnCount, seed);
  const bins = fitBins(table, 60);
  const context = createGrowContext(bins, binColumns(bins, table));
  const parts = Array.from({ length: treeCount }, (_, t) => {
    const random = createRandom(seed + t);
    const writer = createTreeWriter();
    const rows = Int32Array.from({ length: 500 }, (_, i) => i + 30 * t);
    const task = {
      rows,
      features: Int32Array.from(bins.keys()),
      gradient: Float64Array.from(target),
      curvature: new Float64Array(600).fill(1),
    };
    const leaves = growTree({ ...growing, maxLeaves }, context, task, writer, random);
    for (const { node } of leaves) writer.value[node] = random.next() < 0.1 ? 0 : random.normal();
    writeCovers(writer, leaves, rows, null);
    return finishTrees(writer, columnCount);
  });
  return { table, bins, trees: joinTrees(parts, columnCount) };
}

const growing = {
  maxDepth: 30,
  featuresPerNode: 2,
  monotone: null,
  l2: 0,
  minLeafWeight: 2,
  minGain: 0,
  categorySmoothing: 1,
  categoryL2: 0,
  minLevelWeight: 2,
};

function scored(trees: Trees, bins: readonly FeatureBins[], rows: Uint8Array, room?: number) {
  const contributions = new Float64Array(rows.length);
  const sums = new Float64Array(rows.length / bins.length).fill(0.1);
  const plan = planTrees(trees, room);
  addScores(plan, rows, contributions, sums);
  return { contributions, sums, base: plan.base };
}

function byQuadrature(trees: Trees, rows: Uint8Array): Float64Array {
  const out = new Float64Array(rows.length);
  addShap(planShap(trees), rows, out);
  return out;
}

describe('tables of SHAP values', () => {
  it('say what quadrature says, whatever the trees and the cells', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 2, max: 14 }),
        fc.integer({ min: 2, max: 60 }),
        (seed, columnCount, maxLeaves) => {
          const { table, bins, trees } = growSample(seed, columnCount, maxLeaves);
          const rows = binRows(bins, spoil(table), 0, 60);
          const { contributions, sums } = scored(trees, bins, rows);
          const expected = byQuadrature(trees, rows);
          contributions.forEach((found, i) => {
            expect(Math.abs(found - expected[i]!)).toBeLessThan(1e-12);
          });
          const values = new Float64Array(60).fill(0.1);
          addTreeValues(trees, rows, values);
          expect(sums).toEqual(values);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('are one for a small tree, with an entry for each way its splits can turn out', () => {
    const { trees } = growSample(3, 5, 8, 1);
    const tables = shapTables(trees, 0);
    expect(tables).toHaveLength(1);
    const [{ entries, features }] = tables as [ShapTable];
    expect(entries.length / (1 + features.length)).toBeLessThanOrEqual(2 ** 7);
  });

  it('are several for a large tree, none of them large', () => {
    const { trees } = growSample(3, 12, 60, 1);
    const tables = shapTables(trees, 0)!;
    expect(tables.length).toBeGreaterThan(3);
    for (const { entries } of tables) expect(entries.length).toBeLessThan(65_536);
  });

  it('are none for a tree with too many features on the way to a leaf', () => {
    const trees = chain(14);
    expect(shapTables(chain(10), 0)).not.toBeNull();
    expect(shapTables(trees, 0)).toBeNull();
    const rows = Uint8Array.from({ length: 14 * 20 }, (_, i) => (i * i) % 5);
    const contributions = new Float64Array(rows.length);
    addScores(planTrees(trees), rows, contributions, new Float64Array(20));
    expect(contributions).toEqual(byQuadrature(trees, rows));
  });

  it('leave what there is no room for to quadrature', () => {
    const { table, bins, trees } = growSample(5, 9, 40, 4);
    const rows = binRows(bins, table, 0, 100);
    const [none, some, all] = [0, 5_000, undefined].map((room) => scored(trees, bins, rows, room));
    expect(planTrees(trees, 0).parts.every((part) => !('entries' in part))).toBe(true);
    for (const { contributions, sums, base } of [none!, some!]) {
      expect(sums).toEqual(all!.sums);
      expect(base).toBe(all!.base);
      contributions.forEach((found, i) => {
        expect(Math.abs(found - all!.contributions[i]!)).toBeLessThan(1e-12);
      });
    }
  });

  it('are one entry for a tree without splits', () => {
    const { trees } = growSample(4, 3, 4, 1);
    const leaf: Trees = {
      ...trees,
      roots: Int32Array.of(0, 1),
      feature: Int32Array.of(-1),
      value: Float64Array.of(7),
    };
    const sums = new Float64Array(1);
    const out = new Float64Array(3);
    addScores(planTrees(leaf), Uint8Array.of(1, 1, 1), out, sums);
    expect(sums[0]).toBe(7);
    expect(Array.from(out)).toEqual([0, 0, 0]);
  });

  it('refuse a node without cover', () => {
    const { trees } = growSample(4, 3, 4, 1);
    expect(() => planTrees({ ...trees, cover: new Float64Array(trees.cover.length) })).toThrow(RangeError);
  });
});
