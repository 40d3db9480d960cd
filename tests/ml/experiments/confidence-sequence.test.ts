import { describe, expect, it } from 'vitest';
import {
  anytimeFactor,
  anytimeInterval,
  informationOfRate,
} from '../../../src/ml/experiments/confidence-sequence.ts';
import { createRandom } from '../../../src/ml/math/random.ts';

describe('the confidence sequence', () => {
  it('is that of Waudby-Smith and others', () => {
    // Their formula for a mean of t observations with variance 1, ρ chosen for t = 500 of 1,000.
    const alpha = 0.05;
    const rho = Math.sqrt((-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / 500);
    for (const t of [10, 100, 500, 1000]) {
      const mixed = t * rho ** 2 + 1;
      const half = Math.sqrt(((2 * mixed) / (t * rho) ** 2) * Math.log(Math.sqrt(mixed) / alpha));
      const { low, high } = anytimeInterval({ value: 3, standardError: 1 / Math.sqrt(t) }, t / 1000);
      expect(high - 3).toBeCloseTo(half, 12);
      expect(3 - low).toBeCloseTo(half, 12);
    }
  });

  it('is 1.55 times as wide as the fixed interval when half of the information is in', () => {
    expect(anytimeFactor(0.5) / 1.959964).toBeCloseTo(1.55, 2);
    expect(anytimeFactor(0.5)).toBeLessThan(anytimeFactor(0.4));
    expect(anytimeFactor(0.5)).toBeLessThan(anytimeFactor(0.6));
  });

  it('is wider the less may go wrong', () => {
    expect(anytimeFactor(0.5, 0.99)).toBeGreaterThan(anytimeFactor(0.5, 0.95));
  });

  it('of pure chance, looked at after every step, misses 0 in fewer than 5 %', () => {
    const random = createRandom(11);
    const walks = 1_000;
    let [missed, missedFixed] = [0, 0];
    for (let walk = 0; walk < walks; walk++) {
      let sum = 0;
      let [outside, outsideFixed] = [false, false];
      for (let step = 1; step <= 200; step++) {
        sum += random.normal();
        const errors = Math.abs(sum) / Math.sqrt(step);
        outside ||= errors > anytimeFactor(step / 200);
        outsideFixed ||= errors > 1.959964;
      }
      missed += Number(outside);
      missedFixed += Number(outsideFixed);
    }
    expect(missed / walks).toBeLessThan(0.05);
    expect(missedFixed / walks).toBeGreaterThan(0.3);
  });

  it('needs some information', () => {
    expect(() => anytimeFactor(0)).toThrow('information must be above 0, found 0');
    expect(() => anytimeFactor(1, 1)).toThrow('level must be above 0 and below 1');
  });

  it('takes the odds of having left as information on customers who are followed', () => {
    expect(informationOfRate(0.3, 0.3)).toBe(1);
    expect(informationOfRate(0.1, 0.3)).toBeCloseTo(0.1 / 0.9 / (0.3 / 0.7), 12);
  });
});
