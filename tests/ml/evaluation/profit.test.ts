import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thresholdSweep } from '../../../src/ml/evaluation/curves.ts';
import { expectedProfitOf, optimalThreshold, profitCurve } from '../../../src/ml/evaluation/profit.ts';

// Each saved customer is worth twelve months; half of those contacted are saved.
const assumptions = { contactCost: 2, offerCost: 20, saveRate: 0.5, valueMonths: 12, valueMargin: 1 };

// Four customers, highest score first.
const scores = Float64Array.of(0.9, 0.6, 0.6, 0.2);
const target = Uint8Array.of(1, 0, 1, 0);
const monthly = Float64Array.of(30, 50, 10, 40);

describe('the profit curve, worked out by hand', () => {
  const curve = profitCurve(thresholdSweep(scores, target, monthly), assumptions);

  it.each([
    // No customer.
    [0.95, 0],
    // One customer who left: half of 360 − 20, less the contact.
    [0.9, 168],
    // With one who left, worth half of 120 − 20 less 2, and one who stayed, at 20 + 2.
    [0.6, 168 + 48 - 22],
    [0, 168 + 48 - 22 - 22],
  ])('from %d on gains %d', (threshold, profit) => {
    const point = curve[Math.round(threshold * 100)]!;
    expect(point.threshold).toBe(threshold);
    expect(point.profit).toBeCloseTo(profit, 10);
    expect(point.profitPerCustomer).toBeCloseTo(profit / 4, 10);
  });

  it('counts the margin of the revenue', () => {
    const sweep = thresholdSweep(scores, target, monthly);
    const half = profitCurve(sweep, { ...assumptions, valueMargin: 0.5 });
    expect(half).toEqual(profitCurve(sweep, { ...assumptions, valueMonths: assumptions.valueMonths / 2 }));
  });

  it('takes one value for all in place of each customer’s', () => {
    const alike = profitCurve(thresholdSweep(scores, target, monthly), assumptions, 25);
    expect(alike).toEqual(
      profitCurve(thresholdSweep(scores, target, new Float64Array(4).fill(25)), assumptions),
    );
  });
});

describe('the best threshold', () => {
  it('is found among the scores', () => {
    const { profit, ...best } = optimalThreshold(scores, target, monthly, assumptions);
    expect(best).toEqual({ threshold: 0.6, profitPerCustomer: profit / 4, share: 0.75 });
    expect(profit).toBeCloseTo(194, 10);
  });

  it('is none where every contact costs more than it brings', () => {
    const dear = { ...assumptions, contactCost: 1000 };
    expect(optimalThreshold(scores, target, monthly, dear)).toEqual({
      threshold: null,
      profit: 0,
      profitPerCustomer: 0,
      share: 0,
    });
  });

  it('contacts fewer where more gains no more', () => {
    const free = { contactCost: 0, offerCost: 0, saveRate: 1, valueMonths: 1, valueMargin: 1 };
    expect(optimalThreshold(scores, Uint8Array.of(1, 0, 0, 0), 5, free).threshold).toBe(0.9);
  });

  const customers = fc.array(
    fc.record({
      score: fc.integer({ min: 0, max: 20 }),
      left: fc.boolean(),
      value: fc.integer({ min: -5, max: 90 }),
    }),
    { minLength: 1 },
  );
  const plans = fc.record({
    contactCost: fc.integer({ min: 0, max: 30 }),
    offerCost: fc.integer({ min: 0, max: 60 }),
    saveRate: fc.integer({ min: 0, max: 4 }).map((quarter) => quarter / 4),
    valueMonths: fc.integer({ min: 0, max: 24 }),
    valueMargin: fc.constantFrom(0, 0.4, 1),
  });

  it('gains what the best of all possible thresholds gains, customer by customer', () => {
    fc.assert(
      fc.property(customers, plans, (all, plan) => {
        const gainFrom = (from: number): number =>
          all
            .filter(({ score }) => score >= from)
            .map(({ left, value }) => expectedProfitOf(left ? 1 : 0, value, plan))
            .reduce((sum, gain) => sum + gain, 0);
        const given = Float64Array.from(all, ({ score }) => score / 20);
        const labels = Uint8Array.from(all, ({ left }) => (left ? 1 : 0));
        const values = Float64Array.from(all, ({ value }) => value);
        const best = optimalThreshold(given, labels, values, plan);
        expect(best.profit).toBeCloseTo(
          Math.max(...Array.from({ length: 22 }, (_, from) => gainFrom(from))),
          8,
        );
        const contacted = all.filter(({ score }) => best.threshold !== null && score / 20 >= best.threshold);
        expect(best.share).toBeCloseTo(contacted.length / all.length, 12);
      }),
    );
  });

  it('is found without a pass for each score of a million', () => {
    const many = new Float64Array(1_000_000).map((_, i) => ((i * 7919) % 1_000_003) / 1_000_003);
    const labels = Uint8Array.from(many, (score) => (score > 0.7 ? 1 : 0));
    const timed = <T>(work: () => T): [T, number] => {
      const started = performance.now();
      return [work(), performance.now() - started];
    };
    const [, sorting] = timed(() => Float64Array.from(many).sort());
    const [best, taken] = timed(() => optimalThreshold(many, labels, 50, assumptions));
    // A few sorts' worth. A pass for each score would take 100,000 times as long.
    expect(taken / sorting).toBeLessThan(100);
    expect(best.threshold).toBeGreaterThan(0.7);
    expect(best.share).toBeCloseTo(0.3, 4);
  });
});

describe('contacting one customer', () => {
  it('is worth it above the probability where gain and cost meet', () => {
    // p · 0.5 · (12 · 30 − 20) = (1 − p) · 20 + 2
    const even = 22 / (0.5 * 340 + 20);
    expect(expectedProfitOf(even, 30, assumptions)).toBeCloseTo(0, 10);
    expect(expectedProfitOf(even + 0.01, 30, assumptions)).toBeGreaterThan(0);
    expect(expectedProfitOf(even - 0.01, 30, assumptions)).toBeLessThan(0);
  });

  it.each([
    [{ saveRate: 1.2 }, 'saveRate must be at least 0 and at most 1, found 1.2'],
    [{ contactCost: -1 }, 'contactCost must be at least 0 and finite, found -1'],
    [{ offerCost: NaN }, 'offerCost must be at least 0 and finite, found NaN'],
    [{ valueMonths: Infinity }, 'valueMonths must be at least 0 and finite, found Infinity'],
  ])('is not judged under %o', (change, message) => {
    expect(() => expectedProfitOf(0.5, 30, { ...assumptions, ...change })).toThrow(message);
  });

  it('needs a probability and a value', () => {
    expect(() => expectedProfitOf(1.5, 30, assumptions)).toThrow(RangeError);
    expect(() => expectedProfitOf(0.5, NaN, assumptions)).toThrow(RangeError);
    expect(() => optimalThreshold(scores, target, Float64Array.of(1, 2, NaN, 3), assumptions)).toThrow(
      RangeError,
    );
  });
});
