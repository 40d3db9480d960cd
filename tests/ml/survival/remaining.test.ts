import { describe, expect, it } from 'vitest';
import { halfLeftAfter, stayingFor } from '../../../src/ml/survival/remaining.ts';

/** A tenth leaves each month for 12 months, told in periods of three. */
const periodEnds = Float64Array.of(3, 6, 9, 12);
const steady = { periodEnds, survival: periodEnds.map((end) => 0.9 ** end) };

describe('what is to come for a customer', () => {
  it('does not depend on the time so far where the hazard is constant', () => {
    for (const time of [0, 1.5, 3, 4]) {
      expect(stayingFor(steady, time, 5)).toBeCloseTo(0.9 ** 5, 12);
      expect(halfLeftAfter(steady, time)).toBeCloseTo(Math.log(0.5) / Math.log(0.9), 12);
    }
  });

  it('is not known after the last period', () => {
    expect(stayingFor(steady, 8, 5)).toBeNull();
    expect(stayingFor(steady, 13, 1)).toBeNull();
    expect(halfLeftAfter(steady, 8)).toBeNull();
  });

  it('takes everybody who leaves at once as they are', () => {
    const atOnce = { periodEnds: Float64Array.of(0, 2), survival: Float64Array.of(0.8, 0) };
    expect(stayingFor(atOnce, 0, 0)).toBe(1);
    expect(halfLeftAfter(atOnce, 0)).toBe(2);
    expect(stayingFor(atOnce, 2, 0)).toBeNull();
  });
});
