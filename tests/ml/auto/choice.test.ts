import { describe, expect, it } from 'vitest';
import { chooseBlend, type LeftOut } from '../../../src/ml/auto/choice.ts';
import { meanLogLoss, type Trial } from '../../../src/ml/auto/trials.ts';
import type { FamilyName } from '../../../src/ml/families.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { sigmoid } from '../../../src/ml/math/sigmoid.ts';

const random = createRandom(1);
const truth = Float64Array.from({ length: 4_000 }, () => 1.5 * random.normal());
const target = Uint8Array.from(truth, (margin) => Number(random.next() < sigmoid(margin)));
const weights = new Float64Array(4_000).fill(1);

/** A family that sees the truth through noise of its own. */
function trial(family: FamilyName, noise: number, scoringMicros: number): Trial {
  const probabilities = truth.map((margin) => sigmoid(margin + noise * random.normal()));
  const logLoss = meanLogLoss(probabilities, target, weights);
  return { family, params: {}, probabilities, logLoss, scoringMicros };
}

function chosenFrom(...trials: Trial[]) {
  const { chosen, leftOut, blend } = chooseBlend(trials, { target, weights });
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
    const slow = echoing('forest', 400);
    const { families, leftOut } = chosenFrom(logistic, slow, boosting);
    expect(families).toEqual(['logistic', 'boosting']);
    expect(leftOut).toHaveLength(1);
    const [{ family, gain, slowdown }] = leftOut as [LeftOut];
    expect(family).toBe('forest');
    expect(Math.abs(gain)).toBeLessThan(0.001);
    expect(slowdown).toBeCloseTo((2 + 0.2 + 4 + 400) / (2 + 0.2 + 4), 9);
  });

  it('takes the quicker of two that say the same', () => {
    for (const [micros, taken] of [
      [400, 'boosting'],
      [0.1, 'forest'],
    ] as const) {
      const { families } = chosenFrom(echoing('forest', micros), boosting);
      expect(families).toEqual([taken]);
    }
  });

  it('takes the best setting of a family', () => {
    const poor = trial('logistic', 3, 0.2);
    const { chosen } = chooseBlend([poor, logistic], { target, weights });
    expect(chosen).toEqual([logistic]);
  });
});
