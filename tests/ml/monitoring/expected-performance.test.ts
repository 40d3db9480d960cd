import { describe, expect, it } from 'vitest';
import { highestStep } from '../../../src/ml/evaluation/curves.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { computeMetrics } from '../../../src/ml/evaluation/metrics.ts';
import { expectedSweep, expectPerformance } from '../../../src/ml/monitoring/expected-performance.ts';
import type { ScoreSums } from '../../../src/ml/monitoring/expected-performance.ts';
import { scoreSteps, thresholdSteps } from '../../../src/ml/monitoring/tally.ts';
import { oracle } from './oracle.ts';

function sumsOf(p: ArrayLike<number>, value = 10): ScoreSums {
  const scores = new Array<number>(scoreSteps + 1).fill(0);
  const sums = [0, 1, 2].map(() => new Array<number>(thresholdSteps + 1).fill(0));
  for (const one of Array.from(p)) {
    scores[highestStep(one, scoreSteps)]!++;
    sums.forEach((sum, power) => (sum[highestStep(one, thresholdSteps)]! += one * value ** power));
  }
  return { scores, probability: sums[0]!, value: sums[1]!, squaredValue: sums[2]! };
}

describe('performance without outcomes', () => {
  it('is what its definitions give, customer by customer', () => {
    const { p, threshold, ...figures } = oracle.expected;
    const found = expectPerformance(sumsOf(p), threshold, 1_000)!;
    for (const name of ['rocAuc', 'logLoss', 'brier', 'precision'] as const)
      expect(found[name]?.value).toBeCloseTo(figures[name], 6);
  });

  it('covers what happens when outcomes come, 95 times in 100', () => {
    const random = createRandom(3);
    const covered = { rocAuc: 0, logLoss: 0, brier: 0, precision: 0 };
    const runs = 1_000;
    for (let run = 0; run < runs; run++) {
      const p = Float64Array.from({ length: 500 }, () => random.next() ** 2 * 0.9 + 0.01);
      const target = Uint8Array.from(p, (one) => Number(random.next() < one));
      const found = expectPerformance(sumsOf(p), 0.3, Infinity)!;
      const real = computeMetrics(p, target, 0.3);
      for (const name of ['rocAuc', 'logLoss', 'brier', 'precision'] as const)
        if (real[name] >= found[name]!.low && real[name] <= found[name]!.high) covered[name]++;
    }
    for (const count of Object.values(covered)) {
      expect(count / runs).toBeGreaterThan(0.93);
      expect(count / runs).toBeLessThan(0.97);
    }
  });

  it('is known less well where few customers were held out', () => {
    const { p } = oracle.expected;
    const width = (heldOut: number): number => {
      const { rocAuc } = expectPerformance(sumsOf(p), 0.4, heldOut)!;
      return rocAuc!.high - rocAuc!.low;
    };
    expect(width(200)).toBeGreaterThan(1.5 * width(1e9));
  });

  it('adds up to a sweep from which profit follows', () => {
    const sweep = expectedSweep(sumsOf([0.105, 0.305, 0.805]));
    expect(sweep).toHaveLength(101);
    expect(sweep[30]?.truePositives).toBeCloseTo(1.11, 12);
    expect(sweep[30]?.falsePositives).toBeCloseTo(0.89, 12);
    expect(sweep[30]?.falseNegatives).toBeCloseTo(0.105, 12);
    expect(sweep[30]?.trueNegatives).toBeCloseTo(0.895, 12);
    expect(sweep[30]?.valueOfTruePositives).toBeCloseTo(11.1, 10);
  });

  it('says nothing of nobody, and no precision where nobody is contacted', () => {
    expect(expectPerformance(sumsOf([]), 0.5, 100)).toBeNull();
    expect(expectPerformance(sumsOf([0.2, 0.3, 0.4]), 0.5, 100)?.precision).toBeNull();
    expect(expectPerformance(sumsOf([0.2]), 0.1, 100)?.rocAuc).toBeNull();
  });
});
