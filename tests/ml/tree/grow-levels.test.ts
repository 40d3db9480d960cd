/** Symmetric trees, beside a slow implementation of their definition. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import { binColumns, binRows, fitBins, type FeatureBins } from '../../../src/ml/tree/bins.ts';
import { boosting } from '../../../src/ml/tree/boosting.ts';
import { createGrowContext, type GrowParams } from '../../../src/ml/tree/context.ts';
import { growByLevels } from '../../../src/ml/tree/grow-levels.ts';
import { writeCovers } from '../../../src/ml/tree/grow.ts';
import { addTreeValues, createTreeWriter, finishTrees } from '../../../src/ml/tree/predict.ts';
import { sampleData, spoil } from './sample-tables.ts';

const rowCount = 300;
const params: GrowParams = {
  maxLeaves: 2,
  maxDepth: 4,
  featuresPerNode: Infinity,
  monotone: null,
  l2: 1.5,
  minLeafWeight: 8,
  minGain: 0,
  categorySmoothing: 2,
  categoryL2: 5,
  minLevelWeight: 1,
};

/** The numbers column and category column of the samples in turn, with missing cells, and a gradient without ties. */
function sample(seed: number) {
  const { table, target } = sampleData(rowCount, 5, seed);
  const bins = fitBins(table, 12);
  const columns = binColumns(bins, table);
  const random = createRandom(seed);
  const gradient = Float64Array.from(target, (label) => label - 0.4 + 0.3 * random.normal());
  return { table, bins, columns, gradient };
}

function grow({ table, bins, columns, gradient }: ReturnType<typeof sample>) {
  const writer = createTreeWriter();
  const rows = Int32Array.from({ length: rowCount }, (_, row) => row);
  const task = {
    rows,
    features: Int32Array.from(bins.keys()),
    gradient,
    curvature: new Float64Array(rowCount).fill(1),
  };
  const leaves = growByLevels(params, createGrowContext(bins, columns), task, writer);
  writeCovers(writer, leaves, rows, null);
  const trees = finishTrees(writer, bins.length);
  const values = new Float64Array(rowCount);
  addTreeValues(trees, binRows(bins, table, 0, rowCount), values);
  return { trees, leaves, values };
}

const sumOf = (rows: readonly number[], gradient: Float64Array) =>
  rows.reduce((sum, row) => sum + gradient[row]!, 0);
const scoreOf = (rows: readonly number[], gradient: Float64Array, l2: number) =>
  sumOf(rows, gradient) ** 2 / (rows.length + l2);

/** All ways to divide the rows by one feature: the bins that go left. */
function waysToDivide(feature: FeatureBins, column: Uint8Array, gradient: Float64Array): Set<number>[] {
  const present = [...new Set(column)].sort((a, b) => a - b);
  const prefixes = (order: readonly number[]) =>
    order.slice(1).map((_, count) => new Set(order.slice(0, count + 1)));
  if (feature.kind === 'number') {
    const values = present.filter((bin) => bin > 0);
    return present.includes(0)
      ? [...prefixes([0, ...values]), ...prefixes([...values, 0])]
      : prefixes(values);
  }
  const prior = params.categorySmoothing * (sumOf([...gradient.keys()], gradient) / rowCount);
  const rate = (bin: number) => {
    const rows = [...column.keys()].filter((row) => column[row] === bin);
    return (sumOf(rows, gradient) + prior) / (rows.length + params.categorySmoothing);
  };
  return prefixes(present.sort((a, b) => rate(a) - rate(b)));
}

/** The value of every row, worked out from the rows alone. */
function slowly({ bins, columns, gradient }: ReturnType<typeof sample>): Float64Array {
  let leaves = [Array.from({ length: rowCount }, (_, row) => row)];
  for (let depth = 0; depth < params.maxDepth; depth++) {
    const ways = bins.flatMap((feature, f) => {
      const many = feature.kind === 'category' && new Set(columns[f]).size > 4;
      const l2 = params.l2 + (many ? params.categoryL2 : 0);
      return waysToDivide(feature, columns[f]!, gradient).map((left) => ({ f, left, l2 }));
    });
    const divide = ({ f, left }: (typeof ways)[number], rows: number[]): number[][] => {
      const sides = [true, false].map((side) => rows.filter((row) => left.has(columns[f]![row]!) === side));
      return sides.every((own) => own.length >= params.minLeafWeight) ? sides : [rows];
    };
    const gainOf = (way: (typeof ways)[number]): number =>
      leaves.reduce((sum, rows) => {
        const sides = divide(way, rows);
        if (sides.length === 1) return sum;
        return (
          sum +
          sides.reduce((own, side) => own + scoreOf(side, gradient, way.l2), 0) -
          scoreOf(rows, gradient, params.l2)
        );
      }, 0);
    const best = ways.reduce((a, b) => (gainOf(b) > gainOf(a) + 1e-9 ? b : a));
    if (gainOf(best) <= 1e-9) break;
    leaves = leaves.flatMap((rows) => divide(best, rows));
  }
  const values = new Float64Array(rowCount);
  for (const rows of leaves)
    for (const row of rows) values[row] = sumOf(rows, gradient) / (rows.length + params.l2);
  return values;
}

describe('a symmetric tree', () => {
  it.each([1, 2, 3, 4])('is the one that the definition gives (sample %i)', (seed) => {
    const data = sample(seed);
    const { values } = grow(data);
    slowly(data).forEach((expected, row) => {
      expect(values[row]).toBeCloseTo(expected, 9);
    });
  });

  it('has as many different splits as levels, and no leaf with fewer rows than allowed', () => {
    const { trees, leaves } = grow(sample(5));
    const nodes = [...trees.feature.keys()].filter((node) => trees.feature[node]! >= 0);
    const splits = nodes.map((node) => {
      const set = trees.set[node]! * 8;
      const levels = set < 0 ? '' : trees.sets.subarray(set, set + 8).join();
      return [trees.feature[node], trees.low[node], trees.high[node], levels].join();
    });
    expect(new Set(splits).size).toBe(params.maxDepth);
    expect(leaves.length).toBeGreaterThan(params.maxDepth + 1);
    expect(Math.min(...leaves.map(({ start, end }) => end - start))).toBeGreaterThanOrEqual(8);
  });
});

describe('boosting by level', () => {
  const data = sampleData(600, 6, 1);
  const byLevel = { ...boosting.defaults, growth: 'level', maxDepth: 3, trees: 20 } as const;

  it('learns, and gives exact reasons for missing, unseen and large values too', () => {
    const model = boosting.fit(byLevel, data, createRandom(1));
    expect(model.trees.roots).toHaveLength(21);
    const { probabilities, explanation } = boosting.score(model, spoil(data.table));
    expect(Math.max(...probabilities) - Math.min(...probabilities)).toBeGreaterThan(0.3);
    probabilities.forEach((probability, row) => {
      const own = explanation.contributions.subarray(6 * row, 6 * row + 6);
      expect(own.reduce((sum, part) => sum + part, explanation.base)).toBeCloseTo(probability, 10);
    });
  });

  it('refuses monotone constraints and trees that are too deep', () => {
    const name = data.table.columns[0]!.name;
    const fit = (change: object) => () => boosting.fit({ ...byLevel, ...change }, data, createRandom(1));
    expect(fit({ monotone: { [name]: 1 } })).toThrow('monotone needs trees that grow by leaf');
    expect(fit({ maxDepth: 11 })).toThrow(RangeError);
  });
});
