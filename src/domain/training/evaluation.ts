/** Cross-validated figures of one family on a table, with generated folds or folds from columns. */
import { Unprocessable } from '../../errors.ts';
import { majority, oneColumn } from '../../ml/evaluation/baselines.ts';
import { planFolds, splitBy, takeTarget } from '../../ml/evaluation/cross-validation.ts';
import type { FoldScores, PlannedFold } from '../../ml/evaluation/cross-validation.ts';
import { encodeTable, fitEncoder } from '../../ml/data/encoding.ts';
import { allFamilies } from '../../ml/estimators.ts';
import { computeMetrics, expectedCalibrationError } from '../../ml/evaluation/metrics.ts';
import type { Metrics } from '../../ml/evaluation/metrics.ts';
import { foldScores } from '../../ml/model/fold-scores.ts';
import { createRandom } from '../../ml/math/random.ts';
import { oneThread, runTask } from '../../ml/parallel/threads.ts';
import type { Threads } from '../../ml/parallel/threads.ts';
import { takeRows } from '../../ml/data/table.ts';
import { takeTrainingRows } from '../../ml/data/training-data.ts';
import { prepareTraining } from './table.ts';
import type { PreparedTraining, TrainingTable } from './table.ts';

/** What can be evaluated: the baselines and the models. */
export const evaluable = ['majority', 'one-column', ...allFamilies] as const;
export type Evaluable = (typeof evaluable)[number];

export interface EvaluationProtocol {
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
  /**
   * Columns whose value says in which fold a row is tested, one column a repeat; `folds` and `repeats` are not
   * used then, and nothing keeps rows of one customer together. They are no features.
   */
  readonly foldColumns: readonly string[];
  readonly drop: readonly string[];
}

type ScoredFold = Pick<FoldScores, 'repeat' | 'rows' | 'scores'>;

export interface FamilyEvaluation {
  readonly family: Evaluable;
  /**
   * The mean over folds, at threshold 0.5. The calibration error is that of all rows of a repeat together: in one
   * fold of 1,400 rows chance alone makes 0.02 of it.
   */
  readonly metrics: Readonly<Record<Exclude<keyof Metrics, 'confusion'>, number>>;
  readonly rocAucByFold: readonly number[];
  readonly seconds: number;
}

/** @throws Unprocessable when there is no label, or a fold column cannot be used. */
export function evaluateTable(
  table: TrainingTable,
  family: Evaluable,
  protocol: EvaluationProtocol,
  threads: Threads = oneThread,
): FamilyEvaluation {
  const prepared = prepareTraining(table, null, [...protocol.drop, ...protocol.foldColumns]);
  const { target, groups } = prepared;
  const started = performance.now();
  const planned =
    protocol.foldColumns.length === 0
      ? planFolds(target, { ...protocol, groups })
      : protocol.foldColumns.flatMap((name, repeat) => foldsOf(table, name, repeat, protocol.seed));
  const scores = scoreFolds(family, prepared, planned, threads);
  const folds = planned.map(({ repeat, foldOf, fold }, k): ScoredFold => {
    return { repeat, rows: splitBy(foldOf, fold).test, scores: scores[k]! };
  });
  const metrics = folds.map(({ rows, scores }) => computeMetrics(scores, takeTarget(target, rows), 0.5));
  if (metrics.some(({ rocAuc }) => Number.isNaN(rocAuc)))
    throw unusableFolds(
      'All customers of a fold have the same outcome, so its ROC AUC is undefined. Use fewer folds.',
    );
  return {
    family,
    metrics: { ...meanMetrics(metrics), ece: pooledCalibrationError(folds, target) },
    rocAucByFold: metrics.map(({ rocAuc }) => rocAuc),
    seconds: (performance.now() - started) / 1000,
  };
}

function pooledCalibrationError(folds: readonly ScoredFold[], target: Uint8Array): number {
  const repeats = [...new Set(folds.map(({ repeat }) => repeat))];
  const errors = repeats.map((repeat) => {
    const own = folds.filter((fold) => fold.repeat === repeat);
    const scores = Float64Array.from(own.flatMap((fold) => [...fold.scores]));
    return expectedCalibrationError(
      scores,
      takeTarget(target, Int32Array.from(own.flatMap(({ rows }) => [...rows]))),
    );
  });
  return errors.reduce((sum, error) => sum + error, 0) / repeats.length;
}

function scoreFolds(
  family: Evaluable,
  prepared: PreparedTraining,
  planned: readonly PlannedFold[],
  threads: Threads,
): Float64Array[] {
  if (family === 'majority' || family === 'one-column')
    return planned.map((fold) => scoreByBaseline(family, prepared, fold));
  const { data, types, target, groups } = prepared;
  const rows = { table: data, target, ...(groups ? { groups } : {}) };
  const fits = planned.map((fold) => ({ family, fold }));
  const scores: Float64Array[] = [];
  runTask(threads, foldScores, { rows, types, fits }, fits.length, (_, own) => scores.push(own));
  return scores;
}

function scoreByBaseline(
  name: 'majority' | 'one-column',
  { data, types, target }: PreparedTraining,
  { foldOf, fold, seed }: PlannedFold,
): Float64Array {
  const { train, test } = splitBy(foldOf, fold);
  const random = createRandom(seed);
  const trainTable = takeRows(data, train);
  const features = fitEncoder(trainTable, types);
  const training = {
    ...takeTrainingRows({ table: data, target }, train),
    table: encodeTable(features, trainTable),
  };
  const testTable = encodeTable(features, takeRows(data, test));
  return name === 'majority'
    ? majority.predict(majority.fit({}, training, random), testTable)
    : oneColumn.predict(oneColumn.fit({}, training, random), testTable);
}

function foldsOf(table: TrainingTable, name: string, repeat: number, seed: number): PlannedFold[] {
  const cells = table.cells[table.header.indexOf(name)];
  const levels = [...new Set(cells)].sort();
  if (!cells || levels.length < 2 || levels.length > 255 || levels.includes('')) {
    throw unusableFolds(`The column '${name}' does not say in which of 2 to 255 folds each row is.`);
  }
  const foldOf = Uint8Array.from(cells, (level) => levels.indexOf(level));
  return levels.map((_, fold) => ({ repeat, fold, foldOf, seed: seed + fold }));
}

function unusableFolds(message: string): Unprocessable {
  return new Unprocessable([{ field: 'folds', message }]);
}

function meanMetrics(folds: readonly Metrics[]): FamilyEvaluation['metrics'] {
  const mean = (pick: (metrics: Metrics) => number): number =>
    folds.reduce((sum, fold) => sum + pick(fold), 0) / folds.length;
  return {
    rocAuc: mean((m) => m.rocAuc),
    prAuc: mean((m) => m.prAuc),
    accuracy: mean((m) => m.accuracy),
    precision: mean((m) => m.precision),
    recall: mean((m) => m.recall),
    f1: mean((m) => m.f1),
    logLoss: mean((m) => m.logLoss),
    brier: mean((m) => m.brier),
    topDecileLift: mean((m) => m.topDecileLift),
    ece: mean((m) => m.ece),
  };
}
