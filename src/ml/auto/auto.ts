/**
 * `auto`: tries the families with several settings each by cross-validation inside the training rows, from a straight line
 * to leaves of single rows, blends the best, and fits the members of the blend on all rows.
 *
 * Method: the settings race over the folds, poor ones left behind twice (race.ts); those that saw all folds make the blend by
 * greedy selection on their out-of-fold probabilities, and a member stays only where it is worth the time that
 * scoring with it takes (choice.ts). A single member's weight and intercept calibrate it.
 * Budget: nominal seconds (trials.ts). When the race on all rows would cost more, it runs on a stratified sample that
 * fits, of at least 2,000 rows.
 * Reasons: blend.ts. Reference: van der Laan, Polley and Hubbard (2007), Super Learner.
 * Assumptions: rows are exchangeable.
 */
import { blendProbabilities, blendScores, type BlendWeights } from './blend.ts';
import { chooseBlend, type LeftOut, type SelectionFigures } from './choice.ts';
import {
  fewestOfAClass,
  stratifiedFolds,
  stratifiedSplit,
  takeTarget,
} from '../evaluation/cross-validation.ts';
import type { Estimator, FitEnvironment, Scores, TrainingData } from '../estimator.ts';
import { familyNames, predictFamily, scoreFamily, type FamilyName, type FittedFamily } from '../families.ts';
import { rocAuc } from '../evaluation/metrics.ts';
import { checkBounds } from '../math/bounds.ts';
import { forkSeeds, type Random } from '../math/random.ts';
import { takeGroups } from '../data/row-groups.ts';
import { takeRows, type Table } from '../data/table.ts';
import { checkTrainingData, rowWeights, takeTrainingRows, type ClassWeight } from '../data/training-data.ts';
import { fitMembers } from './member-fits.ts';
import { race, RACE_SHARE, titleOf } from './race.ts';
import { candidates, fitSeconds, type Trial } from './trials.ts';

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
  /** How many folds it was tried on. Absent in models of before settings raced: all. */
  readonly folds?: number;
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

function fitAuto(
  params: AutoParams,
  data: TrainingData,
  random: Random,
  environment?: FitEnvironment,
): AutoModel {
  return tuneAuto(params, data, random, environment).model;
}

/** A tuned blend, and the out-of-fold probabilities that it was chosen by. */
export interface TunedAuto {
  readonly model: AutoModel;
  /** The rows that the trials were made on: all, or a sample. */
  readonly rows: Int32Array;
  /** Probabilities of `rows`, each from a blend chosen without its fold. Settings were compared on them. */
  readonly outOfFold: Float64Array;
  /** What it gains over single families, on these probabilities. */
  readonly selection: SelectionFigures;
}

/**
 * As `auto.fit`, with what a threshold can be chosen on. The blend is chosen on `data`; `all`: what its members are then
 * fitted on, in the same columns.
 * @throws RangeError as fit does
 */
export function tuneAuto(
  change: Partial<AutoParams>,
  data: TrainingData,
  random: Random,
  environment: FitEnvironment = {},
  all: TrainingData = data,
): TunedAuto {
  const params = { ...auto.defaults, ...change };
  checkParams(params);
  checkTrainingData(data);
  const { known, weights, rows: weighing } = weighingRows(data, params);
  const sample = sampleFor(params, known, weights, random.fork());
  const { target } = sample.data;
  const folds = foldsFor(params, sample.data);
  const foldOf = stratifiedFolds(target, folds, random, sample.data.groups);
  const request = { data: sample.data, weights: sample.weights, foldOf, folds, random };
  const trials = race(wanted(params), request, environment);
  const finished = trials.filter((trial) => trial.folds === folds);
  const { chosen, blend, leftOut, outOfFold, selection } = chooseBlend(finished, { ...request, target });
  const learned = all === data ? { ...known, weights } : withWeights(all, params);
  const fitted = finished.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
  const best = `${titleOf(fitted)}, log loss ${fitted.logLoss.toFixed(4)}`;
  const seeds = forkSeeds(random, chosen.length);
  const wantedMembers = chosen.map(({ family, params: own }, k) => ({
    family,
    params: own,
    seed: seeds[k]!,
  }));
  const members = fitMembers({ members: wantedMembers, data: learned }, environment, (k) => {
    const stage = `Fitting ${titleOf(chosen[k]!)} on all rows`;
    environment.onStep?.({ stage, done: k, total: chosen.length, best });
  });
  const model = {
    members,
    blend,
    leftOut,
    trials: trials.map((trial) => summaryOf(trial, foldOf, target)),
  };
  return { model, rows: sample.rows.map((row) => weighing[row]!), outOfFold, selection };
}

/** A row of no weight is no row: it must not decide which fold the others are in. */
function weighingRows(data: TrainingData, { classWeight }: AutoParams) {
  const all = rowWeights(data, classWeight);
  const rows = Int32Array.from(all.keys()).filter((row) => all[row]! > 0);
  const weights = all.filter((weight) => weight > 0);
  const known: TrainingData = {
    table: takeRows(data.table, rows),
    target: takeTarget(data.target, rows),
    ...takeGroups(data.groups, rows),
  };
  return { known, weights, rows };
}

/** Rows that are too many to copy: those of no weight stay, as every family takes them. */
function withWeights(data: TrainingData, { classWeight }: AutoParams): TrainingData {
  checkTrainingData(data);
  return { ...data, weights: rowWeights(data, classWeight) };
}

function summaryOf(
  { family, params, logLoss, folds, probabilities }: Trial,
  foldOf: Uint8Array,
  target: Uint8Array,
): TrialSummary {
  const rows = Int32Array.from(foldOf.keys()).filter((row) => foldOf[row]! < folds);
  const area = rocAuc(
    Float64Array.from(rows, (row) => probabilities[row]!),
    takeTarget(target, rows),
  );
  return { family, params, logLoss, rocAuc: area, folds };
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
  const fits = RACE_SHARE * params.folds;
  const cost = wanted(params).reduce((sum, candidate) => sum + fits * fitSeconds(candidate, data.table), 0);
  const share = Math.max(params.budget / cost, MIN_SAMPLE / rowCount);
  if (share >= 1) return { data, weights, rows: Int32Array.from(data.target.keys()) };
  const rows = stratifiedSplit(data.target, share, random, data.groups).test;
  return {
    rows,
    data: takeTrainingRows(data, rows),
    weights: Float64Array.from(rows, (row) => weights[row]!),
  };
}

/** @throws RangeError when a class has one row, or one group of rows */
function foldsFor(params: AutoParams, data: TrainingData): number {
  const folds = Math.min(params.folds, fewestOfAClass(data.target, data.groups));
  if (folds < 2) throw new RangeError(`auto needs at least 2 customers of each class, found ${folds}`);
  return folds;
}

function wanted(params: AutoParams): typeof candidates {
  return candidates.filter((candidate) => params.families.includes(candidate.family));
}

function checkParams(params: AutoParams): void {
  if (wanted(params).length === 0) throw new RangeError('auto: families must name at least one family');
  checkBounds('auto', params, { folds: { min: 2, max: 10, isWhole: true }, budget: { above: 0 } });
}
