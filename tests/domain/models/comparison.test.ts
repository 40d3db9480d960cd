import { describe, expect, it } from 'vitest';
import { cardFigures } from '../../../src/domain/models/card-figures.ts';
import { compareModels } from '../../../src/domain/models/comparison.ts';
import { thresholdSweep } from '../../../src/ml/evaluation/curves.ts';
import { metricIntervals } from '../../../src/ml/evaluation/intervals.ts';
import { computeMetrics } from '../../../src/ml/evaluation/metrics.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import type { ModelRecord } from '../../../src/store/models.ts';

type Compared = Parameters<typeof compareModels>[0][number];

/** A model whose scores tell so much of who leaves. */
function modelOf(skill: number, seed: number, change: { hash?: string; threshold?: number } = {}): Compared {
  const random = createRandom(seed);
  const target = Uint8Array.from({ length: 800 }, () => Number(random.next() < 0.3));
  const scores = Float64Array.from(
    target,
    (left) => 1 / (1 + Math.exp(1.2 - skill * (left - 0.3) - random.normal())),
  );
  const holdout = computeMetrics(scores, target, 0.5);
  const sweep = thresholdSweep(scores, target);
  const record = {
    threshold: change.threshold ?? 0.5,
    provenance: { datasetHash: change.hash ?? 'a' },
    schema: { label: { name: 'Churn', positive: 'Yes', negative: 'No' } },
    evaluation: {
      holdout,
      baseline: holdout,
      oneColumn: holdout,
      report: { sweep, oneColumnSweep: sweep, intervals: metricIntervals(scores, target, 0.5, random, 200) },
    },
  };
  return record as unknown as ModelRecord;
}

/** As models of before version 0.2 are. */
const withoutCurves = ({ evaluation: { folds, holdout, baseline } }: Compared) =>
  ({ folds, holdout, baseline }) as ModelRecord['evaluation'];

const bestOf = (models: readonly Compared[], measure = 'rocAuc') =>
  compareModels(models).measures.find((one) => one.measure === measure)!.best;

describe('models side by side', () => {
  it('have a best one only where the intervals lie apart, on the same data', () => {
    expect(bestOf([modelOf(0.5, 1), modelOf(3, 2)])).toBe(1);
    expect(bestOf([modelOf(0.5, 1), modelOf(3, 2)], 'logLoss')).toBe(1);
    expect(bestOf([modelOf(2, 1), modelOf(2.05, 2)])).toBeNull();
    expect(bestOf([modelOf(0.5, 1), modelOf(3, 2), modelOf(3.05, 3)])).toBeNull();
    expect(bestOf([modelOf(0.5, 1), modelOf(3, 2, { hash: 'b' })])).toBeNull();
    const { schema, ...rest } = modelOf(3, 2);
    const otherLabel = { ...rest, schema: { ...schema, label: { ...schema.label, name: 'Left (by rule)' } } };
    expect(compareModels([modelOf(0.5, 1), otherLabel]).isSameData).toBe(false);
  });

  it('have no best one where a model brings no intervals', () => {
    const old = modelOf(3, 2);
    const evaluation = withoutCurves(old);
    expect(bestOf([modelOf(0.5, 1), { ...old, evaluation }])).toBeNull();
  });
});

describe('the figures of a card', () => {
  it('are measured at the threshold in use', () => {
    const value = (threshold: number, measure: 'recall' | 'precision' | 'rocAuc') =>
      cardFigures(modelOf(2, 1, { threshold })).get(measure)!.value;
    const { evaluation } = modelOf(2, 1);
    expect(value(0.5, 'recall')).toBeCloseTo(evaluation.holdout.recall, 12);
    for (const threshold of [0.1, 0.3, 0.7]) {
      const row = evaluation.report!.sweep[Math.round(threshold * 100)]!;
      expect(value(threshold, 'recall')).toBe(row.truePositives / (row.truePositives + row.falseNegatives));
      expect(value(threshold, 'recall')).not.toBe(evaluation.holdout.recall);
      expect(value(threshold, 'rocAuc')).toBe(evaluation.holdout.rocAuc);
    }
  });

  it('are left out where an older model cannot tell them', () => {
    const model = modelOf(2, 1, { threshold: 0.3 });
    const evaluation = withoutCurves(model);
    const figures = cardFigures({ ...model, evaluation });
    expect(figures.get('recall')).toMatchObject({ value: NaN, interval: null });
    expect(figures.get('rocAuc')!.value).toBe(evaluation.holdout.rocAuc);
    expect(cardFigures({ ...model, evaluation, threshold: 0.5 }).get('recall')!.value).toBeGreaterThan(0);
  });
});
