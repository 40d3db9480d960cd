/**
 * A model of another program, measured like one that was trained here: a stratified hold-out is set aside, the baselines
 * learn from the rest, and all are measured on the hold-out. If the program may have learned from these rows, the model
 * is said to be unproven.
 */
import { fitEncoder, encodeTable } from '../data/encoding.ts';
import { takeGroups } from '../data/row-groups.ts';
import type { RowGroups } from '../data/row-groups.ts';
import type { Feature, FeatureType, Label } from '../data/schema.ts';
import { takeRows } from '../data/table.ts';
import type { Table } from '../data/table.ts';
import { stratifiedSplit, takeTarget } from '../evaluation/cross-validation.ts';
import { thresholdSweep } from '../evaluation/curves.ts';
import { monthlyValuesOf } from '../evaluation/report.ts';
import type { FittedEstimator } from '../estimators.ts';
import { predictWith } from '../estimators.ts';
import { createRandom } from '../math/random.ts';
import { calibrate, type Calibration } from './calibration.ts';
import { measure, rankFeatures, usualThreshold } from './measuring.ts';
import { scoreModel } from './model.ts';
import type { Model, Provenance } from './model.ts';
import { describeRows } from '../monitoring/reference.ts';

export interface OutsideRequest {
  readonly table: Table;
  readonly types: readonly FeatureType[];
  /** What users set for a feature: title, unit, actionable, allowed range, policy. */
  readonly details: ReadonlyMap<string, Partial<Feature>>;
  readonly target: Uint8Array;
  readonly groups: RowGroups;
  readonly label: Label;
  readonly identifier: string | null;
  readonly value: string | null;
  /** Gives the features that it uses, and for rows of them, which say what customers are usually like, the estimator. */
  readonly convert: (features: readonly Feature[]) => {
    readonly features: readonly Feature[];
    readonly calibration: Calibration;
    readonly estimatorFor: (table: Table) => FittedEstimator;
  };
  /** It may have learned from rows of this table. */
  readonly mayHaveSeen: boolean;
  readonly seed: number;
  readonly provenance: Pick<Provenance, 'datasetName' | 'datasetHash' | 'params' | 'softwareVersion'>;
  /** Milliseconds since 1970; the clock is outside. */
  readonly now: () => number;
}

const holdoutShare = 0.2;

/** @throws RangeError when the rows cannot measure it: one class, or too few rows. */
export function measuredModel(request: OutsideRequest): Model {
  const startedAt = request.now();
  const { target, groups, value, seed } = request;
  const random = createRandom(seed);
  const { features, calibration, estimatorFor } = request.convert(fitEncoder(request.table, request.types));
  const table = encodeTable(features, request.table);
  const split = stratifiedSplit(target, holdoutShare, random.fork(), groups);
  const data = {
    table: takeRows(table, split.train),
    target: takeTarget(target, split.train),
    ...takeGroups(groups, split.train),
  };
  const holdout = takeRows(table, split.test);
  const estimator = estimatorFor(data.table);
  const figures = measure({
    estimator,
    calibration,
    data,
    holdout,
    target: takeTarget(target, split.test),
    value,
    random,
  });
  const finishedAt = request.now();
  return {
    schema: {
      features: features.map((feature) => ({ ...feature, ...request.details.get(feature.name) })),
      label: request.label,
      identifier: request.identifier,
      value: features.some(({ name }) => name === value) ? value : null,
    },
    estimator,
    calibration,
    threshold: usualThreshold,
    evaluation: {
      folds: 0,
      trainingRows: split.train.length,
      holdoutRows: split.test.length,
      positiveRate: target.reduce((sum, label) => sum + label, 0) / target.length,
      candidates: [],
      selectionSweep: thresholdSweep(
        calibrate(calibration, predictWith(estimator, data.table)),
        data.target,
        monthlyValuesOf(data.table, value),
      ),
      ...(request.mayHaveSeen ? { unproven: true } : {}),
      ...figures,
    },
    importance: rankFeatures(estimator, holdout),
    reference: describeRows({
      features,
      table: data.table,
      heldOut: holdout,
      score: (heldOut) => scoreModel({ estimator, calibration }, heldOut),
    }),
    provenance: {
      ...request.provenance,
      rowCount: table.rowCount,
      seed,
      trainedAt: new Date(finishedAt).toISOString(),
      durationMs: Math.round(finishedAt - startedAt),
    },
  };
}
