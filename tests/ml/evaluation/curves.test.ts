/** By hand, against countConfusion, and against scikit-learn and numpy (tests/oracles/evaluation_reference.py). */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gainsCurve, reliabilityCurve, thresholdSweep } from '../../../src/ml/evaluation/curves.ts';
import {
  computeMetrics,
  countConfusion,
  expectedCalibrationError,
} from '../../../src/ml/evaluation/metrics.ts';
import { scores, target, tied } from '../../helpers/oracle-sample.ts';

interface Reference {
  readonly gains: Readonly<Record<'plain' | 'tied', readonly number[]>>;
  readonly reliability: readonly { readonly rate: number; readonly meanScore: number }[];
}

const stored = resolve(import.meta.dirname, '../../oracles/evaluation-reference.json');
const reference = JSON.parse(readFileSync(stored, 'utf8')) as Reference;

describe('the sweep of thresholds', () => {
  // Hundredths themselves, their neighbours and anything between: where a bin by rounding goes wrong.
  const score = fc.oneof(
    fc.integer({ min: 0, max: 100 }).map((step) => step / 100),
    fc.integer({ min: 1, max: 100 }).map((step) => step / 100 - 1e-16),
    fc.double({ min: 0, max: 1, noNaN: true }),
  );
  const rows = fc.array(fc.record({ score, left: fc.boolean(), value: fc.integer({ min: 0, max: 90 }) }), {
    minLength: 1,
  });

  it('counts at each hundredth what countConfusion counts there', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const given = Float64Array.from(all, (row) => row.score);
        const labels = Uint8Array.from(all, (row) => (row.left ? 1 : 0));
        const values = Float64Array.from(all, (row) => row.value);
        const sweep = thresholdSweep(given, labels, values);
        expect(sweep).toHaveLength(101);
        sweep.forEach((row, step) => {
          const { threshold, valueOfTruePositives, squaredValueOfTruePositives, ...confusion } = row;
          expect(threshold).toBe(step / 100);
          expect(confusion).toEqual(countConfusion(given, labels, threshold));
          const found = all.filter(({ left, score }) => left && score >= threshold);
          expect(valueOfTruePositives).toBe(found.reduce((sum, row) => sum + row.value, 0));
          expect(squaredValueOfTruePositives).toBe(found.reduce((sum, row) => sum + row.value ** 2, 0));
        });
      }),
    );
  });

  it('has no values where none are given', () => {
    expect(thresholdSweep(scores, target).every((row) => row.valueOfTruePositives === 0)).toBe(true);
  });

  it('refuses a missing value', () => {
    const labels = Uint8Array.of(0, 1);
    expect(() => thresholdSweep(Float64Array.of(0, 1), labels, Float64Array.of(1, NaN))).toThrow(RangeError);
    expect(() => thresholdSweep(Float64Array.of(0, 1), labels, Float64Array.of(1))).toThrow(RangeError);
  });
});

describe('the gains curve', () => {
  it.each([
    ['plain', scores],
    ['tied', tied],
  ] as const)('finds what numpy finds for %s scores', (name, given) => {
    gainsCurve(given, target).forEach(({ share, found, lift }, point) => {
      expect(share).toBeCloseTo((point + 1) / 20, 12);
      expect(found).toBeCloseTo(reference.gains[name][point]!, 12);
      expect(lift).toBeCloseTo(found / share, 12);
    });
  });

  it('has the lift of the top tenth', () => {
    expect(gainsCurve(scores, target, 10)[0]!.lift).toBeCloseTo(
      computeMetrics(scores, target, 0.5).topDecileLift,
      12,
    );
  });

  it('is the diagonal where all scores are alike', () => {
    const curve = gainsCurve(new Float64Array(7).fill(0.3), Uint8Array.of(1, 0, 0, 1, 0, 0, 0), 4);
    expect(curve.map(({ lift }) => lift)).toEqual(
      [1, 1, 1, 1].map((one) => expect.closeTo(one, 12) as number),
    );
  });

  it('needs both classes', () => {
    expect(() => gainsCurve(scores, new Uint8Array(scores.length))).toThrow(RangeError);
  });
});

describe('the reliability curve', () => {
  const curve = reliabilityCurve(scores, target);

  it('is scikit-learn’s calibration_curve, with an interval around each rate', () => {
    expect(curve).toHaveLength(reference.reliability.length);
    reference.reliability.forEach(({ rate, meanScore }, bin) => {
      expect(curve[bin]!.rate).toBeCloseTo(rate, 12);
      expect(curve[bin]!.meanScore).toBeCloseTo(meanScore, 12);
      expect(curve[bin]!.low).toBeLessThanOrEqual(rate);
      expect(curve[bin]!.high).toBeGreaterThanOrEqual(rate);
    });
  });

  it('adds up to the calibration error', () => {
    const sum = curve.reduce(
      (all, { count, rate, meanScore }) => all + count * Math.abs(rate - meanScore),
      0,
    );
    expect(sum / scores.length).toBeCloseTo(expectedCalibrationError(scores, target), 12);
  });

  it('leaves empty bins out and keeps a score of 1 in the last', () => {
    const found = reliabilityCurve(Float64Array.of(0, 0.05, 1), Uint8Array.of(0, 1, 1), 4);
    expect(found.map(({ from, to, count }) => [from, to, count])).toEqual([
      [0, 0.25, 2],
      [0.75, 1, 1],
    ]);
  });
});
