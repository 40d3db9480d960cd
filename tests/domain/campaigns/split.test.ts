import { describe, expect, it } from 'vitest';
import { splitAtRandom, splitByPlan } from '../../../src/domain/campaigns/split.ts';

const scores = Float64Array.from({ length: 1_000 }, (_, i) => i / 1_000);
const splitting = { scores, controlShare: 0.2, seed: 7 };
const count = (values: Iterable<number>, wanted: number): number =>
  [...values].filter((value) => value === wanted).length;

describe('a split', () => {
  it('gives several actions equal shares beside one control group', () => {
    const { arm, propensity } = splitAtRandom(splitting, 3);
    expect([0, 1, 2, 3].map((k) => count(arm, k))).toEqual([200, 267, 266, 267]);
    arm.forEach((k, i) => {
      expect(propensity[i]).toBeCloseTo(k === 0 ? 0.2 : 0.8 / 3, 1);
    });
  });

  it('of a plan gives each action its share of controls, within its own customers', () => {
    const planned = Array.from(scores, (_, i) => (i % 4 === 0 ? 2 : 1));
    const { arm, stratum, propensity } = splitByPlan(splitting, planned);
    for (const own of [1, 2]) {
      const members = planned.flatMap((k, i) => (k === own ? [i] : []));
      const arms = members.map((i) => arm[i]!);
      expect(count(arms, 0)).toBe(members.length * 0.2);
      expect(count(arms, own)).toBe(members.length * 0.8);
    }
    // No stratum has customers of both.
    expect(new Set(planned.map((k, i) => `${stratum[i]} ${k}`)).size).toBe(new Set(stratum).size);
    for (const chance of propensity) expect(chance).toBeGreaterThan(0.1);
  });

  it('of a plan is the same again with the same seed', () => {
    const planned = Array.from(scores, (_, i) => 1 + (i % 3));
    expect(splitByPlan(splitting, planned)).toEqual(splitByPlan(splitting, planned));
    expect(splitByPlan({ ...splitting, seed: 8 }, planned).arm).not.toEqual(
      splitByPlan(splitting, planned).arm,
    );
  });

  it('of a plan puts actions of very few customers together', () => {
    const planned = Array.from(scores, (_, i) => (i < 2 ? 2 : i < 4 ? 3 : 1));
    const { arm, propensity } = splitByPlan(splitting, planned);
    expect(count(arm, 0)).toBe(200);
    arm.forEach((k, i) => {
      expect([0, planned[i]]).toContain(k);
      expect(propensity[i]).toBeGreaterThan(0);
    });
  });
});
