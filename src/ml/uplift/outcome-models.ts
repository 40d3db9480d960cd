/**
 * Outcomes expected with and without the action, of members whom the models have not seen (cross-fitting, Chernozhukov et
 * al. 2018), and doubly robust scores from them:
 *   Γ = μ₁ − μ₀ + (z − e) / (e (1 − e)) · (y − μ_z),
 * whose mean over any group is an unbiased estimate of the action's effect in it where the propensities e are right; the
 * models only take noise out (Robins, Rotnitzky and Zhao 1994).
 */
import { splitBy } from '../evaluation/cross-validation.ts';
import { takeRows } from '../data/table.ts';
import type { Random } from '../math/random.ts';
import { fitMean, type Base, type MeanModel } from './mean-model.ts';
import { rowsOfArm, takeMembers, type Trial } from './trial.ts';

/** One entry a member. */
export interface ExpectedOutcomes {
  readonly treated: Float64Array;
  readonly control: Float64Array;
}

/** Out of fold. */
export function expectOutcomes(
  base: Base,
  trial: Trial,
  foldOf: Uint8Array,
  random: Random,
): ExpectedOutcomes {
  const control = crossFitTrial(trial, foldOf, (part) => fitArm(base, part, 0, random.fork()));
  const treated = crossFitTrial(trial, foldOf, (part) => fitArm(base, part, 1, random.fork()));
  return { control, treated };
}

/** The outcome of one arm given the inputs. */
export function fitArm(base: Base, trial: Trial, which: 0 | 1, random: Random): MeanModel {
  const own = takeMembers(trial, rowsOfArm(trial, which));
  return fitMean(base, own.table, Float64Array.from(own.outcome), random);
}

/** Predictions for each member by a model fitted on the other folds. */
export function crossFitTrial(
  trial: Trial,
  foldOf: Uint8Array,
  fit: (part: Trial) => MeanModel,
): Float64Array {
  const folds = foldOf.reduce((most, fold) => Math.max(most, fold + 1), 0);
  const predicted = new Float64Array(foldOf.length);
  for (let fold = 0; fold < folds; fold++) {
    const { train, test } = splitBy(foldOf, fold);
    const values = fit(takeMembers(trial, train))(takeRows(trial.table, test));
    test.forEach((row, i) => (predicted[row] = values[i]!));
  }
  return predicted;
}

/** One Γ a member. */
export function doublyRobustScores(trial: Trial, { treated, control }: ExpectedOutcomes): Float64Array {
  return treated.map((mean, i) => {
    const [z, e] = [trial.arm[i]!, trial.propensity[i]!];
    const expected = z === 1 ? mean : control[i]!;
    return mean - control[i]! + ((z - e) / (e * (1 - e))) * (trial.outcome[i]! - expected);
  });
}
