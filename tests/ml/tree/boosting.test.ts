import { describe, expect, it } from 'vitest';
import { boostedMargins, boosting } from '../../../src/ml/tree/boosting.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { takeRows, type Table } from '../../../src/ml/data/table.ts';
import { categoryColumn, labelsOf, numberColumn, sampleData, spoil } from './sample-tables.ts';

const data = sampleData(800, 6, 1);
const params = { ...boosting.defaults, trees: 30 };
const model = boosting.fit(params, data, createRandom(7));

const logLoss = (p: Float64Array, y: Uint8Array): number =>
  p.reduce((sum, v, i) => sum - Math.log(y[i] === 1 ? v : 1 - v), 0) / y.length;

it('takes the Newton step worked out by hand', () => {
  // Rate 0.5, so p = 0.5: each row has gradient ±0.5 and curvature 0.25. Leaves of 4 pure rows:
  // ±2 / (1 + λ) with λ = 1 is ±1, times the learning rate 0.3.
  const table = { rowCount: 8, columns: [numberColumn('x', [1, 1, 1, 1, 2, 2, 2, 2])] };
  const one = {
    ...params,
    trees: 1,
    learningRate: 0.3,
    l2: 1,
    rowShare: 1,
    featureShare: 1,
    minLeafWeight: 0.5,
  };
  const stump = boosting.fit(one, { table, target: labelsOf('00001111') }, createRandom(1));
  expect(stump.baseMargin).toBe(0);
  expect(Array.from(boostedMargins(stump, table))).toEqual([-0.3, -0.3, -0.3, -0.3, 0.3, 0.3, 0.3, 0.3]);
});

describe('boosting', () => {
  it('learns what holds for new rows', () => {
    const fitted = boosting.fit(boosting.defaults, sampleData(4000, 6, 3), createRandom(1));
    const fresh = sampleData(2000, 6, 4);
    expect(logLoss(boosting.predict(fitted, fresh.table), fresh.target)).toBeLessThan(0.55);
  });

  it('gives a row the same bits in any table', () => {
    const all = boosting.predict(model, data.table);
    for (const rows of [[5], [599, 5, 5], [3, 300, 5, 7]])
      expect(Array.from(boosting.predict(model, takeRows(data.table, Int32Array.from(rows))))).toEqual(
        rows.map((row) => all[row]),
      );
  });

  it('is the same for the same seed, another for another', () => {
    expect(boosting.fit(params, data, createRandom(7))).toEqual(model);
    expect(boosting.fit(params, data, createRandom(8))).not.toEqual(model);
  });

  it('gives exact reasons in probability points, for missing, unseen and huge values too', () => {
    for (const table of [data.table, spoil(data.table)]) {
      const predicted = boosting.predict(model, table);
      const { base, contributions, featureCount } = boosting.explain(model, table);
      predicted.forEach((p, i) => {
        const reasons = contributions.subarray(i * featureCount, (i + 1) * featureCount);
        expect(Math.abs(reasons.reduce((sum, c) => sum + c, base) - p)).toBeLessThan(1e-9);
      });
    }
  });

  it('stops early on rows set aside', () => {
    const stopped = boosting.fit({ ...params, trees: 1000, validationShare: 0.2 }, data, createRandom(1));
    expect(stopped.trees.roots.length - 1).toBeGreaterThan(5);
    expect(stopped.trees.roots.length - 1).toBeLessThan(400);
  });

  it('treats whole weights like repeated rows', () => {
    const plain = { ...params, rowShare: 1, featureShare: 1 };
    const rows = Int32Array.from(data.target.keys(), (row) => row);
    const twice = Int32Array.from([...rows, ...rows.filter((row) => row % 2 === 0)]);
    const repeated = boosting.fit(
      plain,
      { table: takeRows(data.table, twice), target: Uint8Array.from(twice, (row) => data.target[row]!) },
      createRandom(1),
    );
    const weights = Float64Array.from(rows, (row) => (row % 2 === 0 ? 2 : 1));
    const weighted = boosting.fit(plain, { ...data, weights }, createRandom(1));
    const p = boosting.predict(weighted, data.table);
    boosting.predict(repeated, data.table).forEach((q, i) => {
      expect(q).toBeCloseTo(p[i]!, 9);
    });
  });

  it('keeps monotone constraints over the whole range, whatever the other values', () => {
    const names = data.table.columns
      .filter((column) => column.kind === 'number')
      .map((column) => column.name);
    for (const sign of [1, -1] as const) {
      const monotone = Object.fromEntries(names.map((name) => [name, sign]));
      const constrained = boosting.fit(
        { ...boosting.defaults, maxLeaves: 20, monotone },
        data,
        createRandom(1),
      );
      for (const name of names) {
        const steps = Array.from({ length: 42 }, (_, step) =>
          boostedMargins(constrained, withColumn(data.table, name, step)),
        );
        for (let step = 1; step < steps.length; step++)
          steps[step]!.forEach((margin, i) => {
            expect(sign * (margin - steps[step - 1]![i]!)).toBeGreaterThanOrEqual(-1e-12);
          });
      }
    }
  });

  it('refuses invalid parameters and data', () => {
    const fit =
      (p: object, d: object = {}) =>
      () =>
        boosting.fit({ ...params, ...p }, { ...data, ...d }, createRandom(1));
    expect(fit({ learningRate: 0 })).toThrow(RangeError);
    expect(fit({ trees: 1.5 })).toThrow(RangeError);
    expect(fit({ l2: NaN })).toThrow(RangeError);
    expect(fit({ monotone: { unknown: 1 } })).toThrow(/'unknown' is not a number column/);
    expect(fit({ monotone: { c1: 1 } })).toThrow(/'c1' is not a number column/);
    expect(fit({}, { target: new Uint8Array(800) })).toThrow(/two classes/);
  });

  it('handles columns without information, and with a thousand levels', () => {
    const levels = Array.from({ length: 1000 }, (_, i) => `l${i}`);
    const table: Table = {
      rowCount: 800,
      columns: [
        numberColumn('empty', new Float64Array(800).fill(NaN)),
        categoryColumn(
          'many',
          levels,
          Array.from({ length: 800 }, (_, i) => (i * 37) % 1000),
        ),
        numberColumn('constant', new Float64Array(800).fill(1e300)),
      ],
    };
    const fitted = boosting.fit(params, { table, target: data.target }, createRandom(1));
    for (const p of boosting.predict(fitted, spoil(table))) expect(p).not.toBeNaN();
  });
});

function withColumn(table: Table, name: string, value: number): Table {
  return {
    rowCount: table.rowCount,
    columns: table.columns.map((column) =>
      column.name === name ? numberColumn(name, new Float64Array(table.rowCount).fill(value)) : column,
    ),
  };
}
