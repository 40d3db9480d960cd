import { describe, expect, it } from 'vitest';
import { rocAuc } from '../../../src/ml/evaluation/metrics.ts';
import { forest } from '../../../src/ml/tree/forest.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { takeRows } from '../../../src/ml/data/table.ts';
import { categoryColumn, labelsOf, numberColumn, sampleData, spoil } from './sample-tables.ts';

const data = sampleData(600, 6, 1);
const params = { ...forest.defaults, trees: 20 };
const model = forest.fit(params, data, createRandom(7));

describe('a forest of one tree', () => {
  it('is the tree worked out by hand', () => {
    // Without bootstrap noise in the data itself: both values are pure, whatever rows are drawn.
    const table = {
      rowCount: 40,
      columns: [
        numberColumn(
          'x',
          Float64Array.from({ length: 40 }, (_, i) => (i < 20 ? 1 : 5)),
        ),
      ],
    };
    const target = labelsOf('0'.repeat(20) + '1'.repeat(20));
    const single = forest.fit({ ...params, trees: 1, minLeaf: 1 }, { table, target }, createRandom(1));
    expect(Array.from(single.trees.feature)).toEqual([0, -1, -1]);
    expect(Array.from(single.trees.value.subarray(1))).toEqual([0, 1]);
    expect(
      Array.from(forest.predict(single, { rowCount: 3, columns: [numberColumn('x', [2.9, 3, NaN])] })).slice(
        0,
        2,
      ),
    ).toEqual([0, 1]);
  });
});

describe('a forest', () => {
  it('learns, and its out-of-bag estimate is near the error on new rows', () => {
    const error = (p: Float64Array, y: Uint8Array): number =>
      p.reduce((sum, v, i) => sum + (v - y[i]!) ** 2, 0) / y.length;
    const large = forest.fit({ ...params, trees: 100 }, sampleData(4000, 6, 3), createRandom(1));
    const outside = error(forest.predict(large, sampleData(2000, 6, 4).table), sampleData(2000, 6, 4).target);
    expect(outside).toBeLessThan(0.2);
    expect(Math.abs(large.outOfBag!.brier - outside)).toBeLessThan(0.02);
  });

  it('gives a row the same bits in any table', () => {
    const all = forest.predict(model, data.table);
    for (const rows of [[5], [599, 5, 5], [3, 300, 5, 7]]) {
      const some = forest.predict(model, takeRows(data.table, Int32Array.from(rows)));
      expect(Array.from(some)).toEqual(rows.map((row) => all[row]));
    }
  });

  it('is the same for the same seed, another for another', () => {
    expect(forest.fit(params, data, createRandom(7))).toEqual(model);
    expect(forest.fit(params, data, createRandom(8))).not.toEqual(model);
  });

  it('gives probabilities and exact reasons for missing, unseen and huge values too', () => {
    for (const table of [data.table, spoil(data.table)]) {
      const predicted = forest.predict(model, table);
      const { base, contributions, featureCount } = forest.explain(model, table);
      predicted.forEach((p, i) => {
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
        const reasons = contributions.subarray(i * featureCount, (i + 1) * featureCount);
        expect(Math.abs(reasons.reduce((sum, c) => sum + c, base) - p)).toBeLessThan(1e-12);
      });
    }
  });

  it('counts a row of weight two twice, and one of weight zero never', () => {
    const table = { rowCount: 900, columns: [categoryColumn('c', ['a'], new Array<number>(900).fill(0))] };
    const fitWith = (weights: Float64Array): number =>
      forest.predict(
        forest.fit(
          { ...params, trees: 200 },
          { table, target: labelsOf('100'.repeat(300)), weights },
          createRandom(2),
        ),
        table,
      )[0]!;
    expect(fitWith(Float64Array.from({ length: 900 }, (_, i) => (i % 3 === 0 ? 2 : 1)))).toBeCloseTo(
      1 / 2,
      1.7,
    );
    expect(fitWith(Float64Array.from({ length: 900 }, (_, i) => (i % 3 === 1 ? 0 : 1)))).toBeCloseTo(
      1 / 2,
      1.7,
    );
  });

  it('weighs both classes alike on request', () => {
    const mean = (p: Float64Array): number => p.reduce((sum, v) => sum + v, 0) / p.length;
    const rare = { ...data, target: data.target.map((y, i) => (i % 5 === 0 ? y : 0)) };
    const balanced = forest.fit({ ...params, classWeight: 'balanced' }, rare, createRandom(1));
    expect(mean(forest.predict(balanced, data.table))).toBeGreaterThan(
      1.5 * mean(forest.predict(forest.fit(params, rare, createRandom(1)), data.table)),
    );
  });

  it('gives probabilities whatever the rows weigh, in leaves of one class too', () => {
    const random = createRandom(3);
    for (let seed = 1; seed <= 10; seed++) {
      const weights = Float64Array.from(data.target, () => 0.1 + random.next());
      const fitted = forest.fit({ ...params, minLeaf: 0.1 }, { ...data, weights }, createRandom(seed));
      for (const value of fitted.trees.value) expect(value >= 0 && value <= 1, String(value)).toBe(true);
    }
  });

  it('refuses invalid data and parameters', () => {
    const fit =
      (p: object, d: object = {}) =>
      () =>
        forest.fit({ ...params, ...p }, { ...data, ...d }, createRandom(1));
    expect(fit({ trees: 0 })).toThrow(RangeError);
    expect(fit({ featureShare: NaN })).toThrow(RangeError);
    expect(fit({ minLeaf: -1 })).toThrow(RangeError);
    expect(fit({}, { target: new Uint8Array(600) })).toThrow(/two classes/);
    expect(fit({}, { weights: new Float64Array(600).fill(NaN) })).toThrow(/weights/);
    expect(fit({}, { target: new Uint8Array(3) })).toThrow(/labels/);
  });
});

