/** Against scipy's Beta distribution (tests/oracles/experiments_reference.py). */
import { describe, expect, it } from 'vitest';
import { outcomesByStratum } from '../../../src/ml/experiments/arm-outcomes.ts';
import { estimateSaveRate, saveRateEvidence } from '../../../src/ml/experiments/save-rate.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { betaQuantile } from '../../../src/ml/math/quantiles.ts';
import { members, reference } from './reference.ts';

const armOf = (left: number, count: number) => ({
  count,
  mean: left / count,
  squares: (left * (count - left)) / count,
});

describe('the save rate of an action', () => {
  it.each(reference.saveRates)('from a rule’s $prior and $campaigns', (stored) => {
    const found = estimateSaveRate(stored.prior, stored.campaigns, stored.customers);
    expect(found.mean).toBeCloseTo(stored.mean, 12);
    expect(found.low).toBeCloseTo(stored.low, 9);
    expect(found.high).toBeCloseTo(stored.high, 9);
  });

  it('is the rule’s figure, with wide bounds, before any campaign', () => {
    const { mean, low, high, campaignCustomers } = estimateSaveRate(0.2, []);
    expect(mean).toBeCloseTo(0.2, 12);
    expect(campaignCustomers).toBe(0);
    expect(high - low).toBeGreaterThan(0.3);
  });

  it('is the campaigns’ figure after many of them', () => {
    const campaigns = Array.from({ length: 400 }, () => ({ rate: 0.08, variance: 0.01 }));
    const { mean, low, high } = estimateSaveRate(0.2, campaigns);
    expect(mean).toBeCloseTo(0.08, 2);
    expect(high - low).toBeLessThan(0.03);
  });

  it('comes near 0 where contact does harm, and never leaves 0 and 1', () => {
    const { mean, low } = estimateSaveRate(0.2, [{ rate: -0.4, variance: 0.001 }]);
    expect(mean).toBeLessThan(0.03);
    expect(low).toBeGreaterThanOrEqual(0);
    expect(estimateSaveRate(1, [{ rate: 1, variance: 0 }]).high).toBeLessThanOrEqual(1);
  });

  it('has a true rate that comes from the prior within its bounds in about 94 of 100 campaigns', () => {
    const random = createRandom(21);
    let held = 0;
    for (let campaign = 0; campaign < 2_000; campaign++) {
      const rate = betaQuantile(random.next(), 3, 17);
      const evidence = { rate: rate + 0.08 * random.normal(), variance: 0.08 ** 2 };
      const { low, high } = estimateSaveRate(0.15, [evidence]);
      held += Number(low <= rate && rate <= high);
    }
    expect(held / 2_000).toBeGreaterThan(0.925);
    expect(held / 2_000).toBeLessThan(0.965);
  });

  it.each([
    [1.2, 20, 'the save rate must be from 0 to 1, found 1.2'],
    [NaN, 20, 'the save rate must be from 0 to 1, found NaN'],
    [0.2, 0, 'priorCustomers must be above 0 and finite, found 0'],
  ])('is not estimated from %d worth %d customers', (rate, customers, message) => {
    expect(() => estimateSaveRate(rate, [], customers)).toThrow(message);
  });
});

describe('what a campaign says of the save rate', () => {
  it('is how much smaller the churn of the treated is, with the variance of a ratio', () => {
    const { rate, variance } = saveRateEvidence([{ treated: armOf(240, 1_000), control: armOf(30, 100) }])!;
    expect(rate).toBeCloseTo(0.2, 12);
    // That of the logarithm of a ratio of shares, with n − 1, times the ratio squared.
    expect(variance).toBeCloseTo(0.8 ** 2 * (0.76 / 0.24 / 999 + 0.7 / 0.3 / 99), 12);
  });

  it('is by strata', () => {
    const { rate, variance } = saveRateEvidence(outcomesByStratum(members))!;
    expect(rate).toBeGreaterThan(-1);
    // The score explains a part of who leaves.
    expect(variance).toBeLessThan(
      saveRateEvidence(outcomesByStratum({ ...members, stratum: new Int32Array(600) }))!.variance,
    );
  });

  it('is nothing where no control left, or where there is one control', () => {
    expect(saveRateEvidence([{ treated: armOf(3, 100), control: armOf(0, 10) }])).toBeNull();
    expect(saveRateEvidence([{ treated: armOf(3, 100), control: armOf(1, 1) }])).toBeNull();
    expect(saveRateEvidence([])).toBeNull();
  });
});
