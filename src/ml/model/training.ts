/**
 * Training a model. Method: a stratified hold-out is set aside; the families are compared by cross-validation inside
 * the rest (encoder, resampling and all fitted inside each fold); the best is fitted on the rest, calibrated
 * on its out-of-fold probabilities, and measured once on the hold-out. Confusion by threshold over the same out-of-fold
 * probabilities is kept, so that a threshold can be chosen without the hold-out.
 *
 * `auto` alone compares and calibrates by itself (../auto), inside the same rows; levels of categories are
 * then those of all training rows.
 */
import { calibrate, fitCalibration } from './calibration.ts';
import type { Calibration } from './calibration.ts';
import { planFolds, splitBy, stratifiedSplit, takeTarget } from '../evaluation/cross-validation.ts';
import type { PlannedFold } from '../evaluation/cross-validation.ts';
import { thresholdSweep } from '../evaluation/curves.ts';
import { encodeTable, fitEncoder } from '../data/encoding.ts';
import type { FitEnvironment, TrainingData } from '../estimator.ts';
import { estimators } from '../estimators.ts';
import type { Family, FittedEstimator } from '../estimators.ts';
import { computeMetrics, logLoss } from '../evaluation/metrics.ts';
import { fitWith, foldScores, paramsOf } from './fold-scores.ts';
import type { FitOptions } from './fold-scores.ts';
import { scoreModel } from './model.ts';
import type { BlendMember, Candidate, Evaluation, Model } from './model.ts';
import { describeRows } from '../monitoring/reference.ts';
import { measure, rankFeatures, usualThreshold } from './measuring.ts';
import { createRandom } from '../math/random.ts';
import type { Random } from '../math/random.ts';
import { monthlyValuesOf } from '../evaluation/report.ts';
import { oneThread, runTask } from '../parallel/threads.ts';
import { takeGroups } from '../data/row-groups.ts';
import type { RowGroups } from '../data/row-groups.ts';
import type { Feature, FeatureType, Label } from '../data/schema.ts';
import { keepMarked, keepMarkedRows } from '../data/compaction.ts';
import { takeRows } from '../data/table.ts';
import type { Table } from '../data/table.ts';
import { tuneAuto } from '../auto/auto.ts';
import type { SelectionFigures } from '../auto/choice.ts';
import type { FamilyName } from '../families.ts';

export interface TrainingRequest extends FitOptions, FitEnvironment {
  /** All features, with whatever levels the file has. */
  readonly table: Table;
  readonly types: readonly FeatureType[];
  /** What users set for a feature: title, unit, actionable, allowed range, policy. */
  readonly details?: ReadonlyMap<string, Partial<Feature>>;
  readonly target: Uint8Array;
  /** Rows of one group stay on one side of every split; null: every row stands alone. */
  readonly groups?: RowGroups;
  /**
   * Rows that decide settings, calibration and figures, where all are too many for that: 20 % of them are held out, and what
   * was chosen learns from all rows but those that belong to the held-out ones. The arrays of table, target and groups
   * are used up. Absent: all rows decide.
   */
  readonly drawn?: Int32Array;
  /** Rows with a churn label in the dataset, where not all of them are in the table. */
  readonly outOf?: number;
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
}

const holdoutShare = 0.2;

