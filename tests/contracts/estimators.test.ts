import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { majority, oneColumn } from '../../src/ml/evaluation/baselines.ts';
import {
  allFamilies,
  explainWith,
  fitEstimator,
  predictWith,
  scoreWith,
  type Family,
  type FittedEstimator,
} from '../../src/ml/estimators.ts';
import { decodeModelFile, encodeModelFile } from '../../src/ml/model/file.ts';
import type { Model } from '../../src/ml/model/model.ts';
import { createRandom } from '../../src/ml/math/random.ts';
import { takeRows, type Table } from '../../src/ml/data/table.ts';
import { trainModel } from '../../src/ml/model/training.ts';
import { sampleData, spoil } from '../ml/tree/sample-tables.ts';

const data = sampleData(400, 4, 1);
const odd = spoil(data.table, [NaN, 1e6, -1e6]);
/** Settings that keep this test quick; everything else is the default. */
const quick: Record<string, object> = {
  forest: { trees: 10 },
  boosting: { trees: 20 },
  network: { maxEpochs: 3, hidden: [8, 4] },
  auto: { folds: 2, families: ['logistic', 'boosting', 'network', 'logit-leaf'] },
};
const sha256 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

let carrier: Model;
beforeAll(() => {
  carrier = trainModel({
    table: data.table,
    types: ['number', 'category', 'number', 'category'],
    target: data.target,
    label: { name: 'left', positive: 'yes', negative: 'no' },
    identifier: null,
    value: null,
    families: ['logistic'],
    folds: 2,
    seed: 1,
    datasetName: 'sample',
    datasetHash: '0'.repeat(64),
    softwareVersion: '0.0.0',
    now: () => 0,
  });
});

/** Settings of high capacity, which `auto` tries where it pays, beside the families' defaults. */
const subjects: readonly (readonly [string, Family, object])[] = [
  ...allFamilies.map((family) => [family, family, quick[family] ?? {}] as const),
  ['logistic regression with interactions', 'logistic', { pairs: 10 }],
  ['a forest of unlimited leaves', 'forest', { trees: 10, maxLeaves: 10_000 }],
  ['extra-trees', 'forest', { trees: 10, cuts: 'random', maxLeaves: 10_000, minLeaf: 3, featureShare: 1 }],
  ['boosting of 63 leaves', 'boosting', { trees: 20, maxLeaves: 63, minLeafWeight: 0.1, learningRate: 0.1 }],
];

