/**
 * Cross-validation of one setting of a family, fold by fold: a model is fitted on all folds but one and predicts that one,
 * so that in the end every row has a probability from a model that has not seen it. A setting that the first folds show
 * to be poor need not see the others (race.ts).
 */
import { splitBy } from '../evaluation/cross-validation.ts';
import { takeRows, type Table } from '../data/table.ts';
import { takeTrainingRows } from '../data/training-data.ts';
import type { Estimator, TrainingData } from '../estimator.ts';
import type { Random } from '../math/random.ts';

export interface CrossFitRequest {
  readonly data: TrainingData;
  /** Row weights, class weights included. */
  readonly weights: Float64Array;
  /** The fold in which each row is predicted, 0 to `folds` − 1. */
  readonly foldOf: Uint8Array;
  readonly folds: number;
  readonly random: Random;
}

/** A cross-validation under way. */
export interface CrossFitRun {
  /** Fits a model without the next fold and predicts it. Folds come in order. */
  addFold(): void;
  /** Of the folds so far, at least one. */
  result(): CrossFit;
}

export interface CrossFit {
  /** The setting, and what was chosen for it. */
  readonly params: object;
  /** Out of fold, one a row; NaN in folds that have not been added. */
  readonly probabilities: Float64Array;
  /** Nominal microseconds to score a customer with reasons, the mean over folds. */
  readonly scoringMicros: number;
}

/** A model fitted without one fold, and that fold. */
export interface FoldModel<Model> {
  readonly model: Model;
  /** The rows of the fold. */
  readonly rows: Int32Array;
  readonly table: Table;
}

/** How one cross-validation chooses a stage of models that grow in stages: that of least loss over all folds. */
export interface StageChoice<Model> {
  /** Summed log loss of the fold's rows after each stage. */
  readonly losses: (fold: FoldModel<Model>, target: Uint8Array, weights: Float64Array) => Float64Array;
  /** Parameters with which fitting ends after so many stages. */
  readonly params: (stages: number) => object;
  /** The model as it was after so many stages. */
  readonly modelAt: (model: Model, stages: number) => Model;
}

/** What cross-validation has to know of a family. */
export interface CrossFitTraits<Model> {
  /** Nominal microseconds to score a customer with reasons on one core: a formula, as `fitSeconds` is. */
  readonly scoringMicros: (model: Model) => number;
  /** Where one cross-validation can choose a setting by itself, such as the number of trees. */
  readonly stages?: StageChoice<Model>;
}

/** `params` replaces some of the estimator's defaults. */
export function startCrossFit<Params extends object, Model>(
  estimator: Estimator<Params, Model>,
  params: object,
  { data, weights, foldOf, folds, random }: CrossFitRequest,
  { scoringMicros, stages }: CrossFitTraits<Model>,
): CrossFitRun {
  const randoms = Array.from({ length: folds }, () => random.fork());
  const fitted: FoldModel<Model>[] = [];
  const losses: Float64Array[] = [];
  return {
    addFold: () => {
      const { train, test } = splitBy(foldOf, fitted.length);
      const training = takeTrainingRows({ ...data, weights }, train);
      const all = { ...estimator.defaults, ...params };
      const model = estimator.fit(all, training, randoms[fitted.length]!);
      const fold = { model, rows: test, table: takeRows(data.table, test) };
      fitted.push(fold);
      if (stages) losses.push(stages.losses(fold, data.target, weights));
    },
    result: () => {
      const count = stages ? bestStage(losses) : 0;
      const modelOf = ({ model }: FoldModel<Model>): Model => stages?.modelAt(model, count) ?? model;
      const probabilities = new Float64Array(data.target.length).fill(NaN);
      let micros = 0;
      for (const fold of fitted) {
        const model = modelOf(fold);
        const predicted = estimator.predict(model, fold.table);
        fold.rows.forEach((row, i) => (probabilities[row] = predicted[i]!));
        micros += scoringMicros(model);
      }
      return {
        params: { ...params, ...stages?.params(count) },
        probabilities,
        scoringMicros: micros / fitted.length,
      };
    },
  };
}

/** How many stages have the least loss over all folds. */
function bestStage(losses: readonly Float64Array[]): number {
  const sums = losses[0]!.map((_, stage) => losses.reduce((sum, own) => sum + own[stage]!, 0));
  return 1 + sums.indexOf(Math.min(...sums));
}
