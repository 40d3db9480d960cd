import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import type { OpenLeaf, TreeTask } from '../../../src/ml/tree/context.ts';
import { drawSplit, type BinnedFeature } from '../../../src/ml/tree/random-split.ts';
import type { Split } from '../../../src/ml/tree/split.ts';

const params = {
  l2: 0,
  minLeafWeight: 1,
  minGain: 0,
  categorySmoothing: 0,
  categoryL2: 0,
  minLevelWeight: 0,
};
const bins = Uint8Array.of(3, 3, 5, 5, 9, 9, 0, 0);
const labels = Float64Array.of(0, 0, 0, 1, 1, 1, 1, 0);
const task: TreeTask = {
  rows: Int32Array.from(bins.keys()),
  features: Int32Array.of(0),
  gradient: labels,
  curvature: new Float64Array(8).fill(1),
};
const leafOf = (start: number, end: number): OpenLeaf => ({
  node: 0,
  start,
  end,
  depth: 0,
  sums: {
    gradient: labels.subarray(start, end).reduce((sum, label) => sum + label, 0),
    curvature: end - start,
    lowest: -Infinity,
    highest: Infinity,
  },
  split: null,
  histogram: null,
});
const feature = (isOrdered: boolean): BinnedFeature => ({ place: 0, column: bins, bins: 12, isOrdered });
const draw = (isOrdered: boolean, leaf = leafOf(0, 8), count = 200): (Split | null)[] =>
  Array.from({ length: count }, (_, seed) =>
    drawSplit(params, task, leaf, feature(isOrdered), createRandom(seed)),
  );
/** The sums of the rows that a split sends left. */
const leftOf = ({ low, high, set }: Split): [number, number] => {
  const isLeft = (bin: number) =>
    set === null ? bin >= low && bin <= high : ((set[bin >>> 5]! >>> (bin & 31)) & 1) === 1;
  const rows = [...bins.keys()].filter((row) => isLeft(bins[row]!));
  return [rows.reduce((sum, row) => sum + labels[row]!, 0), rows.length];
};

describe('a split drawn at random', () => {
  it('cuts a number anywhere between the least and the greatest value of the node', () => {
    const cuts = draw(true).filter((split) => split !== null);
    expect([...new Set(cuts.map(({ high }) => high))].sort()).toEqual([3, 4, 5, 6, 7, 8]);
    expect(new Set(cuts.map(({ low }) => low))).toEqual(new Set([0, 1]));
  });

  it('sends every set of levels left, but neither none nor all', () => {
    const sets = draw(false).filter((split) => split !== null);
    const counts = sets.map((split) => leftOf(split)[1]);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...counts)).toBeLessThanOrEqual(6);
    // Four groups, those without a value among them, have 14 such sets, of which 6 gain nothing.
    expect(new Set(sets.map(({ set }) => set![0]! & 0b1000101001)).size).toBe(8);
  });

  it('knows the sums of what goes left, and what that gains', () => {
    for (const split of [...draw(true), ...draw(false)]) {
      if (split === null) continue;
      const [g, h] = leftOf(split);
      expect([split.leftGradient, split.leftCurvature]).toEqual([g, h]);
      expect(split.gain).toBeCloseTo(g ** 2 / h + (4 - g) ** 2 / (8 - h) - 4 ** 2 / 8, 12);
      expect(split.gain).toBeGreaterThan(0);
    }
  });

  it('keeps a better split, and finds none in a node of one value or of too little weight', () => {
    const better = { ...draw(true).find((split) => split !== null)!, gain: 10 };
    expect(new Set(draw(true, { ...leafOf(0, 8), split: better }))).toEqual(new Set([better]));
    for (const isOrdered of [true, false])
      expect(new Set(draw(isOrdered, leafOf(0, 2)))).toEqual(new Set([null]));
    const heavy = { ...params, minLeafWeight: 5 };
    expect(drawSplit(heavy, task, leafOf(0, 8), feature(true), createRandom(1))).toBeNull();
  });
});
