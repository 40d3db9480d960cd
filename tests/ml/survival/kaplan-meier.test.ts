import { describe, expect, it } from 'vitest';
import { countTimes } from '../../../src/ml/survival/durations.ts';
import {
  kaplanMeier,
  kaplanMeierByGroup,
  survivalAt,
  timeUntilLeft,
} from '../../../src/ml/survival/kaplan-meier.ts';
import type { SurvivalCurve } from '../../../src/ml/survival/kaplan-meier.ts';
import { logRankTest } from '../../../src/ml/survival/log-rank.ts';
import { lifetimeReference } from '../../helpers/lifetime-reference.ts';
import type { ReferenceCurve } from '../../helpers/lifetime-reference.ts';

const { survival: reference } = lifetimeReference;
const durations = {
  times: Float64Array.from(reference.durations),
  left: Uint8Array.from(reference.left),
};
const groups = Int32Array.from(reference.group);

function expectCurve(curve: SurvivalCurve, expected: ReferenceCurve): void {
  // statsmodels keeps the times when somebody left.
  const places = [...curve.times.keys()].filter((k) => curve.left[k]! > 0);
  expect(places.map((k) => curve.times[k])).toEqual(expected.times);
  expect(places.map((k) => curve.atRisk[k])).toEqual(expected.atRisk);
  for (const name of ['survival', 'standardErrors', 'low', 'high'] as const)
    expected[name].forEach((value, k) => {
      if (value !== null) expect(curve[name][places[k]!]).toBeCloseTo(value, 12);
    });
  const { value, low, high } = timeUntilLeft(curve);
  expect([value, low, high]).toEqual(expected.median);
}

describe('a Kaplan–Meier curve', () => {
  it("is that of statsmodels, with Greenwood's errors, log-log intervals and median", () => {
    expectCurve(kaplanMeier(durations), reference.all);
  });

  it('is that of statsmodels in every group', () => {
    const curves = kaplanMeierByGroup(countTimes(durations, groups, 3));
    curves.forEach((curve, group) => {
      expectCurve(curve, reference.groups[group]!);
    });
  });

  it('is the plain share of those still there when everybody is followed to the end', () => {
    const curve = kaplanMeier({ times: Float64Array.of(1, 2, 2, 5), left: Uint8Array.of(1, 1, 1, 1) });
    expect([...curve.survival]).toEqual([0.75, 0.25, 0]);
    expect(curve).toMatchObject({ customers: 4, leftCount: 4 });
    expect(timeUntilLeft(curve)).toMatchObject({ value: 2, high: null });
    expect(curve.low[2]).toBeNaN();
  });

  it('stays at 1, without a median, when nobody leaves', () => {
    const curve = kaplanMeier({ times: Float64Array.of(3, 4), left: Uint8Array.of(0, 0) });
    expect([...curve.survival, ...curve.low, ...curve.high]).toEqual([1, 1, 1, 1, 1, 1]);
    expect(timeUntilLeft(curve)).toEqual({ value: null, low: null, high: null });
  });

  it('says nothing about a time that nobody was followed for', () => {
    const curve = kaplanMeier({ times: Float64Array.of(2, 4, 6), left: Uint8Array.of(1, 0, 0) });
    expect(survivalAt(curve, 0)).toEqual({ survival: 1, low: 1, high: 1, atRisk: 3 });
    expect(survivalAt(curve, 3)).toMatchObject({ survival: 1 - 1 / 3, atRisk: 2 });
    expect(survivalAt(curve, 4)).toMatchObject({ survival: 1 - 1 / 3, atRisk: 2 });
    expect(survivalAt(curve, 6.5)).toBeNull();
  });

  it('of nobody has no steps; one of a single customer has one', () => {
    expect(kaplanMeier({ times: new Float64Array(0), left: new Uint8Array(0) }).customers).toBe(0);
    const one = kaplanMeier({ times: Float64Array.of(0), left: Uint8Array.of(1) });
    expect([...one.survival]).toEqual([0]);
  });

  it('refuses times below 0 and lengths that differ', () => {
    expect(() => kaplanMeier({ times: Float64Array.of(-1), left: Uint8Array.of(1) })).toThrow(/0 or more/);
    expect(() => kaplanMeier({ times: Float64Array.of(1), left: new Uint8Array(0) })).toThrow(/1 entries/);
  });
});

describe('the log-rank test', () => {
  it('is that of statsmodels, for two groups and for three', () => {
    const three = logRankTest(countTimes(durations, groups, 3))!;
    expect(three.chiSquare).toBeCloseTo(reference.logRank.chiSquare, 9);
    expect(three.pValue).toBeCloseTo(reference.logRank.pValue, 12);
    expect(three.degreesOfFreedom).toBe(2);
    // A third group that has nobody, and customers in no group, change nothing.
    const firstTwo = groups.map((group) => (group === 2 ? -1 : group));
    const two = logRankTest(countTimes(durations, firstTwo, 3))!;
    expect(two.chiSquare).toBeCloseTo(reference.logRankOfTwo.chiSquare, 9);
    expect(two.pValue).toBeCloseTo(reference.logRankOfTwo.pValue, 9);
  });

  it('needs two groups, and somebody who left', () => {
    expect(logRankTest(countTimes(durations))).toBeNull();
    const stayed = { ...durations, left: new Uint8Array(durations.left.length) };
    expect(logRankTest(countTimes(stayed, groups, 3))).toBeNull();
  });
});
