import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import { binColumns, binRows, fitBins } from '../../../src/ml/tree/bins.ts';
import { createGrowContext } from '../../../src/ml/tree/context.ts';
import { growTree, writeCovers } from '../../../src/ml/tree/grow.ts';
import {
  addTreeValues,
  createTreeWriter,
  finishTrees,
  goesLeft,
  joinTrees,
  type Trees,
} from '../../../src/ml/tree/predict.ts';
import { gaussLegendre } from '../../../src/ml/tree/quadrature.ts';
import { addScores, planTrees } from '../../../src/ml/tree/score-trees.ts';
import { addShap, planShap } from '../../../src/ml/tree/shap.ts';
import { chain, sampleData, spoil } from './sample-tables.ts';

/** Lundberg et al. (2020), Algorithm 1: what a tree is worth when only `known` features are known. */
function coalitionValue(trees: Trees, node: number, row: Uint8Array, known: number): number {
  const feature = trees.feature[node]!;
  if (feature < 0) return trees.value[node]!;
  const left = trees.left[node]!;
  if ((known >> feature) & 1)
    return coalitionValue(trees, goesLeft(trees, node, row[feature]!) ? left : left + 1, row, known);
  const share = trees.cover[left]! / trees.cover[node]!;
  return (
    share * coalitionValue(trees, left, row, known) +
    (1 - share) * coalitionValue(trees, left + 1, row, known)
  );
}

/** The definition: every feature's mean marginal worth over all orders. */
function shapleyValues(trees: Trees, row: Uint8Array): Float64Array {
  const n = trees.featureCount;
  const factorial = (k: number): number => (k < 2 ? 1 : k * factorial(k - 1));
  const worth = (known: number): number =>
    Array.from(trees.roots.subarray(0, -1)).reduce(
      (sum, root) => sum + coalitionValue(trees, root, row, known),
      0,
    );
  const worths = Array.from({ length: 1 << n }, (_, known) => worth(known));
  return Float64Array.from({ length: n }, (_, i) => {
    let sum = 0;
    for (let known = 0; known < 1 << n; known++) {
      if ((known >> i) & 1) continue;
      const size = known.toString(2).replaceAll('0', '').length;
      sum +=
        (factorial(size) * factorial(n - size - 1) * (worths[known | (1 << i)]! - worths[known]!)) /
        factorial(n);
    }
    return sum;
  });
}

function growSample(seed: number, columnCount: number, treeCount: number) {
  const { table, target } = sampleData(400, columnCount, seed);
  const bins = fitBins(table, 32);
  const context = createGrowContext(bins, binColumns(bins, table));
  const curvature = new Float64Array(400).fill(1);
  const parts = Array.from({ length: treeCount }, (_, t) => {
    const writer = createTreeWriter();
    const rows = Int32Array.from({ length: 300 }, (_, i) => i + 20 * t);
    const features = Int32Array.from(bins.keys());
    const params = {
      maxLeaves: 30,
      maxDepth: 12,
      featuresPerNode: 2,
      monotone: null,
      l2: 0,
      minLeafWeight: 3,
      minGain: 0,
      categorySmoothing: 1,
      categoryL2: 0,
      minLevelWeight: 2,
    };
    const task = { rows, features, gradient: Float64Array.from(target), curvature };
    writeCovers(writer, growTree(params, context, task, writer, createRandom(seed + t)), rows, null);
    return finishTrees(writer, columnCount);
  });
  return { table, bins, trees: joinTrees(parts, columnCount) };
}

describe('tree SHAP', () => {
  it('agrees with the definition of Shapley values on trees that use features again and again', () => {
    for (const [seed, columnCount] of [
      [1, 3],
      [2, 5],
      [3, 8],
    ] as const) {
      const { table, bins, trees } = growSample(seed, columnCount, 2);
      const rows = binRows(bins, spoil(table), 0, 12);
      const found = new Float64Array(12 * columnCount);
      addShap(planShap(trees), rows, found);
      const looked = new Float64Array(12 * columnCount);
      addScores(planTrees(trees), rows, looked, new Float64Array(12));
      for (let i = 0; i < 12; i++) {
        const expected = shapleyValues(trees, rows.subarray(i * columnCount, (i + 1) * columnCount));
        for (let j = 0; j < columnCount; j++) {
          expect(found[i * columnCount + j]).toBeCloseTo(expected[j]!, 12);
          expect(looked[i * columnCount + j]).toBeCloseTo(expected[j]!, 12);
        }
      }
    }
  });

  it('agrees with it where the way to a leaf has more features than one pass of quadrature serves', () => {
    const trees = chain(11);
    const random = createRandom(2);
    const rows = Uint8Array.from({ length: 4 * 11 }, () => random.below(5));
    const found = new Float64Array(rows.length);
    addShap(planShap(trees), rows, found);
    for (let i = 0; i < rows.length; i += 11)
      shapleyValues(trees, rows.subarray(i, i + 11)).forEach((expected, j) => {
        expect(found[i + j]).toBeCloseTo(expected, 12);
      });
  });

  it('adds up to the prediction less the base', () => {
    const { table, bins, trees } = growSample(9, 12, 5);
    const rows = binRows(bins, table, 0, 400);
    const plan = planShap(trees);
    const contributions = new Float64Array(400 * 12);
    addShap(plan, rows, contributions);
    const sums = new Float64Array(400);
    addTreeValues(trees, rows, sums);
    for (let i = 0; i < 400; i++) {
      const total = contributions.subarray(12 * i, 12 * i + 12).reduce((sum, part) => sum + part, plan.base);
      expect(total).toBeCloseTo(sums[i]!, 12);
    }
  });

  it('gives nothing to a tree without splits, and refuses a node without cover', () => {
    const { trees } = growSample(4, 3, 1);
    const leaf: Trees = {
      ...trees,
      roots: Int32Array.of(0, 1),
      feature: Int32Array.of(-1),
      value: Float64Array.of(7),
    };
    const out = new Float64Array(3);
    const plan = planShap(leaf);
    addShap(plan, Uint8Array.of(1, 1, 1), out);
    expect(plan.base).toBe(7);
    expect(Array.from(out)).toEqual([0, 0, 0]);
    expect(() => planShap({ ...trees, cover: new Float64Array(trees.cover.length) })).toThrow(RangeError);
  });
});

describe('Gauss–Legendre quadrature', () => {
  it('has the textbook points', () => {
    expect(gaussLegendre(1).nodes[0]).toBeCloseTo(0.5, 15);
    expect(gaussLegendre(2).nodes[0]).toBeCloseTo(0.5 - 0.5 / Math.sqrt(3), 15);
    expect(gaussLegendre(3).weights[1]).toBeCloseTo(4 / 9, 15);
  });

  it('integrates x^(2n − 1) exactly', () => {
    for (const n of [1, 4, 9, 30]) {
      const { nodes, weights } = gaussLegendre(n);
      const integral = nodes.reduce((sum, x, k) => sum + weights[k]! * x ** (2 * n - 1), 0);
      expect(integral).toBeCloseTo(1 / (2 * n), 13);
    }
  });
});
