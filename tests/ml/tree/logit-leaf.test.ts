import { describe, expect, it } from 'vitest';
import { logitLeaf } from '../../../src/ml/tree/logit-leaf.ts';
import { logLoss } from '../../../src/ml/evaluation/metrics.ts';
import { logistic } from '../../../src/ml/linear/logistic.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { takeRows, type Table } from '../../../src/ml/data/table.ts';
import { categoryColumn, numberColumn, sampleData, spoil } from './sample-tables.ts';

const data = sampleData(1500, 5, 1);
const model = logitLeaf.fit(logitLeaf.defaults, data, createRandom(1));

/** In segment a the chance rises with x, in segment b it falls: no single logistic model can say that. */
function crossing(rowCount: number, seed: number): { table: Table; target: Uint8Array } {
  const random = createRandom(seed);
  const x = Float64Array.from({ length: rowCount }, () => random.normal());
  const segment = Array.from({ length: rowCount }, () => random.below(2));
  const target = Uint8Array.from(segment, (s, i) =>
    (s === 0 ? 2 : -2) * x[i]! + s + random.normal() > 0.5 ? 1 : 0,
  );
  const columns = [numberColumn('x', x), categoryColumn('segment', ['a', 'b'], segment)];
  return { table: { rowCount, columns }, target };
}

describe('the Logit Leaf Model', () => {
  it('finds effects that differ between segments, which a logistic model cannot', () => {
    const train = crossing(3000, 1);
    const fresh = crossing(2000, 2);
    const leafed = logitLeaf.fit(logitLeaf.defaults, train, createRandom(1));
    const single = logistic.fit(logistic.defaults, train, createRandom(1));
    expect(logLoss(logitLeaf.predict(leafed, fresh.table), fresh.target)).toBeLessThan(
      logLoss(logistic.predict(single, fresh.table), fresh.target) - 0.1,
    );
  });

  it('gives exact reasons, for missing, unseen and large values too', () => {
    for (const table of [data.table, spoil(data.table, [NaN, 1e6, -1e6])]) {
      const predicted = logitLeaf.predict(model, table);
      const { base, contributions, featureCount } = logitLeaf.explain(model, table);
      predicted.forEach((p, i) => {
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
        const reasons = contributions.subarray(i * featureCount, (i + 1) * featureCount);
        expect(Math.abs(reasons.reduce((sum, c) => sum + c, base) - p)).toBeLessThan(1e-9);
      });
    }
  });

  it('gives a row the same bits in any table', () => {
    const all = logitLeaf.predict(model, data.table);
    const rows = Int32Array.of(1400, 3, 3, 700);
    expect(Array.from(logitLeaf.predict(model, takeRows(data.table, rows)))).toEqual(
      Array.from(rows, (row) => all[row]),
    );
  });

  it('gives a segment of one class its smoothed rate', () => {
    const columns = [
      numberColumn(
        'x',
        Float64Array.from({ length: 1000 }, (_, i) => i % 500),
      ),
    ];
    const target = Uint8Array.from({ length: 1000 }, (_, i) => (i % 500 < 250 ? 0 : Number(i % 3 > 0)));
    const fitted = logitLeaf.fit(
      { ...logitLeaf.defaults, maxLeaves: 2 },
      { table: { rowCount: 1000, columns }, target },
      createRandom(1),
    );
    const first = logitLeaf.predict(fitted, { rowCount: 1, columns: [numberColumn('x', [5])] })[0]!;
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(0.01);
  });

  it('is one logistic model when there are too few rows for segments', () => {
    const few = sampleData(60, 3, 2);
    const fitted = logitLeaf.fit(logitLeaf.defaults, few, createRandom(1));
    expect(fitted.leaves).toHaveLength(1);
    for (const p of logitLeaf.predict(fitted, few.table)) expect(p).not.toBeNaN();
  });

  it('refuses invalid parameters and data', () => {
    expect(() => logitLeaf.fit({ ...logitLeaf.defaults, maxLeaves: 1 }, data, createRandom(1))).toThrow(
      RangeError,
    );
    expect(() => logitLeaf.fit({ ...logitLeaf.defaults, minLeaf: NaN }, data, createRandom(1))).toThrow(
      RangeError,
    );
    expect(() =>
      logitLeaf.fit(logitLeaf.defaults, { ...data, target: new Uint8Array(1500) }, createRandom(1)),
    ).toThrow(/two classes/);
  });
});
