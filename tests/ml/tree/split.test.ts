import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import {
  bestCategorySplit,
  bestNumberSplit,
  type NodeSums,
  type SplitParams,
} from '../../../src/ml/tree/split.ts';

const params: SplitParams = {
  l2: 0,
  minLeafWeight: 1,
  minGain: 0,
  categorySmoothing: 0,
  categoryL2: 0,
  minLevelWeight: 0,
};

/** [gradient, curvature] of each bin, bin 0 first, and their totals. */
function histogramOf(bins: readonly (readonly [number, number])[]): {
  histogram: Float64Array;
  node: NodeSums;
} {
  return {
    histogram: Float64Array.from(bins.flat()),
    node: {
      gradient: bins.reduce((sum, bin) => sum + bin[0], 0),
      curvature: bins.reduce((sum, bin) => sum + bin[1], 0),
      lowest: -Infinity,
      highest: Infinity,
    },
  };
}

const numberSplit = (bins: readonly (readonly [number, number])[], direction = 0, p = params) => {
  const { histogram, node } = histogramOf(bins);
  return bestNumberSplit(p, histogram, 0, bins.length, 3, node, direction, null);
};
const categorySplit = (bins: readonly (readonly [number, number])[], p = params) => {
  const { histogram, node } = histogramOf(bins);
  return bestCategorySplit(p, histogram, 0, bins.length, 3, node, null);
};
const binsIn = (set: Uint32Array | null): number[] =>
  Array.from({ length: 256 }, (_, bin) => bin).filter((bin) => ((set![bin >>> 5]! >>> (bin & 31)) & 1) === 1);

describe('a split on a number', () => {
  it('is the one worked out by hand for ten rows', () => {
    // Bins 1 to 5 with 2 rows each, of whom left 0 0 1 2 2: best after bin 2, left 0 of 4, right 5 of 6.
    // Gain 0²/4 + 5²/6 − 5²/10 = 25/6 − 2.5 = 1.6667; after bin 3: 1/6 + 16/4 − 2.5 = 1.6667 too, the first stays.
    const split = numberSplit([
      [0, 0],
      [0, 2],
      [0, 2],
      [1, 2],
      [2, 2],
      [2, 2],
    ])!;
    expect(split).toMatchObject({ feature: 3, low: 1, high: 2, leftGradient: 0, leftCurvature: 4 });
    expect(split.gain).toBeCloseTo(25 / 6 - 2.5, 12);
  });

  it('learns which way rows without a value go', () => {
    expect(
      numberSplit([
        [0, 5],
        [0, 5],
        [5, 5],
      ]),
    ).toMatchObject({ low: 0, high: 1 });
    expect(
      numberSplit([
        [5, 5],
        [0, 5],
        [5, 5],
      ]),
    ).toMatchObject({ low: 1, high: 1 });
  });

  it('sends what it has not seen with the heavier child', () => {
    expect(
      numberSplit([
        [0, 0],
        [0, 9],
        [5, 5],
      ]),
    ).toMatchObject({ low: 0 });
    expect(
      numberSplit([
        [0, 0],
        [0, 5],
        [5, 9],
      ]),
    ).toMatchObject({ low: 1 });
  });

  it('is none when leaves would be too light, when nothing is gained, or against a monotone constraint', () => {
    const rising = [
      [0, 0],
      [0, 5],
      [5, 5],
    ] as const;
    expect(numberSplit(rising, 0, { ...params, minLeafWeight: 6 })).toBeNull();
    expect(
      numberSplit([
        [0, 0],
        [1, 5],
        [1, 5],
      ]),
    ).toBeNull();
    expect(numberSplit(rising, -1)).toBeNull();
    expect(numberSplit(rising, 1)).not.toBeNull();
  });
});

describe('a split on a category', () => {
  it('puts low rates left, high rates right, and absent levels with the heavier side', () => {
    // Levels 1 to 4 with rates 1, 0, 0.9, none; level 2 alone is best. The right side is heavier.
    const split = categorySplit([
      [0, 0],
      [10, 10],
      [0, 10],
      [9, 10],
      [0, 0],
    ])!;
    expect(binsIn(split.set)).toEqual([2]);
  });

  it('takes missing as a level of its own', () => {
    expect(
      binsIn(
        categorySplit([
          [10, 10],
          [0, 10],
          [1, 10],
        ])!.set,
      ),
    ).toEqual([1, 2]);
  });

  it('pools light levels with missing ones', () => {
    const set = binsIn(
      categorySplit(
        [
          [0, 1],
          [0, 2],
          [0, 2],
          [20, 20],
          [1, 20],
        ],
        { ...params, minLevelWeight: 5 },
      )!.set,
    );
    expect(set).toEqual(expect.arrayContaining([0, 1, 2, 4]));
    expect(set).not.toContain(3);
  });
});

/** Every threshold with either side for missing values, and every partition of levels. */
function bruteForce(
  bins: readonly (readonly [number, number])[],
  kind: 'number' | 'category',
  l2: number,
): number {
  const { node } = histogramOf(bins);
  const score = (g: number, h: number): number => (g * g) / (h + l2);
  let best = 0;
  for (let side = 1; side < 1 << bins.length; side++) {
    const left = bins.map((_, bin) => ((side >> bin) & 1) === 1);
    if (kind === 'number' && left.slice(2).some((in_, i) => in_ && !left[i + 1])) continue;
    const g = bins.reduce((sum, bin, i) => sum + (left[i] ? bin[0] : 0), 0);
    const h = bins.reduce((sum, bin, i) => sum + (left[i] ? bin[1] : 0), 0);
    if (h < 1 || node.curvature - h < 1) continue;
    const gain =
      score(g, h) + score(node.gradient - g, node.curvature - h) - score(node.gradient, node.curvature);
    best = Math.max(best, gain);
  }
  return best;
}

it('finds what trying everything finds', () => {
  const random = createRandom(5);
  for (let round = 0; round < 200; round++) {
    const bins = Array.from({ length: 2 + random.below(7) }, (): [number, number] => {
      const rows = random.below(4) === 0 ? 0 : 1 + random.below(20);
      return [random.below(rows + 1), rows];
    });
    expect(numberSplit(bins)?.gain ?? 0).toBeCloseTo(bruteForce(bins, 'number', 0), 9);
    expect(categorySplit(bins)?.gain ?? 0).toBeCloseTo(bruteForce(bins, 'category', 0), 9);
  }
});
