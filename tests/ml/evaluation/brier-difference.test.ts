import { describe, expect, it } from 'vitest';
import { brierDifference } from '../../../src/ml/evaluation/brier-difference.ts';

describe('the difference of two Brier scores', () => {
  const outcome = Uint8Array.of(1, 0, 0, 1, 0);

  it('is that of scikit-learn, with the interval of SciPy', () => {
    // brier_score_loss(y, a), brier_score_loss(y, b), scipy.stats.ttest_rel(...).confidence_interval(0.95)
    const first = Float64Array.of(0.8, 0.2, 0.15, 0.8, 0.45);
    const second = Float64Array.of(0.6, 0.35, 0.3, 0.4, 0.2);
    const found = brierDifference({ first, second, outcome });
    expect(found.first).toBeCloseTo(0.069, 12);
    expect(found.second).toBeCloseTo(0.1545, 12);
    expect(found.interval.low).toBeCloseTo(-0.2987786085319801, 9);
    expect(found.interval.high).toBeCloseTo(0.1277786085319801, 9);
  });

  it('is exactly nothing between the same forecasts', () => {
    const first = Float64Array.of(0.5, 0.2, 0.9, 0.1, 0.3);
    const { interval } = brierDifference({ first, second: first, outcome });
    expect(interval).toEqual({ low: 0, high: 0 });
  });

  it('needs two customers', () => {
    const one = Float64Array.of(0.5);
    expect(() => brierDifference({ first: one, second: one, outcome: Uint8Array.of(1) })).toThrow(
      'at least two customers are needed, found 1',
    );
  });
});
