/**
 * A model: a fitted estimator with everything needed to score with it and to answer for it later. It gives
 * calibrated probabilities, and reasons that add up to them.
 */
import type { SelectionFigures } from '../auto/choice.ts';
import { calibrate, calibrateScores } from './calibration.ts';
import type { Calibration } from './calibration.ts';
import type { Scores } from '../estimator.ts';
import { predictWith, scoreWith } from '../estimators.ts';
import type { Family, FittedEstimator } from '../estimators.ts';
import type { AucDifference } from '../evaluation/auc-difference.ts';
import type { ThresholdRow } from '../evaluation/curves.ts';
import type { Metrics } from '../evaluation/metrics.ts';
import type { Report } from '../evaluation/report.ts';
import type { Reference } from '../monitoring/reference.ts';
import type { Schema } from '../data/schema.ts';
import type { Table } from '../data/table.ts';

/** Where a model came from, so that any figure it gives can be traced and repeated. */
export interface Provenance {
  readonly datasetName: string;
  /** SHA-256 of the training file, hexadecimal. */
  readonly datasetHash: string;
  readonly rowCount: number;
  readonly seed: number;
  readonly params: Readonly<Record<string, unknown>>;
  readonly softwareVersion: string;
  /** ISO 8601, UTC. */
  readonly trainedAt: string;
  readonly durationMs: number;
}

/** What was tried, with its cross-validated figures. */
export interface Candidate {
  readonly family: Family;
  readonly rocAuc: number;
  /**
   * Standard deviation over folds. Null: a selection score of `auto`, whose settings and count of trees were chosen on
   * the same out-of-fold rows, which makes it a little too good.
   */
  readonly rocAucDeviation: number | null;
  readonly logLoss: number;
  /** How many settings `auto` tried; the figures are those of the best. */
  readonly settings?: number;
  /** How many folds these were tried on: `auto` leaves behind what the first folds show to be poor. Absent: all. */
  readonly foldsTried?: number;
}

/** A family in the blend that `auto` chose. */
export interface BlendMember {
  readonly family: Family;
  /** How many of its settings the blend has. Absent: one. */
  readonly settings?: number;
  /** Of the sum of weights, in [0, 1]. */
  readonly share: number;
}

/** A family that `auto` left out because scoring with it takes too long for what it adds. */
export interface LeftOutFamily {
  readonly family: Family;
  /** By how much the log loss would be lower with it, as a share of the log loss. */
  readonly gain: number;
  /** How many times as long scoring would take with it; above 1. */
  readonly slowdown: number;
}

/** How much better the model ranks the held-out customers than the best rule on one column. */
export interface GainOverOneColumn {
  readonly column: string;
  /** Difference in ROC AUC, with its 95 % interval. */
  readonly rocAuc: AucDifference;
}

export interface Evaluation {
  readonly folds: number;
  readonly trainingRows: number;
  /**
   * Rows drawn evenly from a large dataset, on which settings were chosen; a part of them is held out, and all others are among
   * the training rows. Absent: settings were chosen on the training rows.
   */
  readonly chosenOn?: number;
  /** Rows with a churn label in the dataset, where not all of them fitted into memory. Absent: they did. */
  readonly outOf?: number;
  readonly holdoutRows: number;
  /** How many customers these rows are of, where rows belong together; intervals take rows as independent. */
  readonly holdoutCustomers?: number;
  /** Share of customers who left in the whole dataset. */
  readonly positiveRate: number;
  readonly candidates: readonly Candidate[];
  /** What `auto` chose, one or several. Absent: not `auto`, or a model of before version 0.2. */
  readonly members?: readonly BlendMember[];
  /** What `auto` left out for the sake of quick scoring. Absent: as `members`. */
  readonly leftOut?: readonly LeftOutFamily[];
  /** What `auto` chose beside single algorithms, on out-of-fold rows. Absent: not `auto`, or an earlier version. */
  readonly selection?: SelectionFigures;
  /**
   * Confusion by threshold over out-of-fold probabilities of the training rows: thresholds are chosen here, and
   * measured on the hold-out. Absent in models of before version 0.2.
   */
  readonly selectionSweep?: readonly ThresholdRow[];
  /** The model comes from another program, and may have learned from the hold-out. Absent: it has not. */
  readonly unproven?: boolean;
  /** On the hold-out, which nothing was learned from; at a threshold of 0.5. */
  readonly holdout: Metrics;
  /** The majority class on the same rows. */
  readonly baseline: Metrics;
  /** The best rule on one column, on the same rows. */
  readonly oneColumn?: Metrics;
  /** Absent in models of before version 0.2. */
  readonly overOneColumn?: GainOverOneColumn;
  /** Intervals, curves and groups on the same rows; absent in models of before version 0.2. */
  readonly report?: Report;
}

export interface Importance {
  readonly feature: string;
  /** Mean size of the feature's reasons over hold-out rows, in probability. */
  readonly points: number;
}

export interface Model {
  readonly schema: Schema;
  readonly estimator: FittedEstimator;
  /** Absent: the estimator's probabilities are used as they are. */
  readonly calibration?: Calibration;
  /** Probability from which a customer counts as likely to leave. */
  readonly threshold: number;
  readonly evaluation: Evaluation;
  /** Strongest first. */
  readonly importance: readonly Importance[];
  readonly provenance: Provenance;
  /** What later files are compared with. Absent in models of before version 0.3. */
  readonly reference?: Reference;
}

/** Probabilities of leaving; the table is encoded with the model's own levels (see row-reader.ts). */
export function predictModel(model: Pick<Model, 'estimator' | 'calibration'>, table: Table): Float64Array {
  const scores = predictWith(model.estimator, table);
  return model.calibration === undefined ? scores : calibrate(model.calibration, scores);
}

/** Probabilities, the same bits as `predictModel` gives, and their reasons. */
export function scoreModel(model: Pick<Model, 'estimator' | 'calibration'>, table: Table): Scores {
  const scores = scoreWith(model.estimator, table);
  return model.calibration === undefined ? scores : calibrateScores(model.calibration, scores);
}
