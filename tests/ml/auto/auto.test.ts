import { describe, expect, it } from 'vitest';
import { logLoss, rocAuc } from '../../../src/ml/evaluation/metrics.ts';
import { familyNames, fitFamily, predictFamily } from '../../../src/ml/families.ts';
import { createRandom, shuffle } from '../../../src/ml/math/random.ts';
import { takeRows } from '../../../src/ml/data/table.ts';
import { auto, tuneAuto } from '../../../src/ml/auto/auto.ts';
import { sampleData, spoil } from '../tree/sample-tables.ts';

const data = sampleData(600, 5, 1);
const params = { ...auto.defaults, folds: 3 };
const model = auto.fit(params, data, createRandom(7));

describe('auto', () => {
  it('tries every family and keeps the figures of each', () => {
    expect(new Set(model.trials.map((trial) => trial.family))).toEqual(new Set(familyNames));
    for (const { logLoss: loss } of model.trials) expect(loss).toBeLessThan(0.7);
  });

  it('is about as good on new rows as the best of its families', () => {
    const fresh = sampleData(3000, 5, 2);
    const losses = familyNames.map((family) =>
      logLoss(predictFamily(fitFamily(family, {}, data, createRandom(1)), fresh.table), fresh.target),
    );
    expect(logLoss(auto.predict(model, fresh.table), fresh.target)).toBeLessThan(Math.min(...losses) + 0.01);
  });

  it('learns nothing from shuffled labels', () => {
    const rows = Int32Array.from(data.target.keys());
    shuffle(rows, createRandom(3));
    const target = Uint8Array.from(rows, (row) => data.target[row]!);
    const fitted = auto.fit(
      { ...params, families: ['logistic', 'boosting'] },
      { ...data, target },
      createRandom(1),
    );
    const fresh = sampleData(2000, 5, 4);
    expect(Math.abs(rocAuc(auto.predict(fitted, fresh.table), fresh.target) - 0.5)).toBeLessThan(0.15);
    for (const { logLoss: loss } of fitted.trials) expect(loss).toBeGreaterThan(0.66);
  });

  it('gives a row the same bits in any table, and is the same for the same seed', () => {
    const all = auto.predict(model, data.table);
    const rows = Int32Array.of(599, 5, 5);
    expect(Array.from(auto.predict(model, takeRows(data.table, rows)))).toEqual(
      Array.from(rows, (row) => all[row]),
    );
    const quick = { ...params, families: ['logistic', 'logit-leaf'] as const };
    expect(auto.fit(quick, data, createRandom(7))).toEqual(auto.fit(quick, data, createRandom(7)));
  });

  it('gives exact reasons, for missing, unseen and large values too', () => {
    const some = takeRows(
      spoil(data.table, [NaN, 1e6, -1e6]),
      Int32Array.from({ length: 30 }, (_, i) => i),
    );
    const predicted = auto.predict(model, some);
    const { base, contributions, featureCount } = auto.explain(model, some);
    predicted.forEach((p, i) => {
      const reasons = contributions.subarray(i * featureCount, (i + 1) * featureCount);
      expect(Math.abs(reasons.reduce((sum, c) => sum + c, base) - p)).toBeLessThan(1e-9);
    });
  });

  it('tunes on a sample when the budget is small', () => {
    const many = sampleData(5000, 5, 1);
    const tune = (budget: number) =>
      tuneAuto({ folds: 3, families: ['logistic'], budget }, many, createRandom(1));
    const [small, large] = [tune(1e-6), tune(60)];
    expect(large.rows).toEqual(Int32Array.from(many.target.keys()));
    expect(new Set(small.rows).size).toBe(2_000);
    const rate = (rows: Int32Array) => rows.reduce((sum, row) => sum + many.target[row]!, 0) / rows.length;
    expect(rate(small.rows)).toBeCloseTo(rate(large.rows), 3);
    // The settings are chosen on the sample; what is kept learns from every row.
    const kept = small.model.members[0]!;
    const { params: chosen } = small.model.trials.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
    const whole = fitFamily(kept.family, chosen, many, createRandom(1));
    expect(predictFamily(kept, many.table)).toEqual(predictFamily(whole, many.table));
  });

  it('returns out-of-fold probabilities of the blend it chose, for thresholds to be chosen on', () => {
    const tuned = tuneAuto({ folds: 3, families: ['logistic', 'boosting'] }, data, createRandom(7));
    const labels = Uint8Array.from(tuned.rows, (row) => data.target[row]!);
    const outOfFold = rocAuc(tuned.outOfFold, labels);
    expect(outOfFold).toBeGreaterThan(0.7);
    // Rows that were learned from are ranked better.
    expect(rocAuc(auto.predict(tuned.model, data.table), data.target)).toBeGreaterThan(outOfFold);
  });

  it('refuses invalid parameters, and handles twenty rows', () => {
    const fit =
      (change: object, d: object = {}) =>
      () =>
        auto.fit({ ...params, ...change }, { ...data, ...d }, createRandom(1));
    expect(fit({ families: [] })).toThrow(RangeError);
    expect(fit({ budget: NaN })).toThrow(RangeError);
    expect(fit({ folds: 1 })).toThrow(RangeError);
    expect(fit({}, { target: new Uint8Array(600) })).toThrow(/two classes/);
    const few = sampleData(20, 3, 1);
    for (const p of auto.predict(auto.fit(params, few, createRandom(1)), few.table)) expect(p).not.toBeNaN();
  });
});
