/**
 * The contract that every estimator keeps. An estimator is a set of plain functions over plain data:
 * fitting returns a model that holds no training rows and can be written to a file as it is.
 *
 * One direction everywhere: a higher number means more likely to leave.
 */
import type { Random } from './math/random.ts';
import type { Threads } from './parallel/threads.ts';
import type { Table } from './data/table.ts';

/** What a fit learns from. */
export interface TrainingData {
  /** Features only, encoded with the model's own levels (see encoding.ts). */
  readonly table: Table;
  /** 1 for the positive class (left), 0 otherwise; length `table.rowCount`. */
  readonly target: Uint8Array;
  /** Non-negative; length `table.rowCount`. Absent: every row weighs 1. */
  readonly weights?: Float64Array;
  /** Rows of one group stay on one side of every split (row-groups.ts). Absent: every row stands alone. */
  readonly groups?: Int32Array;
}

/**
 * Exact additive reasons for each row: `base[i] + Σ contributions[i × featureCount + j] = probability[i]`
 * to 1e-9, in probability (0.07 is seven probability points), signed, one entry a feature.
 */
export interface Explanation {
  readonly featureCount: number;
  /** The probability that the reasons start from. */
  readonly base: number;
  /** Row-major, `rowCount × featureCount`. */
  readonly contributions: Float64Array;
}

/** What a model says of each row of a table. */
export interface Scores {
  /** Of the positive class, one a row; the same bits as `predict` gives. */
  readonly probabilities: Float64Array;
  readonly explanation: Explanation;
}

/** Progress of a long fit. */
export interface FitStep {
  /** In plain words, such as `Trying boosting`. */
  readonly stage: string;
  readonly done: number;
  readonly total: number;
  /** What is best so far, in plain words; null before there is anything. */
  readonly best: string | null;
}
export type OnStep = (step: FitStep) => void;

/** What surrounds a fit. None of it changes the model. */
export interface FitEnvironment {
  readonly onStep?: OnStep;
  /** Threads to share the work with. Absent: one thread does it all. */
  readonly threads?: Threads;
}

export interface Estimator<Params, Model> {
  readonly defaults: Params;
  /** @throws RangeError when a parameter or the data make no sense (one class, NaN weight, no rows). */
  fit(params: Params, data: TrainingData, random: Random, environment?: FitEnvironment): Model;
  /** Probability of the positive class, one a row, in [0, 1]. The same row gives the same bits in any table. */
  predict(model: Model, table: Table): Float64Array;
  /** Reasons in probability points; see Explanation. */
  explain(model: Model, table: Table): Explanation;
  /** `predict` and `explain` at once, which costs less: every customer that is scored goes through it. */
  score(model: Model, table: Table): Scores;
}
