import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  joinArms,
  mergeStrata,
  outcomesByStratum,
  sizeOf,
} from '../../../src/ml/experiments/arm-outcomes.ts';

const arm = fc.record({
  count: fc.integer({ min: 0, max: 6 }),
  mean: fc.double({ min: -9, max: 9, noNaN: true }),
  squares: fc.double({ min: 0, max: 9, noNaN: true }),
});

describe('outcomes by stratum', () => {
  it('are counted, averaged and spread', () => {
    const strata = outcomesByStratum({
      stratum: Int32Array.of(2, 0, 0, 2, 2, 0),
      arm: Uint8Array.of(0, 0, 1, 1, 1, 1),
      outcome: Float64Array.of(1, 1, 0, 3, 7, 1),
    });
    // Nobody is in stratum 1.
    expect(strata).toEqual([
      { control: { count: 1, mean: 1, squares: 0 }, treated: { count: 2, mean: 0.5, squares: 0.5 } },
      { control: { count: 1, mean: 1, squares: 0 }, treated: { count: 2, mean: 5, squares: 8 } },
    ]);
  });

  it('joined are those of all rows together', () => {
    const values = fc.array(fc.tuple(fc.nat(5), fc.double({ min: -1e3, max: 1e3, noNaN: true })), {
      minLength: 1,
    });
    fc.assert(
      fc.property(values, (rows) => {
        const outcomes = (stratum: (k: number) => number) =>
          outcomesByStratum({
            stratum: Int32Array.from(rows, ([k]) => stratum(k)),
            arm: new Uint8Array(rows.length),
            outcome: Float64Array.from(rows, ([, value]) => value),
          }).map(({ control }) => control);
        const [whole] = outcomes(() => 0);
        const joined = joinArms(outcomes((k) => k));
        expect(joined.count).toBe(whole!.count);
        expect(joined.mean).toBeCloseTo(whole!.mean, 8);
        expect(joined.squares).toBeCloseTo(whole!.squares, 4);
      }),
    );
  });

  it.each([
    [{ arm: Uint8Array.of(2) }, 'arm must be 0 (control) or 1 (treated)'],
    [{ stratum: Int32Array.of(-1) }, 'strata are numbered from 0'],
    [{ outcome: Float64Array.of(NaN) }, 'outcomes must be finite'],
    [{ outcome: Float64Array.of(1, 2) }, 'an outcome for each of 1 members, found 1 and 2'],
  ])('are refused with %o', (change, message) => {
    const members = { stratum: Int32Array.of(0), arm: Uint8Array.of(1), outcome: Float64Array.of(1) };
    expect(() => outcomesByStratum({ ...members, ...change })).toThrow(message);
  });
});

describe('joining strata with few members of an arm', () => {
  it('leaves at least two of each in every stratum, unless there are not as many, and loses nobody', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ control: arm, treated: arm }), { minLength: 1 }), (strata) => {
        const merged = mergeStrata(strata);
        const members = (all: typeof strata) => all.reduce((sum, stratum) => sum + sizeOf(stratum), 0);
        expect(members(merged)).toBe(members(strata));
        const fewest = Math.min(
          ...merged.map(({ control, treated }) => Math.min(control.count, treated.count)),
        );
        if (merged.length > 1) expect(fewest).toBeGreaterThanOrEqual(2);
      }),
    );
  });

  it('leaves strata alone that have enough', () => {
    const many = { count: 2, mean: 1, squares: 1 };
    const strata = [1, 2, 3].map(() => ({ control: many, treated: many }));
    expect(mergeStrata(strata)).toEqual(strata);
  });
});
