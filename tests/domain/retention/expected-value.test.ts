import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  breakEvenSaveRate,
  customerValue,
  expectedSavingOf,
} from '../../../src/domain/retention/expected-value.ts';

const year = { valueMonths: 12, valueMargin: 1 };

describe('the expected saving of an action', () => {
  it('is probability × save rate × value − cost', () => {
    expect(expectedSavingOf(0.5, { saveRate: 0.2, cost: 25 }, 80, year)).toBeCloseTo(71, 10);
    expect(expectedSavingOf(0.1, { saveRate: 0.2, cost: 25 }, 80, year)).toBeCloseTo(-5.8, 10);
    expect(expectedSavingOf(0.5, { saveRate: 0.2, cost: 25 }, NaN, year)).toBeNaN();
  });

  it('counts the margin of the revenue over the months', () => {
    const worth = { valueMonths: 24, valueMargin: 0.4 };
    expect(customerValue(50, worth)).toBeCloseTo(480, 10);
    expect(expectedSavingOf(0.5, { saveRate: 0.2, cost: 25 }, 50, worth)).toBeCloseTo(0.1 * 480 - 25, 10);
    expect(customerValue(NaN, worth)).toBeNaN();
  });

  it('is 0 at the save rate that breaks even', () => {
    const amount = fc.double({ min: 0.01, max: 1e4, noNaN: true });
    const share = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(share, share, amount, amount, (p, valueMargin, monthly, cost) => {
        const worth = { valueMonths: 12, valueMargin };
        const saveRate = breakEvenSaveRate(p, customerValue(monthly, worth), cost)!;
        expect(expectedSavingOf(p, { saveRate, cost }, monthly, worth) / cost).toBeCloseTo(0, 9);
      }),
    );
  });
});

describe('the save rate that breaks even', () => {
  it('is above 1 where the cost is more than there is to lose', () => {
    expect(breakEvenSaveRate(0.1, 100, 20)).toBe(2);
  });

  it('is none where nothing can be lost, and 0 where nothing is paid', () => {
    expect(breakEvenSaveRate(0, 100, 20)).toBeNull();
    expect(breakEvenSaveRate(0.5, 0, 20)).toBeNull();
    expect(breakEvenSaveRate(0, 100, 0)).toBe(0);
  });
});
