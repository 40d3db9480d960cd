import { describe, expect, it } from 'vitest';
import { sequenceLevel } from '../../../src/ml/experiments/campaign-readout.ts';
import { anytimeFactor } from '../../../src/ml/experiments/confidence-sequence.ts';
import { estimateMoreNeeded } from '../../../src/ml/experiments/more-needed.ts';

/** A quarter of 4,000 members is known after three weeks. */
const progress = {
  value: -0.04,
  standardError: 0.03,
  smallestEffect: 0.02,
  information: 0.25,
  known: 1_000,
  weeks: 3,
};

describe('too early to tell', () => {
  it('says how many customers and weeks more', () => {
    const more = estimateMoreNeeded(progress)!;
    // At the horizon the standard error is 0.015, and two of them are below 0.04.
    expect(more).toEqual({ customers: 3_000, weeks: 9, isWithinPlan: true });
  });

  it('ends before the horizon where the confidence sequence will exclude 0', () => {
    const { customers } = estimateMoreNeeded({ ...progress, value: -0.08 })!;
    expect(customers).toBeLessThan(3_000);
    const known = 1_000 + customers;
    expect(anytimeFactor(known / 4_000, sequenceLevel) * 0.03 * Math.sqrt(1_000 / known)).toBeCloseTo(
      0.08,
      3,
    );
  });

  it('takes the smallest effect that matters where the estimate is below it', () => {
    const more = estimateMoreNeeded({ ...progress, value: 0 })!;
    expect(more).toEqual(estimateMoreNeeded({ ...progress, value: 0.02 }));
    // At the horizon two of them are still more than 0.02: the campaign is too small.
    expect(more.isWithinPlan).toBe(false);
    expect(more.customers).toBeGreaterThan(3_000);
  });

  it('is not said where it can be told, or where nothing is known', () => {
    expect(estimateMoreNeeded({ ...progress, value: -0.2 })).toBeNull();
    expect(estimateMoreNeeded({ ...progress, known: 0 })).toBeNull();
    expect(estimateMoreNeeded({ ...progress, standardError: 0 })).toBeNull();
  });
});
