/**
 * Scores of rows by models that have not seen them: of each fold of a cross-validation, the encoder, resampling and the
 * model learn from the training rows; the test rows are only scored. Folds are items that threads can share.
 */
import { encodeTable, fitEncoder } from '../data/encoding.ts';
import { resample } from '../data/resampling.ts';
import type { FeatureType } from '../data/schema.ts';
import { takeRows } from '../data/table.ts';
import { takeTrainingRows } from '../data/training-data.ts';
import type { FitEnvironment, TrainingData } from '../estimator.ts';
import { defaultParams, fitEstimator, predictWith } from '../estimators.ts';
import type { Family, FittedEstimator } from '../estimators.ts';
import { splitBy } from '../evaluation/cross-validation.ts';
import type { PlannedFold, Split } from '../evaluation/cross-validation.ts';
import { createRandom } from '../math/random.ts';
import type { Random } from '../math/random.ts';
import type { Task } from '../parallel/threads.ts';

/** How the rarer class is given more weight, inside training rows only. */
export type Imbalance = 'none' | 'weights' | 'over' | 'under';

/** How models are fitted. */
export interface FitOptions {
  /** Replaces some of a family's parameters. */
  readonly params?: Partial<Readonly<Record<Family, object>>>;
  readonly imbalance?: Imbalance;
}

export interface FoldScoring extends FitOptions {
  /** All features, with whatever levels the file has. */
  readonly rows: TrainingData;
  readonly types: readonly FeatureType[];
  /** The items. */
  readonly fits: readonly { readonly family: Family; readonly fold: PlannedFold }[];
}

/** Of an item, the scores of the fold's test rows. */
export const foldScores: Task<FoldScoring, Float64Array> = {
  name: 'fold-scores',
  prepare: (shared) => (item) => {
    const { family, fold } = shared.fits[item]!;
    const split = splitBy(fold.foldOf, fold.fold);
    return fitAndScore(shared, family, split, createRandom(fold.seed));
  },
};

/** @throws RangeError as Estimator.fit */
export function fitAndScore(
  scoring: Omit<FoldScoring, 'fits'>,
  family: Family,
  { train, test }: Split,
  random: Random,
): Float64Array {
  const { rows, types } = scoring;
  const training = takeTrainingRows(rows, train);
  const features = fitEncoder(training.table, types);
  const data = { ...training, table: encodeTable(features, training.table) };
  const estimator = fitWith(scoring, family, data, random);
  return predictWith(estimator, encodeTable(features, takeRows(rows.table, test)));
}

/** Fits on all of the rows, resampled if the options say so. */
export function fitWith(
  options: FitOptions,
  family: Family,
  data: TrainingData,
  random: Random,
  environment?: FitEnvironment,
): FittedEstimator {
  const { imbalance = 'none' } = options;
  const rows = imbalance === 'over' || imbalance === 'under' ? resample(data, imbalance, random) : data;
  return fitEstimator(family, paramsOf(options, family), rows, random, environment);
}

export function paramsOf({ imbalance, params }: FitOptions, family: Family): object {
  const weighting = imbalance === 'weights' ? { classWeight: 'balanced' } : {};
  return { ...defaultParams(family), ...params?.[family], ...weighting };
}
