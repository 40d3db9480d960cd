/** Against numerical integration (tests/oracles/uplift_reference.py). */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import {
  effectsOfFirst,
  effectsOfTenths,
  isOfUse,
  measureRanking,
} from '../../../src/ml/uplift/ranked-effect.ts';
import { reference } from './reference.ts';

const scores = Float64Array.from(reference.scores);
const figure = (value: number, low: number) => ({ value, low, high: 1 });

describe('a ranking of customers by uplift', () => {
  it.each(
    reference.rankings.map((ranking, k) => [['of its own', 'with ties', 'of equals'][k]!, ranking] as const),
  )('%s has its AUTOC and Qini', (_, { priority, average, autoc, qini }) => {
    const found = measureRanking(Float64Array.from(priority), scores, createRandom(1), 10);
    expect(found.average.value).toBeCloseTo(average, 10);
    expect(found.autoc.value).toBeCloseTo(autoc, 8);
    expect(found.qini.value).toBeCloseTo(qini, 8);
  });

  it('is measured without regard to the effect that all have, and in the unit of the outcome', () => {
    const priority = Float64Array.from(reference['t-learner']);
    const before = measureRanking(priority, scores, createRandom(1), 10);
    const after = measureRanking(
      priority,
      scores.map((score) => 5 * score - 2),
      createRandom(1),
      10,
    );
    expect(after.qini.value).toBeCloseTo(5 * before.qini.value, 10);
    expect(after.autoc.value).toBeCloseTo(5 * before.autoc.value, 10);
    expect(after.average.value).toBeCloseTo(5 * before.average.value - 2, 10);
  });

  it('turned round has the opposite Qini', () => {
    const priority = Float64Array.from(reference['t-learner']);
    const { qini } = measureRanking(priority, scores, createRandom(1), 10);
    const turned = measureRanking(
      priority.map((value) => -value),
      scores,
      createRandom(1),
      10,
    );
    expect(turned.qini.value).toBeCloseTo(-qini.value, 10);
  });

  it('at random is of use in about 5 of 100 cases or fewer', () => {
    const random = createRandom(5);
    let useful = 0;
    for (let trial = 0; trial < 200; trial++) {
      const noise = new Float64Array(150).map(() => random.normal());
      const column = noise.map(() => random.next());
      useful += Number(isOfUse(measureRanking(column, noise, random, 200)));
    }
    // Either of two intervals of 95 %, which agree for the most part, on one side: 2.5 to 5 of 100.
    expect(useful / 200).toBeLessThan(0.08);
  });

  it('of customers on whom the action works first is of use', () => {
    const random = createRandom(6);
    const priority = new Float64Array(2_000).map(() => random.next());
    const effects = priority.map((rank) => 0.4 * rank + random.normal());
    expect(isOfUse(measureRanking(priority, effects, random, 300))).toBe(true);
    expect(isOfUse({ average: figure(1, 0.5), autoc: figure(0.1, -0.1), qini: figure(0.1, 0) })).toBe(false);
  });

  it('has the effect on those ranked first', () => {
    const [half, all] = effectsOfFirst(Float64Array.of(3, 1, 4, 2), Float64Array.of(10, 0, 30, 4), [0.5, 1]);
    expect(half!.effect.value).toBe(20);
    expect(all!.effect.value).toBe(11);
    // 1.96 · standard deviation 14.14 / √2
    expect(half!.effect.high - 20).toBeCloseTo(19.6, 2);
  });

  it('has the effect on each tenth', () => {
    const priority = Float64Array.from({ length: 40 }, (_, i) => i);
    const tenths = effectsOfTenths(
      priority,
      priority.map((rank) => 2 * rank),
    );
    expect(tenths).toHaveLength(10);
    // Ranks 39 to 36 come first.
    expect(tenths[0]!.value).toBe(75);
    expect(tenths[9]!.value).toBe(3);
    expect(() => effectsOfTenths(priority.subarray(0, 19), priority.subarray(0, 19))).toThrow('at least 20');
  });

  it('is refused without scores, or with ranks that are no numbers', () => {
    expect(() => measureRanking(new Float64Array(0), new Float64Array(0), createRandom(1))).toThrow(
      RangeError,
    );
    expect(() => effectsOfFirst(Float64Array.of(NaN), Float64Array.of(1))).toThrow('must be finite');
  });
});
