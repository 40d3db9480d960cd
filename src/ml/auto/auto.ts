/**
 * `auto`: tries the families with several settings each by cross-validation inside the training rows,
 * blends the best of each family, and fits the members of the blend on all rows.
 *
 * Method: candidates and their out-of-fold probabilities in trials.ts; of each family the setting with the
 * least log loss goes into the blend (blend.ts), whose weights are learned on out-of-fold probabilities
 * alone, if it is worth the time that scoring with it takes (choice.ts).
 * Budget: nominal seconds (trials.ts). When all trials on all rows would cost more, they run on a
 * stratified sample that fits, of at least 2,000 rows.
 * Reasons: blend.ts. Reference: van der Laan, Polley and Hubbard (2007), Super Learner.
 * Assumptions: rows are exchangeable.
 */
import { blendProbabilities, blendScores, type BlendWeights } from './blend.ts';
import { chooseBlend, type LeftOut } from './choice.ts';
import {
  fewestOfAClass,
  stratifiedFolds,
  stratifiedSplit,
  takeTarget,
} from '../evaluation/cross-validation.ts';
import type { Estimator, OnStep, Scores, TrainingData } from '../estimator.ts';
import {
  families,
  familyNames,
  fitFamily,
  predictFamily,
  scoreFamily,
  type FamilyName,
  type FittedFamily,
} from '../families.ts';
import { rocAuc } from '../evaluation/metrics.ts';
import { checkBounds } from '../math/bounds.ts';
import type { Random } from '../math/random.ts';
import { takeGroups } from '../data/row-groups.ts';
import { takeRows, type Table } from '../data/table.ts';
import { checkTrainingData, rowWeights, takeTrainingRows, type ClassWeight } from '../data/training-data.ts';
import { candidates, tryCandidate, type Trial } from './trials.ts';

export interface AutoParams {
  /** Families to try, at least one. */
  readonly families: readonly FamilyName[];
  /** Folds of the cross-validation, 2 to 10; fewer when a class has few rows. */
  readonly folds: number;
  /** Nominal seconds for all trials, > 0. */
  readonly budget: number;
  readonly classWeight: ClassWeight;
}

/** What was tried, for the model card. */
export interface TrialSummary {
  readonly family: FamilyName;
  readonly params: object;
  /** Out of fold, as is the area under the curve. */
  readonly logLoss: number;
  readonly rocAuc: number;
}

export interface AutoModel {
  readonly members: readonly FittedFamily[];
  readonly blend: BlendWeights;
  /** Absent in models of before version 0.2. */
  readonly leftOut?: readonly LeftOut[];
  readonly trials: readonly TrialSummary[];
}

const MIN_SAMPLE = 2_000;

export const auto: Estimator<AutoParams, AutoModel> = {
  defaults: { families: familyNames, folds: 5, budget: 60, classWeight: 'none' },
  fit: fitAuto,
  predict: (model, table) =>
    blendProbabilities(
      model.blend,
      model.members.map((member) => predictFamily(member, table)),
    ),
  explain: (model, table) => scoreAuto(model, table).explanation,
  score: scoreAuto,
};

function fitAuto(params: AutoParams, data: TrainingData, random: Random, onStep?: OnStep): AutoModel {
  return tuneAuto(params, data, random, onStep).model;
}

/** A tuned blend, and the out-of-fold probabilities that it was chosen by. */
export interface TunedAuto {
  readonly model: AutoModel;
  /** The rows that the trials were made on: all, or a sample. */
  readonly rows: Int32Array;
  /** The blend's out-of-fold probabilities of `rows`. Settings and blend were chosen on them. */
  readonly outOfFold: Float64Array;
}

