/** Scores as lists show them. */
import type { CellValue } from '../../ml/data/values.ts';
import type { PredictionRecord, PredictionSummary } from '../prediction-records.ts';
import { riskLevelOf } from '../risk-levels.ts';
import type { RiskThresholds } from '../risk-levels.ts';
import { getSettings } from '../settings.ts';
import { cellOf, numberOrNull } from './cells.ts';
import { textAt } from './encoding.ts';
import { noReason, reasonsPerRow } from './group.ts';
import type { ScoredFeature } from './group.ts';
import type { GroupView } from './group-view.ts';
import { recordsAt, visitIds } from './visit-ids.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

export interface ListedReason {
  readonly feature: string;
  readonly value: CellValue;
  /** In probability. */
  readonly points: number;
}

/** A score without what only the customer's own page shows. */
export interface ListedPrediction extends PredictionSummary {
  /** The strongest first, at most `reasonsPerRow`. */
  readonly reasons: readonly ListedReason[];
  readonly isNoted: boolean;
}

/**
 * In the order of `ids`; those that are gone are left out. Reads the columns of each group that has one of them: many
 * rows at once (a download: 20,000) cost little more than one.
 */
export async function getPredictionRows(
  store: ScoreStore,
  ids: ArrayLike<number>,
): Promise<ListedPrediction[]> {
  const thresholds = await getSettings(store.db);
  const listed = new Array<ListedPrediction | undefined>(ids.length);
  const singles = await visitIds(store, ids, ({ batch, view, row, place, id }) => {
    listed[place] = fromColumns({ id, batch, thresholds }, view, row);
  });
  for (const [place, record] of await recordsAt(store, ids, singles))
    listed[place] = fromRecord(record, thresholds);
  return listed.filter((prediction) => prediction !== undefined);
}

interface Origin {
  readonly id: number;
  readonly batch: ScoredBatch;
  readonly thresholds: RiskThresholds;
}

function fromColumns({ id, batch, thresholds }: Origin, view: GroupView, row: number): ListedPrediction {
  const probability = view.column('probability')[row]!;
  const action = view.column('actions')[row]!;
  return {
    id,
    batchId: batch.id,
    batchName: batch.name,
    rowNumber: view.column('rowNumbers')[row]!,
    customerId: textAt(view.identifiers(), row) || null,
    source: 'batch',
    modelId: batch.modelId,
    modelLabel: batch.modelLabel,
    probability,
    riskLevel: riskLevelOf(probability, thresholds),
    reasons: reasonsOf(view, row),
    recommendedAction: action === 0 ? null : (view.header.actions[action - 1]?.action ?? null),
    expectedSaving: numberOrNull(view.column('expectedSaving')[row]!),
    monthlyValue: numberOrNull(view.column('monthlyValue')[row]!),
    isNoted: view.column('noted')[row] === 1,
    isSample: batch.isSample,
    createdAt: batch.createdAt,
  };
}

function reasonsOf(view: GroupView, row: number): ListedReason[] {
  return reasonPlaces(view, row).map(({ place, feature, points }) => ({
    feature: feature.name,
    value: cellOf(feature, view.input(place), row),
    points,
  }));
}

/** The stored reasons of a row without their values, strongest first. */
export function reasonPoints(
  view: GroupView,
  row: number,
): { readonly feature: string; readonly points: number }[] {
  return reasonPlaces(view, row).map(({ feature, points }) => ({ feature: feature.name, points }));
}

function reasonPlaces(view: GroupView, row: number) {
  const features = view.column('reasonFeatures');
  const points = view.column('reasonPoints');
  const reasons: { place: number; feature: ScoredFeature; points: number }[] = [];
  for (let at = row * reasonsPerRow; at < (row + 1) * reasonsPerRow; at++) {
    const place = features[at]!;
    const feature = view.header.features[place];
    if (place === noReason || !feature) break;
    reasons.push({ place, feature, points: points[at]! });
  }
  return reasons;
}

function fromRecord(record: PredictionRecord, thresholds: RiskThresholds): ListedPrediction {
  return {
    id: record.id,
    batchId: null,
    batchName: null,
    rowNumber: null,
    customerId: record.customerId,
    source: record.source,
    modelId: record.modelId,
    modelLabel: record.modelLabel,
    probability: record.probability,
    riskLevel: riskLevelOf(record.probability, thresholds),
    reasons: record.reasons.strongest.slice(0, reasonsPerRow),
    recommendedAction: record.recommendedAction,
    expectedSaving: record.expectedSaving,
    monthlyValue: record.monthlyValue,
    isNoted: record.notes.length > 0,
    isSample: record.isSample,
    createdAt: record.createdAt,
  };
}
