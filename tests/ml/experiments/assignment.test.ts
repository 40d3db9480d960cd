import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignArms } from '../../../src/ml/experiments/assignment.ts';
import { createRandom } from '../../../src/ml/math/random.ts';

const scoresOf = (members: number): Float64Array => {
  const random = createRandom(7);
  return new Float64Array(members).map(() => random.next());
};
const countOf = (values: ArrayLike<number>, value: number) =>
  Array.from(values).filter((v) => v === value).length;

describe('the split of a campaign', () => {
  const scores = scoresOf(5_000);
  const { arm, propensity, stratum } = assignArms(scores, [0.1, 0.9], 42);

  it('has a tenth of every score decile as controls', () => {
    for (let k = 0; k < 10; k++) {
      const arms = arm.filter((_, i) => stratum[i] === k);
      expect([arms.length, countOf(arms, 0)]).toEqual([500, 50]);
    }
  });

  it('numbers strata by rising score', () => {
    const highest = new Float64Array(10);
    const lowest = new Float64Array(10).fill(1);
    stratum.forEach((k, i) => {
      highest[k] = Math.max(highest[k]!, scores[i]!);
      lowest[k] = Math.min(lowest[k]!, scores[i]!);
    });
    for (let k = 1; k < 10; k++) expect(lowest[k]).toBeGreaterThan(highest[k - 1]!);
  });

  it('says with what chance each member got the arm', () => {
    propensity.forEach((chance, i) => {
      expect(chance).toBeCloseTo(arm[i] === 0 ? 0.1 : 0.9, 12);
    });
  });

  it('is the same for the same seed, and another for another', () => {
    expect(assignArms(scores, [0.1, 0.9], 42)).toEqual({ arm, propensity, stratum });
    expect(assignArms(scores, [0.1, 0.9], 43).arm).not.toEqual(arm);
  });

  it('gives every member about the same chance over many seeds, those of equal scores too', () => {
    const tied = Float64Array.of(0.1, 0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.9);
    const controls = new Float64Array(8);
    const seeds = 4_000;
    for (let seed = 0; seed < seeds; seed++)
      assignArms(tied, [0.25, 0.75], seed).arm.forEach((a, i) => (controls[i]! += Number(a === 0)));
    // Five standard errors of a share of 0.25.
    controls.forEach((count) => {
      expect(Math.abs(count / seeds - 0.25)).toBeLessThan(0.035);
    });
  });

  it('gives all arms their shares to within one member, and chances that add up to each arm’s size', () => {
    const shares = fc
      .array(fc.integer({ min: 1, max: 20 }), { minLength: 2, maxLength: 5 })
      .map((parts) => parts.map((part) => part / parts.reduce((sum, other) => sum + other, 0)));
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 900 }), shares, fc.nat(), (members, planned, seed) => {
        const split = assignArms(scoresOf(members), planned, seed);
        planned.forEach((share, a) => {
          expect(Math.abs(countOf(split.arm, a) - members * share)).toBeLessThanOrEqual(1);
        });
        // Σ 1 / chance over the members of an arm in a stratum is the size of the stratum.
        const sizes = new Map<string, number>();
        split.arm.forEach((a, i) => {
          const key = `${split.stratum[i]!}/${a}`;
          sizes.set(key, (sizes.get(key) ?? 0) + 1 / split.propensity[i]!);
        });
        sizes.forEach((size, key) => {
          expect(size).toBeCloseTo(countOf(split.stratum, Number(key.split('/')[0])), 6);
        });
      }),
      { numRuns: 30 },
    );
  });

  it('has fewer strata where a decile would have fewer than two controls', () => {
    expect(new Set(assignArms(scoresOf(60), [0.1, 0.9], 1).stratum).size).toBe(3);
  });

  it.each([
    [100, [0, 1], 'must have a share above 0'],
    [100, [0.5, 0.6], 'shares must add up to 1, found 1.1'],
    [100, [1], 'each of two to 255 arms'],
    [15, [0.1, 0.9], '15 members are too few'],
  ])('of %d members by %j is refused', (size, shares, message) => {
    expect(() => assignArms(scoresOf(size), shares, 1)).toThrow(message);
  });
});
