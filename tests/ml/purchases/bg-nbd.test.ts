import { describe, expect, it } from 'vitest';
import { bgNbdLikelihood, fitBgNbd } from '../../../src/ml/purchases/bg-nbd.ts';
import type { BgNbd } from '../../../src/ml/purchases/bg-nbd.ts';
import {
  countDistribution,
  expectedIfActive,
  expectedPurchases,
  probabilityActive,
} from '../../../src/ml/purchases/bg-nbd-forecast.ts';
import type { Histories } from '../../../src/ml/purchases/histories.ts';
import { lifetimeReference } from '../../helpers/lifetime-reference.ts';

const { purchases: reference } = lifetimeReference;
const histories: Histories = {
  repeats: Float64Array.from(reference.repeats),
  lastTimes: Float64Array.from(reference.last),
  ends: Float64Array.from(reference.end),
};
const toModel = ([r, alpha, a, b]: readonly number[]): BgNbd => ({ r: r!, alpha: alpha!, a: a!, b: b! });
const valuesOf = ({ r, alpha, a, b }: BgNbd): number[] => [r, alpha, a, b];

describe('a BG/NBD fit', () => {
  it("ends at SciPy's maximum, with its standard errors", () => {
    const fitted = fitBgNbd(histories);
    expect(fitted.hasConverged).toBe(true);
    expect(fitted.logLikelihood).toBeCloseTo(reference.bgNbd.logLikelihood, 6);
    valuesOf(fitted).forEach((value, i) => {
      expect(value / reference.bgNbd.params[i]!).toBeCloseTo(1, 4);
    });
    valuesOf(fitted.standardErrors!).forEach((value, i) => {
      expect(value / reference.bgNbd.standardErrors[i]!).toBeCloseTo(1, 3);
    });
  });

  it('does not depend on the unit of time, but for α', () => {
    const inDays = {
      ...histories,
      lastTimes: histories.lastTimes.map((t) => t * 7),
      ends: histories.ends.map((t) => t * 7),
    };
    const [weeks, days] = [fitBgNbd(histories), fitBgNbd(inDays)];
    expect(days.alpha / weeks.alpha).toBeCloseTo(7, 3);
    expect(days.r).toBeCloseTo(weeks.r, 4);
    expect(days.b).toBeCloseTo(weeks.b, 3);
  });

  it('has the derivatives of its likelihood', () => {
    const logs = [0.4, 5, 1.4, 0.8].map(Math.log);
    const { gradient } = bgNbdLikelihood(histories, toModel(logs.map(Math.exp)));
    logs.forEach((_, i) => {
      const beside = (step: number): number =>
        bgNbdLikelihood(histories, toModel(logs.map((value, k) => Math.exp(k === i ? value + step : value))))
          .value;
      expect(gradient[i]).toBeCloseTo((beside(1e-5) - beside(-1e-5)) / 2e-5, 8);
    });
  });

  it('refuses histories without a repeat purchase, and ones that make no sense', () => {
    const of = (repeats: number, last: number, end: number): Histories => ({
      repeats: Float64Array.of(repeats),
      lastTimes: Float64Array.of(last),
      ends: Float64Array.of(end),
    });
    expect(() => fitBgNbd(of(0, 0, 10))).toThrow('nobody has a repeat purchase');
    expect(() => fitBgNbd(of(1, 11, 10))).toThrow(/cannot end at 10/);
    expect(() => fitBgNbd(of(0, 3, 10))).toThrow(RangeError);
    expect(() => fitBgNbd(of(0.5, 3, 10))).toThrow(/whole/);
  });

  it('of a single customer ends, without standard errors that mean anything', () => {
    const one = { repeats: Float64Array.of(3), lastTimes: Float64Array.of(9), ends: Float64Array.of(10) };
    const { r, standardErrors } = fitBgNbd(one);
    expect(r).toBeGreaterThan(0);
    expect(standardErrors).toBeNull();
  });
});

describe('the forecast', () => {
  it.each(reference.forecasts)('of $history for $time ahead is that of SciPy', (expected) => {
    const model = toModel(expected.params);
    const [repeats, lastTime, end] = expected.history as [number, number, number];
    const history = { repeats, lastTime, end };
    const active = probabilityActive(model, history);
    const ifActive = expectedIfActive(model, history, expected.time);
    expect(active).toBeCloseTo(expected.active, 12);
    expect(ifActive / expected.ifActive).toBeCloseTo(1, 9);
    expect(expectedPurchases(model, history, expected.time)).toBeCloseTo(active * ifActive, 12);
  });

  it('has no jump at a = 1, and none in no time', () => {
    const history = { repeats: 3, lastTime: 20, end: 30 };
    const at = (a: number): number => expectedIfActive({ r: 0.5, alpha: 5, a, b: 2 }, history, 12);
    expect(at(1)).toBeCloseTo((at(1 - 1e-6) + at(1 + 1e-6)) / 2, 9);
    expect(expectedIfActive({ r: 0.5, alpha: 5, a: 1, b: 2 }, history, 0)).toBe(0);
  });

  it("has SciPy's distribution of purchases", () => {
    const model = toModel(reference.bgNbd.params);
    const { time, shares } = reference.distribution;
    const found = countDistribution(model, time, shares.length - 1);
    shares.forEach((share, x) => {
      expect(found[x]).toBeCloseTo(share, 9);
    });
  });

  it('adds up: all counts have a share of 1, and their mean is what a new customer buys', () => {
    const model = { r: 0.8, alpha: 6, a: 1.4, b: 2.5 };
    const shares = countDistribution(model, 30, 400);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
    const mean = shares.reduce((sum, share, x) => sum + share * x, 0);
    expect(expectedPurchases(model, { repeats: 0, lastTime: 0, end: 0 }, 30)).toBeCloseTo(mean, 4);
  });
});
