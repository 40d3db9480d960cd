/** Against scipy and statsmodels (tests/oracles/experiments_reference.py). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { differenceOfArms, newcombeInterval } from '../../../src/ml/experiments/arm-difference.ts';
import { outcomesByStratum } from '../../../src/ml/experiments/arm-outcomes.ts';
import type { Stratum } from '../../../src/ml/experiments/arm-outcomes.ts';
import { adjustedDifference } from '../../../src/ml/experiments/score-adjustment.ts';
import { members, reference } from './reference.ts';

const armOf = (left: number, count: number) => ({
  count,
  mean: left / count,
  squares: (left * (count - left)) / count,
});

/** The interval, then what else the reference has. */
const expectAlike = (found: object | null, stored: object): void => {
  expect(found).not.toBeNull();
  const figures = new Map(Object.entries(found!));
  for (const [name, value] of Object.entries(stored))
    expect(Math.abs(Number(figures.get(name)) - Number(value)) / (1 + Math.abs(Number(value)))).toBeLessThan(
      1e-9,
    );
};

describe('the difference of arms by strata', () => {
  it.each(['outcome', 'money'] as const)('of %s, with its interval', (name) => {
    const found = differenceOfArms(outcomesByStratum({ ...members, outcome: members[name] }));
    expectAlike(found, reference.stratified[name]);
    expect(found).toMatchObject({ treated: 480, control: 120, strata: 10, method: 'student' });
  });

  it('in one stratum is that of the means, with Welch’s interval', () => {
    const one = { ...members, stratum: new Int32Array(600) };
    expectAlike(differenceOfArms(outcomesByStratum(one)), reference.stratified.oneStratum);
  });

  it('is not changed by adding to outcomes, nor by the unit they are measured in', () => {
    const before = differenceOfArms(outcomesByStratum({ ...members, outcome: members.money }))!;
    const after = differenceOfArms(
      outcomesByStratum({ ...members, outcome: members.money.map((value) => 5 - 3 * value) }),
    )!;
    expect(after.value).toBeCloseTo(-3 * before.value, 9);
    expect(after.low).toBeCloseTo(-3 * before.high, 9);
    expect(after.degreesOfFreedom).toBeCloseTo(before.degreesOfFreedom, 6);
  });

  it('is wider at a higher level', () => {
    const strata = outcomesByStratum(members);
    const [narrow, wide] = [0.8, 0.99].map((level) => differenceOfArms(strata, level)!);
    expect(wide!.low).toBeLessThan(narrow!.low);
    expect(wide!.high).toBeGreaterThan(narrow!.high);
  });

  it('needs two members of each arm', () => {
    expect(differenceOfArms([])).toBeNull();
    expect(differenceOfArms([{ control: armOf(0, 1), treated: armOf(3, 40) }])).toBeNull();
  });

  it('is sure of an outcome in money that is the same for all', () => {
    const alike = { count: 5, mean: 20, squares: 0 };
    const found = differenceOfArms([{ control: alike, treated: alike }]);
    expect(found).toMatchObject({ value: 0, low: 0, high: 0, standardError: 0 });
  });

  it('is refused a level that is none', () => {
    expect(() => differenceOfArms([], 95)).toThrow('level must be above 0 and below 1, found 95');
  });
});

describe('where few customers left', () => {
  it.each(reference.newcombe)('the interval of $treated against $control is Newcombe’s', (stored) => {
    const stratum = { control: armOf(...stored.control), treated: armOf(...stored.treated) };
    expectAlike(newcombeInterval([stratum]), { low: stored.low, high: stored.high });
    const rare = [stored.control, stored.treated].some(([left, count]) => Math.min(left, count - left) < 20);
    expect(differenceOfArms([stratum])!.method).toBe(rare ? 'newcombe' : 'student');
  });

  it.each(reference.stratifiedNewcombe)('the interval by strata is that of Yan and Su: $counts', (stored) => {
    const strata = stored.counts.map(([left1, n1, left0, n0]) => ({
      control: armOf(left0, n0),
      treated: armOf(left1, n1),
    }));
    expectAlike(newcombeInterval(strata), { low: stored.low, high: stored.high });
  });

  it('the interval holds the difference, stays within −1 and 1, and turns round with the arms', () => {
    const arm = fc.tuple(fc.nat(30), fc.nat(30)).map(([left, stayed]) => armOf(left, left + stayed + 1));
    const strata = fc.array(fc.record({ control: arm, treated: arm }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(strata, (found) => {
        const { low, high } = newcombeInterval(found);
        expect(low).toBeGreaterThanOrEqual(-1 - 1e-12);
        expect(high).toBeLessThanOrEqual(1 + 1e-12);
        expect(low).toBeLessThan(high);
        const turned: Stratum[] = found.map(({ control, treated }) => ({
          control: treated,
          treated: control,
        }));
        expect(newcombeInterval(turned).low).toBeCloseTo(-high, 12);
      }),
    );
  });
});

describe('the difference adjusted by the score', () => {
  it.each(['outcome', 'money'] as const)('of %s is Lin’s, with HC2 errors', (name) => {
    expectAlike(adjustedDifference({ ...members, outcome: members[name] }), reference.adjusted[name]);
  });

  it('is narrower where the score says much', () => {
    const money = { ...members, outcome: members.score.map((score, i) => score + members.money[i]! / 1e4) };
    const width = ({ low, high }: { low: number; high: number }) => high - low;
    expect(width(adjustedDifference(money)!)).toBeLessThan(
      width(differenceOfArms(outcomesByStratum(money))!),
    );
  });

  it('is the plain difference where all scores are alike', () => {
    const alike = { ...members, score: new Float64Array(600).fill(0.3) };
    expect(adjustedDifference(alike)!.value).toBeCloseTo(reference.stratified.oneStratum.value, 12);
  });

  it('is not given where few customers left', () => {
    const few = { ...members, outcome: members.outcome.map((left, i) => (members.arm[i] === 0 ? 0 : left)) };
    expect(adjustedDifference(few)).toBeNull();
  });

  it('needs three members of each arm', () => {
    const few = {
      score: Float64Array.of(1, 2, 3, 4),
      arm: Uint8Array.of(0, 1, 1, 1),
      outcome: new Float64Array(4),
    };
    expect(adjustedDifference(few)).toBeNull();
  });
});
