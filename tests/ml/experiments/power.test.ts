/** Against scipy (tests/oracles/experiments_reference.py). */
import { describe, expect, it } from 'vitest';
import { compareControlShares, proposeControlShare } from '../../../src/ml/experiments/power.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { sigmoid } from '../../../src/ml/math/sigmoid.ts';
import { reference } from './reference.ts';

const random = createRandom(3);
const probabilities = new Float64Array(5_000).map(() => sigmoid(-1.06 + 1.3 * random.normal()));
const campaign = { probabilities, savings: probabilities.map((p) => 40 * p - 4), saveRate: 0.15 };

describe('the power of a campaign', () => {
  it.each(reference.power.filter(({ reduction }) => reduction > 0))(
    'with a rate of $rate, a save rate of $reduction and $share of $size as controls',
    ({ rate, reduction, size, share, value }) => {
      const alike = {
        probabilities: new Float64Array(size).fill(rate),
        savings: new Float64Array(size),
        saveRate: reduction,
      };
      expect(compareControlShares(alike, [share])[0]!.power).toBeCloseTo(value, 6);
    },
  );

  it('is higher where scores tell customers apart, with the same rate', () => {
    const mean = probabilities.reduce((sum, p) => sum + p, 0) / 5_000;
    const alike = { ...campaign, probabilities: new Float64Array(5_000).fill(mean) };
    compareControlShares(campaign).forEach(({ power }, i) => {
      expect(power).toBeGreaterThan(compareControlShares(alike)[i]!.power);
    });
  });

  it('is 80 % at the save rate that is found in 80 of 100 cases', () => {
    for (const { share, detectable } of compareControlShares(campaign))
      expect(compareControlShares({ ...campaign, saveRate: detectable! }, [share])[0]!.power).toBeCloseTo(
        0.8,
        9,
      );
  });
});

describe('control shares', () => {
  const compared = compareControlShares(campaign);

  it('cost the savings that are not made with controls', () => {
    const saving = campaign.savings.reduce((sum, value) => sum + value, 0);
    for (const { share, cost } of compared) expect(cost / share).toBeCloseTo(saving, 6);
    expect(compared.map(({ controls }) => controls)).toEqual([250, 500, 750, 1000, 1500, 2500]);
  });

  it('find more the more controls there are, up to half', () => {
    const powers = compared.map(({ power }) => power);
    expect(powers).toEqual([...powers].sort((a, b) => a - b));
  });

  it('are proposed from 80 cases of 100 on, otherwise the one that finds most', () => {
    expect(proposeControlShare(compared)!.share).toBe(compared.find(({ power }) => power >= 0.8)!.share);
    const small = compareControlShares({ ...campaign, saveRate: 0.02 });
    expect(proposeControlShare(small)!.share).toBe(0.5);
    expect(proposeControlShare([])).toBeNull();
  });

  it('say where even saving everybody would not be found', () => {
    const few = {
      probabilities: new Float64Array(40).fill(0.02),
      savings: new Float64Array(40),
      saveRate: 0.5,
    };
    expect(compareControlShares(few, [0.1])[0]!.detectable).toBeNull();
    expect(compareControlShares(few, [0.01])).toEqual([]);
  });

  it.each([
    [{ saveRate: 0 }, 'saveRate must be above 0 and at most 1, found 0'],
    [{ savings: new Float64Array(3) }, 'savings must have 5000 entries, found 3'],
    [{ probabilities: new Float64Array(5_000).fill(2) }, 'probabilities must be from 0 to 1'],
  ])('are not compared with %o', (change, message) => {
    expect(() => compareControlShares({ ...campaign, ...change })).toThrow(message);
  });

  it('of several actions is that of each: fewer customers, and a level that all share', () => {
    const of = (arms: number): number => compareControlShares({ ...campaign, arms }, [0.2])[0]!.power;
    expect(of(2)).toBeLessThan(of(1));
    expect(of(3)).toBeLessThan(of(2));
  });
});
