/** Which reasons raise the churn probability of customers, over all or in each group of a column. */
import type { PredictionFilter } from '../../store/prediction-filters.ts';
import { visitFigureColumns } from '../../store/score-files/figures.ts';
import type { FigureGroup } from '../../store/score-files/figures.ts';
import { noReason, reasonsPerRow } from '../../store/score-files/group.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { minCustomers } from './analytics.ts';
import { placesOf } from './pairs.ts';
import type { Axis } from './pairs.ts';

/** In an address, in place of a column: each segment is a group. */
export const bySegments = 'segments:';

/** Of the customers whom one reason is stored for, and whose probability it raises. */
export interface Driver {
  readonly feature: string;
  readonly customers: number;
  /** By how much it raises the probability of these customers, as a mean. */
  readonly points: number;
  /** Σ probability × monthly revenue of these customers; null: it is known of none of them. */
  readonly revenueAtRisk: number | null;
}

export interface DriverGroup {
  /** With any reason or none. */
  readonly customers: number;
  /** Those of most customers first. */
  readonly drivers: readonly Driver[];
}

/** Of a feature: customers, Σ points, valued, Σ probability × revenue. */
const width = 4;

interface GroupSums {
  customers: number;
  /** By feature. */
  readonly features: Map<string, Float64Array>;
}

/** An entry a group of the axis, or one of all customers; null: too few of them. */
export async function sumDrivers(
  store: ScoreStore,
  filter: PredictionFilter,
  axis: Axis | null,
): Promise<(DriverGroup | null)[]> {
  const groups = (axis?.groups ?? [null]).map((): GroupSums => ({ customers: 0, features: new Map() }));
  await visitFigureColumns(store, filter, (scores) => {
    addScores(groups, scores, axis && placesOf(scores, axis));
  });
  return groups.map(toGroup);
}

function addScores(groups: readonly GroupSums[], scores: FigureGroup, placeOf: Int32Array | null): void {
  const { rows, probability, monthlyValue } = scores;
  const { features, places, points } = scores.reasons();
  // Flat: by group and feature.
  const sums = new Float64Array(groups.length * features.length * width);
  for (const row of rows) {
    const group = placeOf === null ? 0 : placeOf[row]!;
    if (group < 0) continue;
    groups[group]!.customers++;
    const atRisk = probability[row]! * monthlyValue[row]!;
    for (let at = row * reasonsPerRow; at < (row + 1) * reasonsPerRow; at++) {
      if (places[at] === noReason) break;
      if (points[at]! <= 0) continue;
      const sum = (group * features.length + places[at]!) * width;
      sums[sum]!++;
      sums[sum + 1]! += points[at]!;
      if (Number.isNaN(atRisk)) continue;
      sums[sum + 2]!++;
      sums[sum + 3]! += atRisk;
    }
  }
  groups.forEach((group, i) => {
    features.forEach((feature, j) => {
      const from = (i * features.length + j) * width;
      addFeature(group, feature, sums.subarray(from, from + width));
    });
  });
}

function addFeature({ features }: GroupSums, feature: string, sums: Float64Array): void {
  if (sums[0] === 0) return;
  const known = features.get(feature) ?? new Float64Array(width);
  features.set(feature, known);
  sums.forEach((sum, i) => (known[i]! += sum));
}

function toGroup({ customers, features }: GroupSums): DriverGroup | null {
  if (customers < minCustomers) return null;
  const drivers = [...features].map(([feature, sums]) => toDriver(feature, sums));
  return { customers, drivers: drivers.sort((a, b) => b.customers - a.customers) };
}

function toDriver(feature: string, sums: Float64Array): Driver {
  const [customers, points, valued, revenueAtRisk] = sums as unknown as [number, number, number, number];
  return {
    feature,
    customers,
    points: points / customers,
    revenueAtRisk: valued === 0 ? null : revenueAtRisk,
  };
}
