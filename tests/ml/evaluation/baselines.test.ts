import { describe, expect, it } from 'vitest';
import { majority, oneColumn } from '../../../src/ml/evaluation/baselines.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { categoryColumn, labelsOf, numberColumn, spoil } from '../tree/sample-tables.ts';

const table = {
  rowCount: 40,
  columns: [
    numberColumn(
      'noise',
      Float64Array.from({ length: 40 }, (_, i) => (i * 7) % 11),
    ),
    categoryColumn(
      'plan',
      ['month', 'year'],
      Array.from({ length: 40 }, (_, i) => Math.floor(i / 20)),
    ),
  ],
};
const target = labelsOf('1'.repeat(16) + '0'.repeat(4) + '0'.repeat(16) + '1'.repeat(4));

it('the majority baseline gives everybody the weighted rate', () => {
  const model = majority.fit({}, { table, target }, createRandom(1));
  expect(majority.predict(model, table)[7]).toBe(0.5);
  const weights = Float64Array.from(target, (label) => (label === 1 ? 3 : 1));
  expect(majority.fit({}, { table, target, weights }, createRandom(1)).rate).toBe(0.75);
  expect(majority.explain(model, table)).toMatchObject({ base: 0.5, featureCount: 2 });
});

describe('the one-column rule', () => {
  const model = oneColumn.fit({}, { table, target }, createRandom(1));

  it('picks the column that predicts best, with rates drawn to the mean', () => {
    expect(model.feature).toBe(1);
    // 16 of 20 and ten pseudo-rows at one half: 21 of 30.
    expect(oneColumn.predict(model, table)[0]).toBeCloseTo(21 / 30, 12);
    expect(oneColumn.predict(model, table)[39]).toBeCloseTo(9 / 30, 12);
  });

  it('gives what it has not seen the overall rate, and all reasons to its column', () => {
    const predicted = oneColumn.predict(model, spoil(table));
    expect(predicted[0]).toBeCloseTo(0.5, 12);
    const { base, contributions } = oneColumn.explain(model, table);
    expect(Array.from(contributions.slice(0, 2))).toEqual([0, 21 / 30 - base]);
  });

  it('is not taken in by a column of many levels', () => {
    const many = categoryColumn(
      'id',
      Array.from({ length: 40 }, (_, i) => `c${i}`),
      [...target.keys()],
    );
    const columns = [many, ...table.columns];
    expect(oneColumn.fit({}, { table: { rowCount: 40, columns }, target }, createRandom(1)).feature).toBe(2);
  });
});
