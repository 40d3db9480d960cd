import { describe, expect, it } from 'vitest';
import { HIGH, LOW, MEDIUM, type Capacity } from '../../../src/ml/auto/capacity.ts';
import { race } from '../../../src/ml/auto/race.ts';
import type { FoldTrials } from '../../../src/ml/auto/fold-trials.ts';
import type { Candidate } from '../../../src/ml/auto/trials.ts';
import type { FitStep } from '../../../src/ml/estimator.ts';
import { stratifiedFolds } from '../../../src/ml/evaluation/cross-validation.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { oneThread, type Threads } from '../../../src/ml/parallel/threads.ts';
import { sampleData } from '../tree/sample-tables.ts';

const data = sampleData(800, 5, 1);
const folds = 5;
const request = () => ({
  data,
  weights: new Float64Array(800).fill(1),
  foldOf: stratifiedFolds(data.target, folds, createRandom(2)),
  folds,
  random: createRandom(3),
});
const boosting = (params: object, capacity: Capacity = LOW): Candidate => ({
  family: 'boosting',
  params,
  effort: 1,
  capacity,
});
const poor = { trees: 1, learningRate: 0.001 };
const good = { trees: 30, learningRate: 0.1 };
/** Costs too much to score for what little it could add. */
const network: Candidate = {
  family: 'network',
  params: { maxEpochs: 2, hidden: [4] },
  effort: 1,
  capacity: LOW,
};
const logistic: Candidate = { family: 'logistic', params: {}, effort: 1, capacity: LOW };

describe('the race of settings', () => {
  it('leaves the poor ones behind, then those that a blend has no use for', () => {
    const trials = race([boosting(poor), logistic, boosting(good), network], request());
    expect(trials.map((trial) => trial.folds)).toEqual([1, 5, 5, 2]);
    for (const { probabilities, folds: seen } of trials)
      expect(probabilities.filter((p) => !Number.isNaN(p))).toHaveLength((800 / 5) * seen);
  });

  it('tries high capacity where medium pays, and only there', () => {
    const fine = boosting({ trees: 30, maxLeaves: 63 }, HIGH);
    const isTried = (medium: object) => {
      const trials = race([boosting({ ...good, maxLeaves: 2 }), boosting(medium, MEDIUM), fine], request());
      return trials.some(({ params }) => 'maxLeaves' in params && params.maxLeaves === 63);
    };
    expect(isTried(poor)).toBe(false);
    expect(isTried({ ...good, trees: 60, maxLeaves: 6 })).toBe(true);
  });

  it('tries the best one again with smaller steps where it needed nearly all its stages, and only there', () => {
    const rates = (trees: number) =>
      race([boosting({ trees, learningRate: 0.1 })], request()).map(({ params }) => params);
    expect(rates(10)).toMatchObject([
      { trees: 10, learningRate: 0.1 },
      { trees: expect.any(Number) as number, learningRate: 0.1 / 2.5 },
    ]);
    expect(rates(300)).toHaveLength(1);
  });

  it('grows no more stages in later folds than they may need', () => {
    const params = { trees: 300, learningRate: 0.3 };
    const grown: number[] = [];
    const threads: Threads = {
      ...oneThread,
      open: (task, shared) => {
        const { trials } = shared as unknown as FoldTrials;
        for (const trial of trials) grown.push((trial.params as typeof params).trees);
        return oneThread.open(task, shared);
      },
    };
    const [trial] = race([boosting(params)], request(), { threads });
    expect(grown[0]).toBe(300);
    expect(new Set(grown.slice(1))).toEqual(new Set([150]));
    expect((trial!.params as typeof params).trees).toBeLessThanOrEqual(Math.min(...grown));
  });

  it('gives a candidate the same figures whoever else runs, in its own place', () => {
    const [alone] = race([logistic], request());
    const [first] = race([logistic, boosting(good)], request());
    expect(first).toEqual(alone);
  });

  it('tries everything on all folds where there are few, and counts its steps', () => {
    const steps: FitStep[] = [];
    const few = { ...request(), foldOf: stratifiedFolds(data.target, 3, createRandom(2)), folds: 3 };
    const trials = race([boosting(poor), logistic], few, { onStep: (step) => steps.push(step) });
    expect(trials.map((trial) => trial.folds)).toEqual([3, 3]);
    expect(steps.map(({ done }) => done)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(steps.every(({ total }) => total === 6)).toBe(true);
    expect(steps.at(-1)!.best).toContain('gradient boosting');
  });
});
