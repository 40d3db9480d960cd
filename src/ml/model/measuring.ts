/** What an estimator is worth: its figures on held-out customers, beside the baselines', and its strongest columns. */
import { aucDifference } from '../evaluation/auc-difference.ts';
import { majority, oneColumn } from '../evaluation/baselines.ts';
import { computeMetrics } from '../evaluation/metrics.ts';
import { reportOn } from '../evaluation/report.ts';
import type { TrainingData } from '../estimator.ts';
import { explainWith, predictWith } from '../estimators.ts';
import type { FittedEstimator } from '../estimators.ts';
import type { Random } from '../math/random.ts';
import { takeRows } from '../data/table.ts';
import type { Table } from '../data/table.ts';
import { calibrate } from './calibration.ts';
import type { Calibration } from './calibration.ts';
import type { Evaluation, Importance } from './model.ts';

/** Figures that name a threshold are of this one. */
export const usualThreshold = 0.5;
const importanceRows = 1_000;

export interface Measuring {
  readonly estimator: FittedEstimator;
  readonly calibration: Calibration;
  /** What the baselines learn from. */
  readonly data: TrainingData;
  /** Encoded as `data` is, and held out: neither the estimator nor the baselines learned from it. */
  readonly holdout: Table;
  /** Of `holdout`. */
  readonly target: Uint8Array;
  /** The column that says what a customer is worth a month. */
  readonly value: string | null;
  readonly random: Random;
}

export type HoldoutFigures = Required<
  Pick<Evaluation, 'holdout' | 'baseline' | 'oneColumn' | 'overOneColumn' | 'report'>
>;

export function measure({
  estimator,
  calibration,
  data,
  holdout,
  target,
  value,
  random,
}: Measuring): HoldoutFigures {
  const predict = (rows: Table) => calibrate(calibration, predictWith(estimator, rows));
  const scores = predict(holdout);
  const rule = oneColumn.fit({}, data, random.fork());
  const oneColumnScores = oneColumn.predict(rule, holdout);
  const baseline = majority.predict(majority.fit({}, data, random), holdout);
  return {
    holdout: computeMetrics(scores, target, usualThreshold),
    baseline: computeMetrics(baseline, target, usualThreshold),
    oneColumn: computeMetrics(oneColumnScores, target, usualThreshold),
    overOneColumn: {
      column: holdout.columns[rule.feature]!.name,
      rocAuc: aucDifference(scores, oneColumnScores, target),
    },
    report: reportOn({
      predict,
      table: holdout,
      target,
      scores,
      oneColumnScores,
      threshold: usualThreshold,
      value,
      random: random.fork(),
    }),
  };
}

/** By the mean size of its reasons over some rows, the strongest first. */
export function rankFeatures(estimator: FittedEstimator, table: Table): Importance[] {
  const count = Math.min(importanceRows, table.rowCount);
  const sample = takeRows(
    table,
    Int32Array.from({ length: count }, (_, i) => i),
  );
  const { contributions, featureCount } = explainWith(estimator, sample);
  return table.columns
    .map((column, j) => {
      let sum = 0;
      for (let row = 0; row < count; row++) sum += Math.abs(contributions[row * featureCount + j]!);
      return { feature: column.name, points: sum / count };
    })
    .sort((a, b) => b.points - a.points);
}
