import { describe, expect, it } from 'vitest';
import { aucDifference } from '../../../src/ml/evaluation/auc-difference.ts';
import { delongVariance } from '../../../src/ml/evaluation/intervals.ts';
import { rocAuc } from '../../../src/ml/evaluation/metrics.ts';
import { groupBothClasses } from '../../../src/ml/evaluation/score-groups.ts';
import { z95 } from '../../../src/ml/evaluation/wilson.ts';
import { createRandom } from '../../../src/ml/math/random.ts';

/** Two scores of the same customers that share some of their noise, rounded so that there are ties. */
function drawn(rows: number, seed: number, skills: readonly [number, number]) {
  const random = createRandom(seed);
  const target = Uint8Array.from({ length: rows }, () => Number(random.next() < 0.3));
  const shared = Float64Array.from(target, () => random.normal());
  const scoresOf = (skill: number) =>
    Float64Array.from(target, (left, row) => {
      const margin = skill * left + shared[row]! + random.normal();
      return Math.round(100 / (1 + Math.exp(-margin))) / 100;
    });
  return { target, scores: scoresOf(skills[0]), others: scoresOf(skills[1]) };
}

/** The definition, pair by pair. */
function byPairs({ target, scores, others }: ReturnType<typeof drawn>) {
  const rows = [...target.keys()];
  const [left, stayed] = [1, 0].map((label) => rows.filter((row) => target[row] === label));
  const win = (values: Float64Array, i: number, j: number) =>
    values[i]! > values[j]! ? 1 : values[i] === values[j] ? 0.5 : 0;
  const mean = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const gain = (i: number, j: number) => win(scores, i, j) - win(others, i, j);
  const ofLeft = left!.map((i) => mean(stayed!.map((j) => gain(i, j))));
  const ofStayed = stayed!.map((j) => mean(left!.map((i) => gain(i, j))));
  const value = mean(ofLeft);
  const variance = (values: readonly number[]) =>
    values.reduce((sum, x) => sum + (x - value) ** 2, 0) / (values.length - 1) / values.length;
  return { value, half: z95 * Math.sqrt(variance(ofLeft) + variance(ofStayed)) };
}

describe('the difference between two ROC areas', () => {
  it('and its interval are those of the definition, ties included', () => {
    for (const seed of [1, 2, 3]) {
      const sample = drawn(120, seed, [1.5, 1]);
      const { value, low, high } = aucDifference(sample.scores, sample.others, sample.target);
      const expected = byPairs(sample);
      expect(value).toBeCloseTo(expected.value, 12);
      expect(value).toBeCloseTo(
        rocAuc(sample.scores, sample.target) - rocAuc(sample.others, sample.target),
        12,
      );
      expect(high - value).toBeCloseTo(expected.half, 12);
      expect(value - low).toBeCloseTo(expected.half, 12);
    }
  });

  it('from a constant score has DeLong’s variance of one area', () => {
    const { scores, target } = drawn(300, 4, [1, 1]);
    const { area, variance } = delongVariance(groupBothClasses(scores, target));
    const { value, low, high } = aucDifference(scores, new Float64Array(300).fill(0.3), target);
    expect(value).toBeCloseTo(area - 0.5, 12);
    expect((high - low) / 2 / z95).toBeCloseTo(Math.sqrt(variance), 12);
  });

  it('of a model from itself is nothing, and changes its sign with the order', () => {
    const { scores, others, target } = drawn(200, 5, [1.5, 1]);
    expect(aucDifference(scores, scores, target)).toEqual({ value: 0, low: 0, high: 0 });
    const [there, back] = [aucDifference(scores, others, target), aucDifference(others, scores, target)];
    expect(back.value).toBeCloseTo(-there.value, 12);
    expect(back.low).toBeCloseTo(-there.high, 12);
  });

  it('lies in its interval about 95 times in 100', () => {
    const large = drawn(100_000, 6, [1.3, 1]);
    const truth = aucDifference(large.scores, large.others, large.target).value;
    let held = 0;
    for (let seed = 100; seed < 500; seed++) {
      const { scores, others, target } = drawn(200, seed, [1.3, 1]);
      const { low, high } = aucDifference(scores, others, target);
      held += Number(low <= truth && truth <= high);
    }
    expect(held / 400).toBeGreaterThan(0.92);
    expect(held / 400).toBeLessThan(0.98);
  });

  it('says nothing with a single customer of a class', () => {
    const target = Uint8Array.from([1, 0, 0]);
    const { low, high } = aucDifference(
      Float64Array.from([0.9, 0.2, 0.1]),
      Float64Array.from([0.1, 0.2, 0.3]),
      target,
    );
    expect([low, high]).toEqual([-1, 1]);
  });
});