/** @throws RangeError when there is nothing to learn: no rows, one class, fewer rows than folds. */
export function trainModel(request: TrainingRequest): Model {
  const startedAt = request.now();
  const random = createRandom(request.seed);
  const positiveRate = rateOf(request.target);
  const deciding = decidingRows(request);
  const split = stratifiedSplit(deciding.target, holdoutShare, random.fork(), deciding.groups);
  const table = takeRows(deciding.table, split.train);
  const target = takeTarget(deciding.target, split.train);

  const rows = { table, target, ...takeGroups(deciding.groups, split.train) };
  const learning = request.drawn ? withoutHeldOut(request, request.drawn, split.test) : rows;
  const compared = compareFamilies(request, rows);
  const { family } = compared.best;
  request.onStep?.({
    ...lastSteps(request),
    stage: `Fitting ${titleOf(family)} on all training rows`,
    best: wordsOf(compared.best),
  });
  const encoder = fitEncoder(learning.table, request.types);
  const data = { ...rows, table: encodeTable(encoder, table) };
  const all = learning === rows ? data : { ...learning, table: encodeTable(encoder, learning.table) };
  const fitted = fitBest(request, compared, { data, all }, random.fork());
  const { estimator } = fitted;
  const calibration = calibrationOf(compared, rows, random.fork());

  request.onStep?.({
    ...lastSteps(request),
    stage: 'Measuring on held-out customers',
    best: wordsOf(compared.best),
  });
  const holdout = encodeTable(encoder, takeRows(deciding.table, split.test));
  const figures = measure({
    estimator,
    calibration,
    data,
    holdout,
    target: takeTarget(deciding.target, split.test),
    value: request.value,
    random,
  });
  const reference = describeRows({
    features: encoder,
    table: data.table,
    heldOut: holdout,
    score: (heldOut) => scoreModel({ estimator, calibration }, heldOut),
  });
  const finishedAt = request.now();
  return {
    schema: {
      features: encoder.map((feature) => ({ ...feature, ...request.details?.get(feature.name) })),
      label: request.label,
      identifier: request.identifier,
      value: request.value,
    },
    estimator,
    calibration,
    threshold: usualThreshold,
    evaluation: {
      folds: request.folds,
      trainingRows: all.table.rowCount,
      holdoutRows: split.test.length,
      ...(deciding.groups ? { holdoutCustomers: countGroups(deciding.groups, split.test) } : {}),
      ...(request.drawn ? { chosenOn: request.drawn.length } : {}),
      ...(request.outOf === undefined ? {} : { outOf: request.outOf }),
      positiveRate,
      candidates: candidatesOf(compared, estimator),
      ...membersOf(estimator),
      ...(fitted.selection ? { selection: fitted.selection } : {}),
      selectionSweep: thresholdSweep(
        calibrate(calibration, fitted.outOfFold),
        takeTarget(target, fitted.rows),
        monthlyValuesOf(takeRows(data.table, fitted.rows), request.value),
      ),
      ...figures,
    },
    importance: rankFeatures(estimator, holdout),
    reference,
    provenance: {
      datasetName: request.datasetName,
      datasetHash: request.datasetHash,
      rowCount: request.table.rowCount,
      seed: request.seed,
      params: { ...paramsOf(request, family), imbalance: request.imbalance ?? 'none' },
      softwareVersion: request.softwareVersion,
      trainedAt: new Date(finishedAt).toISOString(),
      durationMs: Math.round(finishedAt - startedAt),
    },
  };
}

type LabelledRows = Pick<TrainingRequest, 'table' | 'target' | 'groups'>;

/** The drawn rows, or all. */
function decidingRows({ table, target, groups, drawn }: TrainingRequest): LabelledRows {
  if (drawn === undefined) return { table, target, ...(groups ? { groups } : {}) };
  return { table: takeRows(table, drawn), target: takeTarget(target, drawn), ...takeGroups(groups, drawn) };
}

/** All rows but the held-out ones among the drawn, and those that belong to them; in the memory of the request. */
function withoutHeldOut(
  { table, target, groups = null }: TrainingRequest,
  drawn: Int32Array,
  heldOut: Int32Array,
): TrainingData {
  const isKept = new Uint8Array(target.length).fill(1);
  if (groups === null) for (const place of heldOut) isKept[drawn[place]!] = 0;
  else {
    const isHeldOut = new Uint8Array(target.length);
    for (const place of heldOut) isHeldOut[groups[drawn[place]!]!] = 1;
    for (let row = 0; row < groups.length; row++) isKept[row] = 1 - isHeldOut[groups[row]!]!;
  }
  return {
    table: keepMarkedRows(table, isKept),
    target: keepMarked(target, isKept),
    ...(groups ? { groups: keepMarked(groups, isKept) } : {}),
  };
}

