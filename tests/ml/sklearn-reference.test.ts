/** Against scikit-learn: tests/oracles/sklearn_reference.py writes its figures for the same generated customers. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import { describe, expect, it } from 'vitest';
import { logistic } from '../../src/ml/linear/logistic.ts';
import { computeMetrics, rocAuc } from '../../src/ml/evaluation/metrics.ts';
import type { Metrics } from '../../src/ml/evaluation/metrics.ts';
import { createRandom } from '../../src/ml/math/random.ts';
import { readColumn } from '../../src/ml/data/schema-inference.ts';

interface Reference {
  readonly numbers: readonly string[];
  readonly categories: readonly string[];
  readonly logistic: {
    readonly intercept: number;
    readonly numberCoefficients: readonly number[];
    readonly probabilities: readonly number[];
  };
  readonly metrics: Readonly<
    Record<'accuracy' | 'precision' | 'recall' | 'f1' | 'rocAuc' | 'prAuc' | 'logLoss' | 'brier', number>
  >;
  readonly confusion: Metrics['confusion'];
  readonly tied: { readonly rocAuc: number; readonly prAuc: number };
}

const oracles = resolve(import.meta.dirname, '../oracles');
const reference = JSON.parse(readFileSync(resolve(oracles, 'sklearn-reference.json'), 'utf8')) as Reference;
const rows: Record<string, string>[] = parse(readFileSync(resolve(oracles, 'sample.csv'), 'utf8'), {
  columns: true,
});

const cellsOf = (name: string): string[] => rows.map((row) => row[name]!);
const table = {
  rowCount: rows.length,
  columns: [
    ...reference.numbers.map((name) => readColumn(name, 'number', cellsOf(name), '.')),
    ...reference.categories.map((name) => readColumn(name, 'category', cellsOf(name), '.')),
  ],
};
const target = Uint8Array.from(cellsOf('Churn'), (level) => (level === 'Yes' ? 1 : 0));

describe('logistic regression without bends', () => {
  const model = logistic.fit({ ...logistic.defaults, l2: 1, knots: 0 }, { table, target }, createRandom(1));

  it('has the coefficients of LogisticRegression(C=1) on standardised numbers', () => {
    reference.logistic.numberCoefficients.forEach((value, k) => {
      expect(model.coefficients[k]).toBeCloseTo(value, 7);
    });
  });

  it('gives its probabilities', () => {
    const scores = logistic.predict(model, table);
    reference.logistic.probabilities.forEach((value, i) => {
      expect(scores[i]).toBeCloseTo(value, 7);
    });
  });
});

describe('the metrics', () => {
  const scores = Float64Array.from(reference.logistic.probabilities);
  const metrics = computeMetrics(scores, target, 0.5);

  it.each(Object.entries(reference.metrics) as [keyof Reference['metrics'], number][])(
    '%s is the same',
    (name, value) => {
      expect(metrics[name]).toBeCloseTo(value, 12);
    },
  );

  it('confusion is the same', () => {
    expect(metrics.confusion).toEqual(reference.confusion);
  });

  it('hold where scores tie', () => {
    const tied = scores.map((score) => Math.round(score * 10) / 10);
    expect(rocAuc(tied, target)).toBeCloseTo(reference.tied.rocAuc, 12);
    expect(computeMetrics(tied, target, 0.5).prAuc).toBeCloseTo(reference.tied.prAuc, 12);
  });
});