/** As `auto.fit`, with what a threshold can be chosen on. @throws RangeError as fit does */
export function tuneAuto(
  change: Partial<AutoParams>,
  data: TrainingData,
  random: Random,
  onStep?: OnStep,
): TunedAuto {
  const params = { ...auto.defaults, ...change };
  checkParams(params);
  checkTrainingData(data);
  const allWeights = rowWeights(data, params.classWeight);
  // A row of no weight is no row: it must not decide which fold the others are in.
  const weighing = Int32Array.from(allWeights.keys()).filter((row) => allWeights[row]! > 0);
  const weights = allWeights.filter((weight) => weight > 0);
  const known = {
    table: takeRows(data.table, weighing),
    target: takeTarget(data.target, weighing),
    ...takeGroups(data.groups, weighing),
  };
  const sample = sampleFor(params, known, weights, random.fork());
  const trials = runTrials(params, sample.data, sample.weights, random, onStep);
  const { chosen, blend, leftOut } = chooseBlend(trials, {
    target: sample.data.target,
    weights: sample.weights,
  });
  const all = { ...known, weights };
  const steps = trials.length + chosen.length;
  const model = {
    members: chosen.map((trial, k) => {
      const stage = `Fitting ${titleOf(trial.family)} on all rows`;
      onStep?.({ stage, done: trials.length + k, total: steps, best: bestSoFar(trials) });
      return fitFamily(trial.family, trial.params, all, random.fork());
    }),
    blend,
    leftOut,
    trials: trials.map(({ family, params: tried, logLoss, probabilities }) => ({
      family,
      params: tried,
      logLoss,
      rocAuc: rocAuc(probabilities, sample.data.target),
    })),
  };
  const outOfFold = blendProbabilities(
    blend,
    chosen.map(({ probabilities }) => probabilities),
  );
  return { model, rows: sample.rows.map((row) => weighing[row]!), outOfFold };
}

function bestSoFar(trials: readonly Trial[]): string | null {
  if (trials.length === 0) return null;
  const best = trials.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
  return `${titleOf(best.family)}, log loss ${best.logLoss.toFixed(4)}`;
}

/** In the middle of a sentence. */
function titleOf(family: FamilyName): string {
  return families[family].title.toLowerCase();
}

function scoreAuto({ members, blend }: AutoModel, table: Table): Scores {
  return blendScores(
    blend,
    members.map((member) => scoreFamily(member, table)),
  );
}

/** All rows, or as many as the budget allows, the share of both classes kept. */
function sampleFor(
  params: AutoParams,
  data: TrainingData,
  weights: Float64Array,
  random: Random,
): { data: TrainingData; weights: Float64Array; rows: Int32Array } {
  const { rowCount } = data.table;
  const cost = wanted(params).reduce(
    (sum, { family }) => sum + families[family].fitSeconds(data.table) * params.folds,
    0,
  );
  const share = Math.max(params.budget / cost, MIN_SAMPLE / rowCount);
  if (share >= 1) return { data, weights, rows: Int32Array.from(data.target.keys()) };
  const rows = stratifiedSplit(data.target, share, random, data.groups).test;
  return {
    rows,
    data: takeTrainingRows(data, rows),
    weights: Float64Array.from(rows, (row) => weights[row]!),
  };
}

function runTrials(
  params: AutoParams,
  data: TrainingData,
  weights: Float64Array,
  random: Random,
  onStep?: OnStep,
): Trial[] {
  const folds = Math.min(params.folds, fewestOfAClass(data.target, data.groups));
  if (folds < 2) throw new RangeError(`auto needs at least 2 customers of each class, found ${folds}`);
  const foldOf = stratifiedFolds(data.target, folds, random, data.groups);
  const all = wanted(params);
  const trials: Trial[] = [];
  for (const candidate of all) {
    // The members are fitted after the trials: a few steps more.
    const total = all.length + Math.min(params.families.length, all.length);
    const stage = `Trying ${titleOf(candidate.family)}`;
    onStep?.({ stage, done: trials.length, total, best: bestSoFar(trials) });
    trials.push(tryCandidate(candidate, { data, weights, foldOf, folds, random: random.fork() }));
  }
  return trials;
}

function wanted(params: AutoParams): typeof candidates {
  return candidates.filter((candidate) => params.families.includes(candidate.family));
}

function checkParams(params: AutoParams): void {
  if (wanted(params).length === 0) throw new RangeError('auto: families must name at least one family');
  checkBounds('auto', params, { folds: { min: 2, max: 10, isWhole: true }, budget: { above: 0 } });
}