interface Compared {
  readonly best: Candidate;
  readonly candidates: readonly Candidate[];
  /** Out-of-fold probabilities of the best, one a training row; null: not compared. */
  readonly outOfFold: Float64Array | null;
}

/** `auto` alone needs no comparison from outside: it makes its own, and calibrates by its blend. */
function compareFamilies(request: TrainingRequest, rows: TrainingData): Compared {
  const { families } = request;
  if (families.length === 1 && families[0] === 'auto' && (request.imbalance ?? 'none') === 'none')
    return { best: unmeasured('auto'), candidates: [], outOfFold: null };
  const results = crossFitFamilies(request, rows);
  const isWeighted = (request.imbalance ?? 'none') !== 'none';
  // Weights and resampling shift probabilities until they are calibrated; the order of scores they leave.
  const best = results.reduce((a, b) =>
    (isWeighted ? b.candidate.rocAuc > a.candidate.rocAuc : b.candidate.logLoss < a.candidate.logLoss)
      ? b
      : a,
  );
  return {
    best: best.candidate,
    candidates: results.map(({ candidate }) => candidate),
    outOfFold: best.outOfFold,
  };
}

/** A family that was compared. */
interface ComparedFamily {
  readonly candidate: Candidate;
  readonly outOfFold: Float64Array;
}

/** All families on the same folds. */
function crossFitFamilies(request: TrainingRequest, rows: TrainingData): ComparedFamily[] {
  const { families, folds, seed, types, params = {}, imbalance = 'none' } = request;
  const { threads = oneThread } = request;
  const planned = planFolds(rows.target, { folds, repeats: 1, seed, groups: rows.groups ?? null });
  const fits = families.flatMap((family) => planned.map((fold) => ({ family, fold })));
  const results: ComparedFamily[] = [];
  const scores: Float64Array[] = [];
  reportComparison(request, results, 0);
  runTask(threads, foldScores, { rows, types, params, imbalance, fits }, fits.length, (_, scored) => {
    scores.push(scored);
    reportComparison(request, results, scores.length);
    if (scores.length < folds) return;
    const family = families[results.length]!;
    results.push(summarise(family, rows.target, planned, scores.splice(0)));
    if (results.length < families.length) reportComparison(request, results, 0);
  });
  return results;
}

/** `before`: families that have been compared; `fold`: folds of the next one that have been scored. */
function reportComparison(request: TrainingRequest, before: readonly ComparedFamily[], fold: number): void {
  const { families, folds } = request;
  const best = before.length === 0 ? null : before.map(({ candidate }) => candidate).reduce(leastLoss);
  request.onStep?.({
    stage: `Comparing ${titleOf(families[before.length]!)}`,
    done: before.length * folds + fold,
    total: lastSteps(request).total,
    best: best && wordsOf(best),
  });
}

function summarise(
  family: Family,
  target: Uint8Array,
  planned: readonly PlannedFold[],
  scores: readonly Float64Array[],
): ComparedFamily {
  const outOfFold = new Float64Array(target.length);
  const aucs = planned.map(({ foldOf, fold }, k) => {
    const { test } = splitBy(foldOf, fold);
    test.forEach((row, i) => (outOfFold[row] = scores[k]![i]!));
    return computeMetrics(scores[k]!, takeTarget(target, test), usualThreshold).rocAuc;
  });
  const rocAuc = mean(aucs);
  const rocAucDeviation = Math.sqrt(mean(aucs.map((auc) => (auc - rocAuc) ** 2)));
  return { candidate: { family, rocAuc, rocAucDeviation, logLoss: logLoss(outOfFold, target) }, outOfFold };
}

