/**
 * A model: a fitted estimator with everything needed to score with it and to answer for it later.
 *
 * Training: a stratified hold-out is put aside; the families are compared by cross-validation inside the rest
 * (encoder and all fitted inside each fold); the best is fitted on the rest and measured once on the hold-out.
 */
import { crossValidate, stratifiedSplit, takeTarget } from './cross-validation.ts';
import { encodeTable, fitEncoder } from './encoding.ts';
import type { Explanation } from './estimator.ts';
import { defaultParams, explainWith, fitEstimator, predictWith } from './estimators.ts';
import type { Family, FittedEstimator } from './estimators.ts';
import { computeMetrics, majorityBaseline } from './metrics.ts';
import type { Metrics } from './metrics.ts';
import { createRandom } from './random.ts';
import type { FeatureType, Label, Schema } from './schema.ts';
import { takeRows } from './table.ts';
import type { Table } from './table.ts';

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

/** One family's cross-validated figures: the mean over folds. */
export interface Candidate {
  readonly family: Family;
  readonly rocAuc: number;
  /** Standard deviation over folds. */
  readonly rocAucDeviation: number;
  readonly logLoss: number;
}

export interface Evaluation {
  readonly folds: number;
  readonly trainingRows: number;
  readonly holdoutRows: number;
  /** Share of leavers in the whole dataset. */
  readonly positiveRate: number;
  readonly candidates: readonly Candidate[];
  /** On the hold-out, which nothing was learned from. */
  readonly holdout: Metrics;
  /** The majority class on the same rows. */
  readonly baseline: Metrics;
}

export interface Importance {
  readonly feature: string;
  /** Mean size of the feature's reasons over hold-out rows, in probability. */
  readonly points: number;
}

export interface Model {
  readonly schema: Schema;
  readonly estimator: FittedEstimator;
  /** Probability from which a customer is said to leave. */
  readonly threshold: number;
  readonly evaluation: Evaluation;
  /** Strongest first. */
  readonly importance: readonly Importance[];
  readonly provenance: Provenance;
}

export interface TrainingRequest {
  /** All features, with whatever levels the file has. */
  readonly table: Table;
  readonly types: readonly FeatureType[];
  readonly target: Uint8Array;
  readonly label: Label;
  readonly identifier: string | null;
  readonly value: string | null;
  /** The families to choose from. */
  readonly families: readonly Family[];
  readonly folds: number;
  readonly seed: number;
  readonly datasetName: string;
  readonly datasetHash: string;
  readonly softwareVersion: string;
  /** Milliseconds since 1970; the clock is outside. */
  readonly now: () => number;
  readonly onProgress?: (stage: string, done: number, total: number) => void;
}

const holdoutShare = 0.2;
const threshold = 0.5;
const importanceRows = 1_000;

/** @throws RangeError when there is nothing to learn: no rows, one class, fewer rows than folds. */
export function trainModel(request: TrainingRequest): Model {
  const startedAt = request.now();
  const random = createRandom(request.seed);
  const split = stratifiedSplit(request.target, holdoutShare, random.fork());
  const table = takeRows(request.table, split.train);
  const target = takeTarget(request.target, split.train);

  const candidates = request.families.map((family) => compareFamily(request, family, table, target));
  const best = candidates.reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
  request.onProgress?.(`Fitting the ${best.family} model`, 1, 1);
  const features = fitEncoder(table, request.types);
  const estimator = fitEstimator(
    best.family,
    {},
    { table: encodeTable(features, table), target },
    random.fork(),
  );

  const holdout = encodeTable(features, takeRows(request.table, split.test));
  const holdoutTarget = takeTarget(request.target, split.test);
  const finishedAt = request.now();
  return {
    schema: { features, label: request.label, identifier: request.identifier, value: request.value },
    estimator,
    threshold,
    evaluation: {
      folds: request.folds,
      trainingRows: split.train.length,
      holdoutRows: split.test.length,
      positiveRate: request.target.reduce((sum, label) => sum + label, 0) / request.target.length,
      candidates,
      holdout: computeMetrics(predictWith(estimator, holdout), holdoutTarget, threshold),
      baseline: majorityBaseline(holdoutTarget),
    },
    importance: rankFeatures(estimator, holdout),
    provenance: {
      datasetName: request.datasetName,
      datasetHash: request.datasetHash,
      rowCount: request.table.rowCount,
      seed: request.seed,
      params: { ...defaultParams(best.family) },
      softwareVersion: request.softwareVersion,
      trainedAt: new Date(finishedAt).toISOString(),
      durationMs: Math.round(finishedAt - startedAt),
    },
  };
}

/** Probabilities of leaving; the table is encoded with the model's own levels (see row-reader.ts). */
export function predictModel(model: Model, table: Table): Float64Array {
  return predictWith(model.estimator, table);
}

/** Reasons in probability points; see Explanation. */
export function explainModel(model: Model, table: Table): Explanation {
  return explainWith(model.estimator, table);
}

function compareFamily(
  request: TrainingRequest,
  family: Family,
  table: Table,
  target: Uint8Array,
): Candidate {
  const stage = `Comparing: ${family}`;
  const { folds, seed } = request;
  const results = crossValidate(
    target,
    { folds, repeats: 1, seed },
    ({ train, test }, random) => fitAndScore(family, request.types, table, target, train, test, random),
    (done, total) => request.onProgress?.(stage, done, total),
  );
  const metrics = results.map(({ rows, scores }) =>
    computeMetrics(scores, takeTarget(target, rows), threshold),
  );
  const aucs = metrics.map((fold) => fold.rocAuc);
  const rocAuc = mean(aucs);
  return {
    family,
    rocAuc,
    rocAucDeviation: Math.sqrt(mean(aucs.map((auc) => (auc - rocAuc) ** 2))),
    logLoss: mean(metrics.map((fold) => fold.logLoss)),
  };
}

/** One honest fold: encoder and estimator learn from `train`, `test` is only scored. */
export function fitAndScore(
  family: Family,
  types: readonly FeatureType[],
  table: Table,
  target: Uint8Array,
  train: Int32Array,
  test: Int32Array,
  random: ReturnType<typeof createRandom>,
): Float64Array {
  const trainTable = takeRows(table, train);
  const features = fitEncoder(trainTable, types);
  const data = { table: encodeTable(features, trainTable), target: takeTarget(target, train) };
  const estimator = fitEstimator(family, {}, data, random);
  return predictWith(estimator, encodeTable(features, takeRows(table, test)));
}

function rankFeatures(estimator: FittedEstimator, table: Table): Importance[] {
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

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
