import { describe, expect, it } from 'vitest';
import { chooseBlend, usefulTrials, type LeftOut } from '../../../src/ml/auto/choice.ts';
import { meanLogLoss, type Trial } from '../../../src/ml/auto/trials.ts';
import { rocAuc } from '../../../src/ml/evaluation/metrics.ts';
import type { FamilyName } from '../../../src/ml/families.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { sigmoid } from '../../../src/ml/math/sigmoid.ts';

const random = createRandom(1);
const truth = Float64Array.from({ length: 4_000 }, () => 1.5 * random.normal());
const target = Uint8Array.from(truth, (margin) => Number(random.next() < sigmoid(margin)));
const weights = new Float64Array(4_000).fill(1);
/** Of who says the rate of all to everybody. */
const rateLoss = Math.log(2);
const folds = 5;
const foldOf = Uint8Array.from(truth, (_, row) => row % folds);
const rows = { target, weights, foldOf, folds };

/** A family that sees the truth through noise of its own. */
function trial(family: FamilyName, noise: number, scoringMicros: number): Trial {
  const probabilities = truth.map((margin) => sigmoid(margin + noise * random.normal()));
  const logLoss = meanLogLoss(probabilities, target, weights);
  return { family, params: {}, probabilities, logLoss, folds, scoringMicros };
}

function chosenFrom(...trials: Trial[]) {
  const { chosen, leftOut, blend } = chooseBlend(trials, rows);
  expect(blend.weights).toHaveLength(chosen.length);
  return { families: chosen.map(({ family }) => family), leftOut };
}

const logistic = trial('logistic', 0.5, 0.2);
const boosting = trial('boosting', 0.5, 4);
/** What boosting gives with a little more noise: it adds next to nothing to it. */
const echo = boosting.probabilities.map((p) => sigmoid(Math.log(p / (1 - p)) + 0.02 * random.normal()));
const echoing = (family: FamilyName, scoringMicros: number): Trial => ({
  ...boosting,
  family,
  scoringMicros,
  probabilities: echo,
});

describe('the choice of a blend', () => {
  it('takes families that complement each other, slow ones too', () => {
    expect(chosenFrom(logistic, boosting)).toEqual({ families: ['logistic', 'boosting'], leftOut: [] });
    const slow = { ...boosting, scoringMicros: 2_000 };
    expect(chosenFrom(logistic, slow).families).toEqual(['logistic', 'boosting']);
    expect(chosenFrom(logistic, { ...slow, scoringMicros: 1e6 }).families).toEqual(['logistic']);
  });

  it('leaves out a slow family that adds little, and says what that costs', () => {
    const slow = trial('forest', 1.5, 50_000);
    const { families, leftOut } = chosenFrom(logistic, slow, boosting);
    expect(families).toEqual(['logistic', 'boosting']);
    expect(leftOut).toHaveLength(1);
    const [{ family, gain, slowdown }] = leftOut as [LeftOut];
    expect(family).toBe('forest');
    expect(gain).toBeGreaterThan(0.0002);
    expect(gain).toBeLessThan(0.1);
    expect(slowdown).toBeCloseTo((2 + 0.2 + 4 + 50_000) / (2 + 0.2 + 4), 9);
  });

  it('says nothing of a family that would add nothing', () => {
    expect(chosenFrom(logistic, echoing('forest', 400), boosting).leftOut).toEqual([]);
  });

  it('takes the quicker of two that say the same', () => {
    for (const [forest, own, taken] of [
      [400, 4, 'boosting'],
      [4, 400, 'forest'],
    ] as const) {
      const { families } = chosenFrom(echoing('forest', forest), { ...boosting, scoringMicros: own });
      expect(families).toEqual([taken]);
    }
  });

  it('takes the best setting of a family', () => {
    const poor = trial('logistic', 3, 0.2);
    const { chosen } = chooseBlend([poor, logistic], rows);
    expect(chosen).toEqual([logistic]);
  });

  it('measures what was chosen on rows that it was not chosen by, beside the best families alone', () => {
    const { outOfFold, selection } = chooseBlend([logistic, trial('forest', 2, 9), boosting], rows);
    const [best, next] = [logistic, boosting].sort((a, b) => a.logLoss - b.logLoss);
    expect(selection.overBest.family).toBe(best!.family);
    expect(selection.overBest.rocAuc.low).toBeGreaterThan(0);
    expect(selection.overRunnerUp?.family).toBe(next!.family);
    expect(selection.logLoss).toBe(meanLogLoss(outOfFold, target, weights));
    expect(selection.rocAuc).toBe(rocAuc(outOfFold, target));
  });

  it('gives figures that many trials by chance do not flatter', () => {
    const chance = Array.from({ length: 30 }, () => ({
      ...logistic,
      probabilities: truth.map(() => sigmoid(random.normal())),
    }));
    const { selection } = chooseBlend(chance, rows);
    expect(selection.rocAuc).toBeLessThan(0.53);
    expect(selection.logLoss).toBeGreaterThan(rateLoss * 0.999);
  });

  it('takes a single trial as it is, calibrated', () => {
    const sure = { ...logistic, probabilities: truth.map((margin) => sigmoid(2 * margin)) };
    const { chosen, blend, selection } = chooseBlend([sure], rows);
    expect(chosen).toEqual([sure]);
    expect(blend.weights[0]).toBeCloseTo(0.5, 1);
    expect(selection.overRunnerUp).toBeNull();
  });

  it('names the trials that a part of the rows would take', () => {
    const useless = { ...boosting, probabilities: truth.map(() => 0.5) };
    const some = Int32Array.from({ length: 1000 }, (_, row) => row);
    expect(usefulTrials([logistic, useless], rows, some)).toEqual([0]);
  });
});
