/**
 * Cross-validation of one setting of a family: a model is fitted on all folds but one and predicts that one, so that
 * every row has a probability from a model that has not seen it.
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

export interface CrossFit {
  /** The setting, and what was chosen for it. */
  readonly params: object;
  /** Out of fold, one a row. */
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

/** Chooses a stage of models that grow in stages by the rows of their folds. */
export type StageChoice<Model> = (
  folds: readonly FoldModel<Model>[],
  target: Uint8Array,
  weights: Float64Array,
) => StagedFit<Model>;

export interface StagedFit<Model> {
  /** Parameters with which fitting ends at the chosen stage. */
  readonly params: object;
  /** The model as it was at that stage. */
  readonly modelAt: (model: Model) => Model;
}

/** What cross-validation has to know of a family. */
export interface CrossFitTraits<Model> {
  readonly scoringMicros: (model: Model) => number;
  readonly chooseStage?: StageChoice<Model>;
}

/** `params` replaces some of the estimator's defaults. */
export function crossFit<Params extends object, Model>(
  estimator: Estimator<Params, Model>,
  params: object,
  { data, weights, foldOf, folds, random }: CrossFitRequest,
  { scoringMicros, chooseStage }: CrossFitTraits<Model>,
): CrossFit {
  const models = Array.from({ length: folds }, (_, fold): FoldModel<Model> => {
    const { train, test } = splitBy(foldOf, fold);
    const training = takeTrainingRows({ ...data, weights }, train);
    const model = estimator.fit({ ...estimator.defaults, ...params }, training, random.fork());
    return { model, rows: test, table: takeRows(data.table, test) };
  });
  const stage = chooseStage?.(models, data.target, weights);
  const probabilities = new Float64Array(data.target.length);
  let micros = 0;
  for (const { model, rows, table } of models) {
    const chosen = stage?.modelAt(model) ?? model;
    const predicted = estimator.predict(chosen, table);
    rows.forEach((row, i) => (probabilities[row] = predicted[i]!));
    micros += scoringMicros(chosen);
  }
  return { params: { ...params, ...stage?.params }, probabilities, scoringMicros: micros / folds };
}