describe.each(subjects)('the contract of %s', (_name, family, params) => {
  const fit = (d = data, seed = 1): FittedEstimator => fitEstimator(family, params, d, createRandom(seed));
  const fitted = fit();

  it('gives probabilities, whatever the cells hold', () => {
    for (const table of [data.table, odd])
      for (const p of predictWith(fitted, table)) {
        expect(p).toBeGreaterThanOrEqual(0);
        expect(p).toBeLessThanOrEqual(1);
      }
  });

  it('gives a row the same bits alone as among others', () => {
    const all = predictWith(fitted, odd);
    for (const row of [0, 13, 399])
      expect(predictWith(fitted, takeRows(odd, Int32Array.of(row)))[0]).toBe(all[row]);
  });

  it('gives reasons that add up to the prediction', () => {
    const some = takeRows(
      odd,
      Int32Array.from({ length: 25 }, (_, i) => i),
    );
    const { base, contributions, featureCount } = explainWith(fitted, some);
    expect(featureCount).toBe(4);
    predictWith(fitted, some).forEach((p, i) => {
      const reasons = contributions.subarray(4 * i, 4 * i + 4);
      expect(Math.abs(reasons.reduce((sum, c) => sum + c, base) - p)).toBeLessThan(1e-9);
    });
  });

  it('scores at once with the bits that predict and explain give', () => {
    const some = takeRows(
      odd,
      Int32Array.from({ length: 40 }, (_, i) => 3 * i),
    );
    const { probabilities, explanation } = scoreWith(fitted, some);
    expect(probabilities).toEqual(predictWith(fitted, some));
    expect(explanation).toMatchObject(explainWith(fitted, some));
    const alone = scoreWith(fitted, takeRows(some, Int32Array.of(7)));
    expect(alone.probabilities[0]).toBe(probabilities[7]);
    expect(alone.explanation.contributions).toEqual(explanation.contributions.slice(28, 32));
  });

  it('scores an empty table', () => {
    const none = takeRows(data.table, new Int32Array(0));
    expect(predictWith(fitted, none)).toHaveLength(0);
    expect(explainWith(fitted, none).contributions).toHaveLength(0);
  });

  it('is the same for the same seed', () => {
    expect(fit()).toEqual(fitted);
  });

  it('learns nothing from a row of weight zero', () => {
    const weights = Float64Array.from(data.target, (_, i) => (i < 300 ? 1 : 0));
    const flipped = data.target.map((label, i) => (i < 300 ? label : 1 - label));
    const table = { ...data.table };
    const a = predictWith(fit({ table, target: data.target, weights } as typeof data), odd);
    const b = predictWith(fit({ table, target: flipped, weights } as typeof data), odd);
    expect(b).toEqual(a);
  });

  it('survives a model file bit for bit', () => {
    const bytes = encodeModelFile({ ...carrier, estimator: fitted }, sha256);
    const back = decodeModelFile(bytes, sha256).estimator;
    expect(back).toEqual(fitted);
    expect(predictWith(back, odd)).toEqual(predictWith(fitted, odd));
  });

  it('learns from a category of a thousand levels, two rows each', { timeout: 120_000 }, () => {
    const { columns } = data.table;
    const levels = Array.from({ length: 1000 }, (_, level) => `level ${level}`);
    const codes = Int32Array.from({ length: 400 }, (_, row) => (row % 200) * 5);
    const table = {
      rowCount: 400,
      columns: [...columns, { kind: 'category' as const, name: 'many', levels, codes }],
    };
    const many = fit({ ...data, table });
    const { base, contributions } = explainWith(many, takeRows(table, Int32Array.of(0, 7, 399)));
    predictWith(many, takeRows(table, Int32Array.of(0, 7, 399))).forEach((p, i) => {
      const reasons = contributions.subarray(5 * i, 5 * i + 5);
      expect(Math.abs(reasons.reduce((sum, c) => sum + c, base) - p)).toBeLessThan(1e-9);
    });
  });

  it('learns from twenty rows with a column that is constant, one without values and one twice', () => {
    const few = sampleData(20, 2, 1);
    const number = (name: string, value: number) => ({
      kind: 'number' as const,
      name,
      values: new Float64Array(20).fill(value),
    });
    const [first] = few.table.columns;
    const columns = [
      ...few.table.columns,
      number('same', 7),
      number('none', NaN),
      { ...first!, name: 'twice' },
    ];
    const table: Table = { rowCount: 20, columns };
    const small = fit({ ...few, table });
    const { base, contributions } = explainWith(small, table);
    predictWith(small, table).forEach((p, i) => {
      const reasons = contributions.subarray(5 * i, 5 * i + 5);
      expect(Math.abs(reasons.reduce((sum, c) => sum + c, base) - p)).toBeLessThan(1e-9);
    });
  });

  it('refuses invalid data with a message', () => {
    const bad: [Partial<typeof data> & { weights?: Float64Array }, RegExp][] = [
      [{ target: new Uint8Array(400) }, /two classes/],
      [{ target: new Uint8Array(3) }, /labels/],
      [{ weights: new Float64Array(400).fill(-1) }, /weights/],
      [{ table: { rowCount: 0, columns: data.table.columns }, target: new Uint8Array(0) }, /no rows/],
    ];
    for (const [change, message] of bad) expect(() => fit({ ...data, ...change })).toThrow(message);
    const other: Table = { rowCount: 400, columns: [...data.table.columns].reverse() };
    expect(() => predictWith(fitted, other)).toThrow(RangeError);
  });
});

describe.each([majority, oneColumn])('the contract of a baseline', (baseline) => {
  it('gives probabilities and reasons that add up', () => {
    // Each baseline reads its own model only.
    const estimator = baseline as typeof majority;
    const model = estimator.fit({}, data, createRandom(1));
    const { base, contributions } = estimator.explain(model, odd);
    estimator.predict(model, odd).forEach((p, i) => {
      expect(contributions.subarray(4 * i, 4 * i + 4).reduce((sum, c) => sum + c, base)).toBeCloseTo(p, 12);
    });
  });
});
