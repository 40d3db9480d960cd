import { describe, expect, it } from 'vitest';
import type { Table } from '../../../src/ml/data/table.ts';
import { choosePeriods, fitHazard, survivalOf } from '../../../src/ml/survival/hazard.ts';
import { kaplanMeier, survivalAt } from '../../../src/ml/survival/kaplan-meier.ts';
import { lifetimeReference } from '../../helpers/lifetime-reference.ts';

const { survival: reference } = lifetimeReference;
const durations = {
  times: Float64Array.from(reference.durations),
  left: Uint8Array.from(reference.left),
};
const size = durations.times.length;
const unpenalised = { family: 'logistic', params: { l2: 1e-9, knots: 0 }, seed: 1 } as const;

const features: Table = {
  rowCount: size,
  columns: [
    { kind: 'number', name: 'number', values: Float64Array.from(reference.number) },
    { kind: 'category', name: 'group', levels: ['a', 'b', 'c'], codes: Int32Array.from(reference.group) },
  ],
};
const nothing: Table = { rowCount: size, columns: [] };

describe('a discrete-time hazard', () => {
  it("gives the survival of statsmodels' logistic regression on person-periods", () => {
    const { periodEnds, survival: expected } = reference.hazards;
    const model = fitHazard(durations, features, Float64Array.from(periodEnds), unpenalised);
    const survival = survivalOf(model, features);
    expected.flat().forEach((value, i) => {
      expect(survival[i]).toBeCloseTo(value, 6);
    });
  });

  it('is the Kaplan–Meier curve where every time is a period and there are no features', () => {
    const curve = kaplanMeier(durations);
    const periodEnds = curve.times.filter((_, k) => curve.left[k]! > 0);
    const model = fitHazard(durations, nothing, periodEnds, unpenalised);
    const survival = survivalOf(model, { rowCount: 1, columns: [] });
    periodEnds.forEach((end, k) => {
      expect(survival[k]).toBeCloseTo(survivalAt(curve, end)!.survival, 6);
    });
  });

  it('can be fitted by boosting, and ranks customers as they left', () => {
    const model = fitHazard(durations, features, choosePeriods(durations, 8), {
      family: 'boosting',
      params: { trees: 60, maxLeaves: 4 },
      seed: 1,
    });
    const survival = survivalOf(model, features);
    const ofGroup = (code: number): number => {
      const rows = reference.group.flatMap((group, row) => (group === code ? [row] : []));
      return rows.reduce((sum, row) => sum + survival[row * model.periodEnds.length + 3]!, 0) / rows.length;
    };
    expect(ofGroup(2)).toBeGreaterThan(ofGroup(1));
    expect(ofGroup(1)).toBeGreaterThan(ofGroup(0));
  });
});

describe('periods', () => {
  it('have about as many customers who leave in each', () => {
    const ends = choosePeriods(durations, 6);
    expect(ends.length).toBeLessThanOrEqual(6);
    expect([...ends]).toEqual([...ends].sort((a, b) => a - b));
    const leaving = durations.times.filter((_, i) => durations.left[i] === 1);
    expect(ends.at(-1)).toBe(Math.max(...leaving));
  });

  it('are as few as the times when somebody left', () => {
    const two = { times: Float64Array.of(1, 1, 3, 9), left: Uint8Array.of(1, 1, 1, 0) };
    expect([...choosePeriods(two, 12)]).toEqual([1, 3]);
    expect(choosePeriods({ times: Float64Array.of(1), left: Uint8Array.of(0) }, 12)).toHaveLength(0);
  });
});