interface FittedBest {
  readonly estimator: FittedEstimator;
  /** Some or all training rows, and their probabilities from models that had not learned from them. */
  readonly rows: Int32Array;
  readonly outOfFold: Float64Array;
  /** Of `auto` alone. */
  readonly selection?: SelectionFigures;
}

/** Fitted on all training rows. `auto` alone comes with the out-of-fold probabilities of its own trials on `data`. */
function fitBest(
  request: TrainingRequest,
  { best: { family }, outOfFold }: Compared,
  { data, all }: { readonly data: TrainingData; readonly all: TrainingData },
  random: Random,
): FittedBest {
  if (outOfFold !== null) {
    const estimator = fitWith(request, family, all, random, request);
    return { estimator, rows: Int32Array.from(data.target.keys()), outOfFold };
  }
  const { model, ...selection } = tuneAuto(paramsOf(request, 'auto'), data, random, request, all);
  return { estimator: { family: 'auto', model }, ...selection };
}

function calibrationOf(
  { outOfFold }: Compared,
  { target, groups }: TrainingData,
  random: Random,
): Calibration {
  return outOfFold === null ? { method: 'none' } : fitCalibration(outOfFold, target, random, groups);
}

function countGroups(groups: Int32Array, rows: Int32Array): number {
  return new Set(Array.from(rows, (row) => groups[row]!)).size;
}

/** What `auto` tried inside itself, where nothing was compared from outside. */
function candidatesOf({ candidates }: Compared, estimator: FittedEstimator): readonly Candidate[] {
  if (candidates.length > 0 || estimator.family !== 'auto') return candidates;
  const { trials } = estimator.model;
  return [...new Set(trials.map(({ family }) => family))].map((family) => {
    const own = trials.filter((trial) => trial.family === family);
    const most = Math.max(...own.map(({ folds = 0 }) => folds));
    const { rocAuc, logLoss: loss } = own
      .filter(({ folds = 0 }) => folds === most)
      .reduce((a, b) => (b.logLoss < a.logLoss ? b : a));
    const foldsTried = most > 0 ? { foldsTried: most } : {};
    return { family, rocAuc, rocAucDeviation: null, logLoss: loss, settings: own.length, ...foldsTried };
  });
}

function membersOf(estimator: FittedEstimator): Pick<Evaluation, 'members' | 'leftOut'> {
  if (estimator.family !== 'auto') return {};
  const { members, blend, leftOut = [] } = estimator.model;
  const total = blend.weights.reduce((sum, weight) => sum + weight, 0);
  const names = [...new Set(members.map(({ family }) => family))];
  return { members: names.map(memberOf), leftOut };

  function memberOf(family: FamilyName): BlendMember {
    const own = [...blend.weights].filter((_, k) => members[k]!.family === family);
    return { family, settings: own.length, share: own.reduce((sum, weight) => sum + weight, 0) / total };
  }
}

function leastLoss(a: Candidate, b: Candidate): Candidate {
  return b.logLoss < a.logLoss ? b : a;
}

function unmeasured(family: Family): Candidate {
  return { family, rocAuc: NaN, rocAucDeviation: null, logLoss: NaN };
}

/** The steps of the comparison, all done. */
function lastSteps({ families, folds }: TrainingRequest): { done: number; total: number } {
  const total = families.length * folds + 1;
  return { done: total - 1, total };
}

function wordsOf({ family, rocAuc }: Candidate): string | null {
  return Number.isNaN(rocAuc) ? null : `${titleOf(family)}, AUC ${rocAuc.toFixed(3)}`;
}

/** In the middle of a sentence. */
function titleOf(family: Family): string {
  return estimators[family].title.toLowerCase();
}

function rateOf(target: Uint8Array): number {
  return target.reduce((sum, label) => sum + label, 0) / target.length;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
