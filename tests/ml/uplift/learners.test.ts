/** Against scikit-learn (tests/oracles/uplift_reference.py). */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import { crossFitUplift, fitUplift, learnerNames } from '../../../src/ml/uplift/learners.ts';
import { fitMean } from '../../../src/ml/uplift/mean-model.ts';
import { doublyRobustScores, expectOutcomes } from '../../../src/ml/uplift/outcome-models.ts';
import { trialFolds } from '../../../src/ml/uplift/trial.ts';
import type { Trial } from '../../../src/ml/uplift/trial.ts';
import { base, foldOf, reference, trial } from './reference.ts';

const expectAlike = (found: Float64Array, stored: readonly number[]): void => {
  expect(found.length).toBe(stored.length);
  stored.forEach((value, i) => {
    expect(found[i]).toBeCloseTo(value, 6);
  });
};

/** Members of whom those with a high x1 stay because of the action and the others do not; few are controls. */
function designed(size: number): Trial & { readonly effect: Float64Array } {
  const random = createRandom(8);
  const [x0, x1] = [0, 1].map(() => new Float64Array(size).map(() => random.normal())) as [
    Float64Array,
    Float64Array,
  ];
  const effect = x1.map((value) => (value > 0 ? 0.3 : 0));
  const arm = Uint8Array.from(x0, () => Number(random.next() < 0.8));
  return {
    table: {
      rowCount: size,
      columns: [x0, x1].map((values, k) => ({ kind: 'number', name: `x${k}`, values })),
    },
    arm,
    outcome: Uint8Array.from(x0, (value, i) =>
      Number(random.next() < 0.4 + 0.2 * Math.tanh(value) + arm[i]! * effect[i]!),
    ),
    propensity: new Float64Array(size).fill(0.8),
    effect,
  };
}

describe('uplift', () => {
  it.each(['t-learner', 'x-learner', 'transformed-outcome'] as const)('by the %s', (name) => {
    expectAlike(fitUplift(name, base, trial, createRandom(1))(trial.table), reference[name]);
  });

  it('by outcomes expected out of fold, doubly robust scores, and a model of these', () => {
    const expected = expectOutcomes(base, trial, foldOf, createRandom(1));
    expectAlike(expected.control, reference.expected.control);
    expectAlike(expected.treated, reference.expected.treated);
    const scores = doublyRobustScores(trial, expected);
    expectAlike(scores, reference.scores);
    expectAlike(fitMean(base, trial.table, scores, createRandom(1))(trial.table), reference.meanOfScores);
  });

  const made = designed(6_000);
  const folds = trialFolds(made, 3, createRandom(2));
  it.each(learnerNames)('is found on members not seen: %s', (name) => {
    const effects = crossFitUplift(
      name,
      { family: 'boosting', params: { trees: 60 } },
      { trial: made, foldOf: folds },
      createRandom(3),
    );
    const meanOf = (rows: (effect: number) => boolean): number => {
      const own = effects.filter((_, i) => rows(made.effect[i]!));
      return own.reduce((sum, value) => sum + value, 0) / own.length;
    };
    expect(Math.abs(meanOf((effect) => effect > 0) - 0.3)).toBeLessThan(0.08);
    expect(meanOf((effect) => effect > 0) - meanOf((effect) => effect === 0)).toBeGreaterThan(0.15);
  });

  it('is the same for the same seed', () => {
    const fit = () => fitUplift('doubly-robust', base, trial, createRandom(4))(trial.table);
    expect(fit()).toEqual(fit());
  });

  it('of an outcome that is the same for all is none', () => {
    const idle = { ...trial, outcome: new Uint8Array(300) };
    for (const name of learnerNames)
      expect(fitUplift(name, base, idle, createRandom(1))(trial.table)).toEqual(new Float64Array(300));
  });

  it.each([
    [{ arm: new Uint8Array(300) }, 'both arms need members'],
    [{ arm: new Uint8Array(300).fill(2) }, 'arm and outcome must be 0 or 1'],
    [{ propensity: new Float64Array(300).fill(1) }, 'propensities must be above 0 and below 1'],
    [{ outcome: new Uint8Array(3) }, 'must have 300 entries, one a member'],
  ])('is not learned from %o', (change, message) => {
    expect(() => fitUplift('t-learner', base, { ...trial, ...change }, createRandom(1))).toThrow(message);
  });
});

describe('the folds of a trial', () => {
  it('have their share of every arm and outcome', () => {
    const folds = trialFolds(trial, 5, createRandom(1));
    for (const which of [0, 1, 2, 3]) {
      const counts = new Float64Array(5);
      folds.forEach((fold, i) => {
        const found = 2 * trial.arm[i]! + trial.outcome[i]!;
        if (found === which) counts[fold]!++;
      });
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }
  });
});
