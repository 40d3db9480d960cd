/** Against scipy and the direct formulas in tests/oracles/evaluation_reference.py. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { delongInterval, delongVariance, metricIntervals } from '../../../src/ml/evaluation/intervals.ts';
import { wilsonInterval } from '../../../src/ml/evaluation/wilson.ts';
import { computeMetrics } from '../../../src/ml/evaluation/metrics.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { groupBothClasses } from '../../../src/ml/evaluation/score-groups.ts';
import { scores, target, tied } from '../../helpers/oracle-sample.ts';

interface Ends {
  readonly low: number;
  readonly high: number;
}
interface Reference {
  readonly delong: Readonly<Record<'plain' | 'tied', Ends & { area: number; variance: number }>>;
  readonly wilson: readonly (Ends & { successes: number; total: number })[];
  readonly bootstrap: Readonly<Record<'brier' | 'f1', readonly [number, number]>>;
}

const stored = resolve(import.meta.dirname, '../../oracles/evaluation-reference.json');
const reference = JSON.parse(readFileSync(stored, 'utf8')) as Reference;

describe('the interval of a share', () => {
  it.each(reference.wilson)('of $successes in $total is scipy’s', ({ successes, total, low, high }) => {
    expect(wilsonInterval(successes, total).low).toBeCloseTo(low, 8);
    expect(wilsonInterval(successes, total).high).toBeCloseTo(high, 8);
  });

  it('is everything where nothing was seen', () => {
    expect(wilsonInterval(0, 0)).toEqual({ low: 0, high: 1 });
  });

  it.each([
    [-1, 4],
    [5, 4],
    [NaN, 4],
    [1, NaN],
  ])('is refused for %d of %d', (successes, total) => {
    expect(() => wilsonInterval(successes, total)).toThrow(RangeError);
  });
});

describe('the interval of the area under the ROC curve', () => {
  it.each([
    ['plain', scores],
    ['tied', tied],
  ] as const)('is DeLong’s for %s scores', (name, given) => {
    const expected = reference.delong[name];
    const { area, variance } = delongVariance(groupBothClasses(given, target));
    expect(area).toBeCloseTo(expected.area, 12);
    expect(variance).toBeCloseTo(expected.variance, 14);
    expect(delongInterval(given, target).low).toBeCloseTo(expected.low, 10);
    expect(delongInterval(given, target).high).toBeCloseTo(expected.high, 10);
  });

  it('is not falsely sure of a perfect order', () => {
    const interval = delongInterval(Float64Array.of(0.9, 0.8, 0.2, 0.1), Uint8Array.of(1, 1, 0, 0));
    expect(interval.high).toBe(1);
    expect(interval.low).toBeLessThan(0.5);
  });

  it('is wide for a single customer who left', () => {
    const { low, high } = delongInterval(Float64Array.of(0.5, 0.8, 0.2, 0.1), Uint8Array.of(1, 0, 0, 0));
    expect(high - low).toBeGreaterThan(0.6);
  });
});

describe('the intervals of all measures', () => {
  const intervals = metricIntervals(scores, target, 0.5, createRandom(3));

  it('agree with a long bootstrap in numpy', () => {
    for (const name of ['brier', 'f1'] as const) {
      const [low, high] = reference.bootstrap[name];
      // 400 resamples leave a tail quantile about a tenth of the width unsure.
      expect(Math.abs(intervals[name].low - low)).toBeLessThan((high - low) / 6);
      expect(Math.abs(intervals[name].high - high)).toBeLessThan((high - low) / 6);
    }
  });

  it('are the same for the same seed', () => {
    expect(metricIntervals(scores, target, 0.5, createRandom(3))).toEqual(intervals);
  });

  it('shrink with more customers', () => {
    const few = metricIntervals(scores.subarray(0, 60), target.subarray(0, 60), 0.5, createRandom(3));
    for (const name of ['rocAuc', 'accuracy', 'brier', 'logLoss', 'f1', 'prAuc', 'topDecileLift'] as const)
      expect(intervals[name].high - intervals[name].low).toBeLessThan(few[name].high - few[name].low);
  });

  it.each([0, 1])('are refused where every label is %d', (label) => {
    const one = new Uint8Array(scores.length).fill(label);
    expect(() => metricIntervals(scores, one, 0.5, createRandom(1))).toThrow(RangeError);
  });

  it('are refused for scores that are no probabilities, and without resamples', () => {
    expect(() =>
      metricIntervals(Float64Array.of(0.2, NaN), Uint8Array.of(0, 1), 0.5, createRandom(1)),
    ).toThrow(RangeError);
    expect(() => metricIntervals(scores, target, 0.5, createRandom(1), 0)).toThrow(RangeError);
  });

  it('hold the figures of metrics.ts and are numbers, whatever the scores', () => {
    const rows = fc
      .array(fc.record({ score: fc.integer({ min: 0, max: 8 }), left: fc.boolean() }), { minLength: 2 })
      .filter((all) => all.some((row) => row.left) && all.some((row) => !row.left));
    fc.assert(
      fc.property(rows, fc.constantFrom(0, 0.25, 0.5, 1, 2), (all, threshold) => {
        const given = Float64Array.from(all, (row) => row.score / 8);
        const labels = Uint8Array.from(all, (row) => (row.left ? 1 : 0));
        const figures = computeMetrics(given, labels, threshold);
        const found = metricIntervals(given, labels, threshold, createRandom(1), 20);
        expect(Object.keys(found).concat('confusion').sort()).toEqual(Object.keys(figures).sort());
        for (const [name, { low, high }] of Object.entries(found)) {
          const figure = figures[name as keyof typeof found];
          expect(low, name).toBeLessThanOrEqual(figure + 1e-12);
          expect(high, name).toBeGreaterThanOrEqual(figure - 1e-12);
        }
      }),
    );
  });
});
