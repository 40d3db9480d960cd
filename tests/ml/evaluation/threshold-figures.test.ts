import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeMetrics, countConfusion } from '../../../src/ml/evaluation/metrics.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { thresholdFigures, thresholdMeasures } from '../../../src/ml/evaluation/threshold-figures.ts';

describe('figures at a threshold', () => {
  it('are those of the scores themselves, inside their intervals', () => {
    const rows = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
      minLength: 2,
      maxLength: 60,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 0, max: 100 }), (all, hundredth) => {
        const scores = Float64Array.from(all, ([score]) => score);
        const target = Uint8Array.from(all, ([, left]) => Number(left));
        const figures = thresholdFigures(countConfusion(scores, target, hundredth / 100));
        const metrics = computeMetrics(scores, target, hundredth / 100);
        for (const measure of thresholdMeasures) {
          const { value, low, high } = figures[measure];
          if (Number.isNaN(value)) continue;
          expect(value).toBeCloseTo(metrics[measure], 12);
          expect(low).toBeLessThanOrEqual(value + 1e-12);
          expect(high).toBeGreaterThanOrEqual(value - 1e-12);
        }
      }),
    );
  });

  it('have F1 intervals that hold the truth as often as they say', () => {
    const random = createRandom(5);
    const [found, alarms, rate] = [0.6, 0.15, 0.3];
    const truth = (2 * rate * found) / (rate + rate * found + (1 - rate) * alarms);
    let held = 0;
    for (let sample = 0; sample < 1_000; sample++) {
      const counts = { truePositives: 0, falsePositives: 0, trueNegatives: 0, falseNegatives: 0 };
      for (let i = 0; i < 400; i++) {
        const left = random.next() < rate;
        const isNamed = random.next() < (left ? found : alarms);
        if (left) counts[isNamed ? 'truePositives' : 'falseNegatives']++;
        else counts[isNamed ? 'falsePositives' : 'trueNegatives']++;
      }
      const { low, high } = thresholdFigures(counts).f1;
      held += Number(low <= truth && truth <= high);
    }
    expect(held / 1_000).toBeGreaterThan(0.93);
    expect(held / 1_000).toBeLessThan(0.975);
  });
});
