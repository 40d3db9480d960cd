/**
 * Uplift: how much an action changes a customer's chance of the wanted outcome, learned from a randomised campaign by any
 * family of models. With μ₁ and μ₀ the outcome expected with and without the action, z the arm and e its propensity:
 * - T-learner: μ₁ − μ₀, each from its own arm.
 * - X-learner (Künzel et al. 2019): y − μ₀ of the treated and μ₁ − y of the controls are learned from the inputs; the two
 *   are weighted 1 − e and e (the mean propensity), so that with few controls the effect learned from the many treated counts most.
 * - Doubly robust learner (Kennedy 2023): the scores Γ (outcome-models.ts) are learned from the inputs.
 * - Transformed outcome (Athey and Imbens 2015), a baseline: y (z − e) / (e (1 − e)) is learned, without any model of
 *   outcomes, and so with much noise.
 * Assumptions: arms were assigned at random with the known propensities; one customer's action does not change another's
 * outcome. A ranking found so has to be measured on members it was not learned from (ranked-effect.ts).
 */
import type { Table } from '../data/table.ts';
import type { Random } from '../math/random.ts';
import { fitMean, type Base, type MeanModel } from './mean-model.ts';
import { crossFitTrial, doublyRobustScores, expectOutcomes, fitArm } from './outcome-models.ts';
import { checkTrial, rowsOfArm, takeMembers, trialFolds, type Trial } from './trial.ts';

export const learnerNames = ['t-learner', 'x-learner', 'doubly-robust', 'transformed-outcome'] as const;
export type LearnerName = (typeof learnerNames)[number];

/** Effects of the last two learners may be outside [−1, 1]. */
type Learner = (base: Base, trial: Trial, random: Random) => MeanModel;

/** Folds inside the training part, for outcome models of the doubly robust learner. */
const innerFolds = 3;

const learners: Readonly<Record<LearnerName, Learner>> = {
  't-learner': (base, trial, random) => {
    const [control, treated] = fitArms(base, trial, random);
    return (table) => minus(treated(table), control(table));
  },
  'x-learner': (base, trial, random) => {
    const [control, treated] = fitArms(base, trial, random);
    // Each arm's own outcomes are compared with the other arm's model, which has not seen them.
    const gains = ([1, 0] as const).map((which) => {
      const own = takeMembers(trial, rowsOfArm(trial, which));
      const outcome = Float64Array.from(own.outcome);
      const gain = which === 1 ? minus(outcome, control(own.table)) : minus(treated(own.table), outcome);
      return fitMean(base, own.table, gain, random.fork());
    });
    // Outside the campaign a customer has no propensity: the mean one stands for all.
    const share = trial.propensity.reduce((sum, chance) => sum + chance, 0) / trial.propensity.length;
    return (table) => mix(gains[0]!(table), gains[1]!(table), 1 - share);
  },
  'doubly-robust': (base, trial, random) => {
    const foldOf = trialFolds(trial, innerFolds, random.fork());
    const scores = doublyRobustScores(trial, expectOutcomes(base, trial, foldOf, random.fork()));
    return fitMean(base, trial.table, scores, random.fork());
  },
  'transformed-outcome': (base, trial, random) => {
    const nothing = new Float64Array(trial.arm.length);
    const scores = doublyRobustScores(trial, { treated: nothing, control: nothing });
    return fitMean(base, trial.table, scores, random.fork());
  },
};

/** A model of the effect for each row of a table, encoded as the trial's. */
export function fitUplift(
  name: LearnerName,
  base: Base,
  trial: Trial,
  random: Random,
): (table: Table) => Float64Array {
  checkTrial(trial);
  return learners[name](base, trial, random);
}

/** The effect on each member by a model that has not seen the member. */
export function crossFitUplift(
  name: LearnerName,
  base: Base,
  { trial, foldOf }: { readonly trial: Trial; readonly foldOf: Uint8Array },
  random: Random,
): Float64Array {
  return crossFitTrial(trial, foldOf, (part) => fitUplift(name, base, part, random.fork()));
}

function fitArms(base: Base, trial: Trial, random: Random): readonly [MeanModel, MeanModel] {
  return [fitArm(base, trial, 0, random.fork()), fitArm(base, trial, 1, random.fork())];
}

function minus(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

function mix(a: Float64Array, b: Float64Array, weight: number): Float64Array {
  return a.map((value, i) => weight * value + (1 - weight) * b[i]!);
}