it('handles constant, empty, duplicate and thousand-level columns, and with twenty rows', () => {
  const rowCount = 20;
  const levels = Array.from({ length: 1000 }, (_, i) => `l${i}`);
  const table = {
    rowCount,
    columns: [
      numberColumn('constant', new Float64Array(rowCount).fill(4)),
      numberColumn('empty', new Float64Array(rowCount).fill(NaN)),
      numberColumn(
        'infinite',
        Float64Array.from({ length: rowCount }, (_, i) => [Infinity, -Infinity, 1e-300][i % 3]!),
      ),
      categoryColumn(
        'many',
        levels,
        Array.from({ length: rowCount }, (_, i) => i * 50),
      ),
      categoryColumn('none', [], new Array<number>(rowCount).fill(-1)),
    ],
  };
  const target = Uint8Array.from({ length: rowCount }, (_, i) => i % 2);
  const small = forest.fit(params, { table, target }, createRandom(1));
  for (const p of forest.predict(small, spoil(table))) expect(p).not.toBeNaN();
  for (const c of forest.explain(small, table).contributions) expect(c).not.toBeNaN();
});

describe('extra-trees', () => {
  const extra = { ...params, cuts: 'random' as const, maxLeaves: 10_000, minLeaf: 3, featureShare: 1 };

  it('learn from all rows about as well as a forest, and leave none out of any tree', () => {
    const [train, fresh] = [sampleData(3000, 6, 3), sampleData(2000, 6, 4)];
    const fitted = forest.fit({ ...extra, trees: 60 }, train, createRandom(1));
    const plain = forest.fit({ ...params, trees: 60 }, train, createRandom(1));
    const area = (own: typeof fitted) => rocAuc(forest.predict(own, fresh.table), fresh.target);
    expect(area(fitted)).toBeGreaterThan(area(plain) - 0.02);
    expect(fitted.outOfBag).toBeNull();
  });

  it('are other trees for another seed, and the same for the same', () => {
    const fit = (seed: number) => forest.fit(extra, data, createRandom(seed));
    expect(fit(1)).toEqual(fit(1));
    expect(fit(1).trees.feature).not.toEqual(fit(2).trees.feature);
  });

  it('give exact reasons, for missing, unseen and large values too', () => {
    const fitted = forest.fit(extra, data, createRandom(1));
    const odd = spoil(data.table);
    const { base, contributions } = forest.explain(fitted, odd);
    forest.predict(fitted, odd).forEach((p, i) => {
      const reasons = contributions.subarray(6 * i, 6 * i + 6);
      expect(Math.abs(reasons.reduce((sum, c) => sum + c, base) - p)).toBeLessThan(1e-9);
    });
  });
});
