/**
 * Cross-validation of one setting of a family, fold by fold: a model is fitted on all folds but one and predicts that one,
 * so that in the end every row has a probability from a model that has not seen it. A setting that the first folds show
 * to be poor need not see the others (race.ts). Any thread can fit a fold (fold-trials.ts).
 */
import { splitBy } from '../evaluation/cross-validation.ts';
import { takeRows, type Table } from '../data/table.ts';
import { takeTrainingRows } from '../data/training-data.ts';
import type { Estimator, TrainingData } from '../estimator.ts';
import { createRandom } from '../math/random.ts';

export interface CrossFitData {
  readonly data: TrainingData;
  /** Row weights, class weights included. */
  readonly weights: Float64Array;
  /** The fold in which each row is predicted. */
  readonly foldOf: Uint8Array;
}

/** A fold in which a setting is to be tried. */
export interface FoldTrial {
  /** Replaces some of the estimator's defaults. */
  readonly params: object;
  readonly fold: number;
  /** Of the random numbers of this fit. */
  readonly seed: number;
}

/** What a model that was fitted without a fold says of it: plain data, which only its family knows more of. */
export type FoldFit = ScoredFold | StagedFold<unknown>;

interface ScoredFold {
  readonly fold: number;
  /** Of the fold's rows. */
  readonly probabilities: Float64Array;
  readonly scoringMicros: number;
}

/** The model grew in stages, of which one is chosen when more folds have been fitted. */
interface StagedFold<Model> {
  readonly fold: number;
  readonly model: Model;
  /** Summed log loss of the fold's rows after each stage. */
  readonly losses: Float64Array;
}

export interface CrossFit {
  /** The setting, and what was chosen for it. */
  readonly params: object;
  /** Out of fold, one a row; NaN in folds that have not been fitted. */
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
  /** `params` with as many stages as other folds may need, `tried` having told how many some folds needed. */
  readonly shorten: (params: object, tried: object) => object;
  /** `params` with smaller steps and more stages, where the folds of `tried` needed nearly all of them; else null. */
  readonly slowDown: (params: object, tried: object) => object | null;
}

/** What cross-validation has to know of a family. */
export interface CrossFitTraits<Model> {
  /** Nominal microseconds to score a customer with reasons on one core: a formula, as `fitSeconds` is. */
  readonly scoringMicros: (model: Model) => number;
  /** Where one cross-validation can choose a setting by itself, such as the number of trees. */
  readonly stages?: StageChoice<Model>;
}

export interface CrossFitter {
  /** Fits a model without the fold. */
  fitFold(request: CrossFitData, trial: FoldTrial): FoldFit;
  /** What the folds of one setting, at least one, say together. They come from this family's `fitFold`. */
  joinFolds(request: CrossFitData, params: object, fits: readonly FoldFit[]): CrossFit;
  /** As in StageChoice; `params` as they are where there are no stages. */
  shorten(params: object, tried: object): object;
  /** As in StageChoice; null where there are no stages. */
  slowDown(params: object, tried: object): object | null;
}

export function crossFitter<Params extends object, Model>(
  estimator: Estimator<Params, Model>,
  { scoringMicros, stages }: CrossFitTraits<Model>,
): CrossFitter {
  const score = (fold: number, model: Model, table: Table): ScoredFold => {
    return { fold, probabilities: estimator.predict(model, table), scoringMicros: scoringMicros(model) };
  };
  return {
    shorten: (params, tried) => stages?.shorten(params, tried) ?? params,
    slowDown: (params, tried) => stages?.slowDown(params, tried) ?? null,
    fitFold: ({ data, weights, foldOf }, { params, fold, seed }) => {
      const { train, test } = splitBy(foldOf, fold);
      const training = takeTrainingRows({ ...data, weights }, train);
      const model = estimator.fit({ ...estimator.defaults, ...params }, training, createRandom(seed));
      const table = takeRows(data.table, test);
      if (!stages) return score(fold, model, table);
      return { fold, model, losses: stages.losses({ model, rows: test, table }, data.target, weights) };
    },
    joinFolds: ({ data, foldOf }, params, fits) => {
      if (!stages) return joinScored(foldOf, params, fits as readonly ScoredFold[]);
      const staged = fits as readonly StagedFold<Model>[];
      const count = bestStage(staged.map(({ losses }) => losses));
      const scored = staged.map(({ fold, model }) =>
        score(fold, stages.modelAt(model, count), takeRows(data.table, splitBy(foldOf, fold).test)),
      );
      return joinScored(foldOf, { ...params, ...stages.params(count) }, scored);
    },
  };
}

function joinScored(foldOf: Uint8Array, params: object, folds: readonly ScoredFold[]): CrossFit {
  const probabilities = new Float64Array(foldOf.length).fill(NaN);
  let micros = 0;
  for (const { fold, probabilities: own, scoringMicros } of folds) {
    splitBy(foldOf, fold).test.forEach((row, i) => (probabilities[row] = own[i]!));
    micros += scoringMicros;
  }
  return { params, probabilities, scoringMicros: micros / folds.length };
}

/** How many stages have the least loss over all folds; some folds may have been tried with fewer than others. */
function bestStage(losses: readonly Float64Array[]): number {
  const fewest = Math.min(...losses.map(({ length }) => length));
  const sums = losses[0]!
    .subarray(0, fewest)
    .map((_, stage) => losses.reduce((sum, own) => sum + own[stage]!, 0));
  return 1 + sums.indexOf(Math.min(...sums));
}
