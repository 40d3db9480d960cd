import { describe, expect, it } from 'vitest';
import { checkLogistic } from '../../../src/ml/linear/check.ts';
import { logistic, type LogisticModel } from '../../../src/ml/linear/logistic.ts';
import { tableOfPair, type PairTable } from '../../../src/ml/linear/pairs.ts';
import { logLoss } from '../../../src/ml/evaluation/metrics.ts';
import type { TrainingData } from '../../../src/ml/estimator.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { sigmoid } from '../../../src/ml/math/sigmoid.ts';
import { binCount } from '../../../src/ml/tree/bins.ts';
import { MISSING } from '../../../src/ml/data/table.ts';
import { categoryColumn, numberColumn, spoil } from '../tree/sample-tables.ts';

const rowCount = 3000;
const levels = ['north', 'south', 'west'];

/** Who leaves depends on age alone, and on use in the south; `interaction`: how much. */
function generate(interaction: number, seed = 1): TrainingData {
  const random = createRandom(seed);
  const cells = (): Float64Array => Float64Array.from({ length: rowCount }, () => random.next());
  const [age, use, other] = [cells(), cells(), cells()];
  const area = Array.from(age, () => random.below(4) + MISSING);
  const target = Uint8Array.from(age, (years, i) => {
    const together = area[i] === 1 ? use[i]! - 0.5 : 0;
    return Number(random.next() < sigmoid(2 * years - 1 + interaction * together));
  });
  const columns = [
    numberColumn('age', age),
    numberColumn('use', use),
    categoryColumn('area', levels, area),
    numberColumn('other', other),
  ];
  return { table: { rowCount, columns }, target };
}

const fit = (data: TrainingData, changes = {}): LogisticModel =>
  logistic.fit({ ...logistic.defaults, pairs: 10, ...changes }, data, createRandom(1));
const data = generate(6);
const model = fit(data);

describe('interactions of a linear model', () => {
  it('are found where there are some', () => {
    expect(model.pairs!.map(({ first, second }) => [first.column, second.column])).toEqual([[1, 2]]);
    const fresh = generate(6, 2);
    const lossOf = (fitted: LogisticModel) => logLoss(logistic.predict(fitted, fresh.table), fresh.target);
    expect(lossOf(model)).toBeLessThan(lossOf(fit(data, { pairs: 0 })) - 0.02);
  });

  it('are not found where effects add up: the model is the one without them', () => {
    for (const seed of [1, 2, 3]) {
      const additive = generate(0, seed);
      expect(fit(additive)).toEqual(fit(additive, { pairs: 0 }));
    }
  });

  it('are as many as wanted at most, and a larger penalty makes them smaller', () => {
    const size = (fitted: LogisticModel): number =>
      fitted.pairs!.reduce((sum, { first }) => sum + Math.max(...first.contributions.map(Math.abs)), 0);
    expect(size(fit(data, { pairL2: 1000 }))).toBeLessThan(size(model) / 2);
    expect(() => fit(data, { pairs: 31 })).toThrow(RangeError);
    expect(() => fit(data, { pairL2: -1 })).toThrow(RangeError);
  });

  it('give reasons that add up to the prediction, whatever the cells hold', () => {
    const odd = spoil(data.table);
    const { probabilities, explanation } = logistic.score(model, odd);
    probabilities.forEach((p, row) => {
      const reasons = explanation.contributions.subarray(4 * row, 4 * row + 4);
      expect(Math.abs(reasons.reduce((sum, c) => sum + c, explanation.base) - p)).toBeLessThan(1e-9);
    });
  });
});

describe('the table of a pair', () => {
  const sides = [
    { column: 0, bins: { kind: 'number', name: 'a', edges: Float64Array.of(1) } },
    { column: 1, bins: { kind: 'number', name: 'b', edges: new Float64Array(0) } },
  ] as const;
  const pair = {
    first: { ...sides[0], shares: Float64Array.of(0.2, 0.5, 0.3) },
    second: { ...sides[1], shares: Float64Array.of(0.1, 0.9) },
    combinations: [0, 1, 2, 4, 5],
    places: new Int32Array(0),
  };
  const effects = Float64Array.of(1, -2, 0.5, 3, 4);

  it('splits the effect by Shapley values, means taken over each column alone', () => {
    const all = [1, -2, 0.5, 0, 3, 4];
    const { pair: table, mean } = tableOfPair(pair, effects);
    const value = (a: number | null, b: number | null): number => {
      let sum = 0;
      pair.first.shares.forEach((p, i) => {
        pair.second.shares.forEach((q, j) => {
          sum += (a === null ? p : Number(a === i)) * (b === null ? q : Number(b === j)) * all[2 * i + j]!;
        });
      });
      return sum;
    };
    expect(mean).toBeCloseTo(value(null, null), 12);
    all.forEach((effect, code) => {
      const [a, b] = [code >> 1, code & 1];
      const ofFirst = (value(a, null) - value(null, null) + effect - value(null, b)) / 2;
      expect(table.first.contributions[code]).toBeCloseTo(ofFirst, 12);
      expect(table.second.contributions[code]).toBeCloseTo(effect - mean - ofFirst, 12);
    });
  });

  it('says nothing of a column that makes no difference', () => {
    const { pair: table } = tableOfPair(
      { ...pair, combinations: [0, 1, 2, 3, 4, 5] },
      Float64Array.of(1, 1, 2, 2, -3, -3),
    );
    for (const part of table.second.contributions) expect(part).toBeCloseTo(0, 12);
  });
});

describe('interactions in a model file', () => {
  const features = data.table.columns.map(({ name, kind }) => ({
    name,
    type: kind,
    levels: kind === 'category' ? levels : [],
    range: null,
    missingShare: 0,
  }));
  const found = model.pairs![0]!;
  const check = (pairs: unknown) => checkLogistic({ ...model, pairs }, features);
  const changed = (side: 'first' | 'second', change: object): readonly PairTable[] => [
    { ...found, [side]: { ...found[side], ...change } },
  ];

  it('are taken as they are written, and may be absent', () => {
    expect(check(model.pairs)).toBeNull();
    expect(check(undefined)).toBeNull();
  });

  it.each<[string, unknown]>([
    ['no list', 7],
    ['too many', new Array(31).fill(found)],
    ['an entry that is none', [null]],
    ['a column that there is not', changed('second', { column: 4 })],
    ['no whole number', changed('first', { column: 0.5 })],
    ['columns in the wrong order', [{ first: found.second, second: found.first }]],
    ['bins of another column', changed('first', { column: 0 })],
    ['too few cells', changed('second', { contributions: new Float64Array(3) })],
    ['a plain list', changed('first', { contributions: [...found.first.contributions] })],
    ['no bins', changed('first', { bins: null })],
  ])('are refused with %s', (_words, pairs) => {
    expect(check(pairs)).toMatch(/interactions/);
  });

  it('have a cell for every combination of bins', () => {
    const cells = binCount(found.first.bins) * binCount(found.second.bins);
    expect(found.first.contributions).toHaveLength(cells);
    expect(found.second.contributions).toHaveLength(cells);
  });
});
