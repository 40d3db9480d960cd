/** Counts and sums over the scores that a filter covers. */
import { noFilter } from '../prediction-filters.ts';
import type { PopulationFilter, PredictionFilter } from '../prediction-filters.ts';
import { riskLevelOf } from '../risk-levels.ts';
import type { RiskLevel, RiskThresholds } from '../risk-levels.ts';
import { getSettings } from '../settings.ts';
import { countMatches, visitMatches } from './scan.ts';
import type { MatchingGroup } from './scan.ts';
import { readSetRows } from './set-rows.ts';
import type { SetRows } from './set-rows.ts';
import { visitSingles } from './singles.ts';
import type { ScoreStore } from './store.ts';

export interface Totals {
  readonly count: number;
  readonly low: number;
  readonly medium: number;
  readonly high: number;
  /** Σ probability × monthly value. */
  readonly revenueAtRisk: number | null;
  /** What customers at high risk pay a month. */
  readonly highRiskRevenue: number | null;
  /** Mean of probability × monthly value of customers at high risk. */
  readonly highRiskLoss: number | null;
  readonly meanProbability: number | null;
  readonly expectedSaving: number | null;
  readonly newestAt: string | null;
  /** How many of them carry a value. */
  readonly valued: number;
}

export type LevelCounts = Readonly<Record<RiskLevel, number>>;

export async function countPredictions(store: ScoreStore, filter: PredictionFilter): Promise<number> {
  let count = await countMatches(store, filter);
  await visitSingles(store, filter, () => count++);
  return count;
}

/** Levels are those that people have set, where they have. */
export async function sumPredictions(store: ScoreStore, filter: PredictionFilter): Promise<Totals> {
  const levels = { thresholds: await getSettings(store.db), set: await readSetRows(store.db) };
  const sums = { ...nothing };
  await visitMatches(store, filter, (group) => {
    addGroup(sums, group, levels);
  });
  await visitSingles(store, filter, (single) => {
    const level = levels.set.of(single.customerId) ?? riskLevelOf(single.probability, levels.thresholds);
    addRow(sums, single, level);
    addTime(sums, single.createdAt);
  });
  return toTotals(sums);
}

interface Sums {
  count: number;
  medium: number;
  high: number;
  probability: number;
  valued: number;
  revenueAtRisk: number;
  highValued: number;
  highRiskRevenue: number;
  highRiskLoss: number;
  saving: number;
  expectedSaving: number;
  newestAt: string | null;
}

const nothing: Readonly<Sums> = {
  count: 0,
  medium: 0,
  high: 0,
  probability: 0,
  valued: 0,
  revenueAtRisk: 0,
  highValued: 0,
  highRiskRevenue: 0,
  highRiskLoss: 0,
  saving: 0,
  expectedSaving: 0,
  newestAt: null,
};

interface Levels {
  readonly thresholds: RiskThresholds;
  readonly set: SetRows;
}

function addGroup(sums: Sums, { batch, view, rows }: MatchingGroup, { thresholds, set }: Levels): void {
  const setLevels = set.inGroup(view);
  const probability = view.column('probability');
  const monthlyValue = view.column('monthlyValue');
  const expectedSaving = view.column('expectedSaving');
  const row = { probability: 0, monthlyValue: 0, expectedSaving: 0 };
  for (const i of rows) {
    row.probability = probability[i]!;
    row.monthlyValue = monthlyValue[i]!;
    row.expectedSaving = expectedSaving[i]!;
    addRow(sums, row, setLevels.get(i) ?? riskLevelOf(row.probability, thresholds));
  }
  addTime(sums, batch.createdAt);
}

interface SummedRow {
  readonly probability: number;
  readonly monthlyValue: number;
  readonly expectedSaving: number;
}

function addRow(
  sums: Sums,
  { probability, monthlyValue, expectedSaving }: SummedRow,
  level: RiskLevel,
): void {
  const isHigh = level === 'high';
  const isMedium = level === 'medium';
  sums.count++;
  if (isHigh) sums.high++;
  if (isMedium) sums.medium++;
  sums.probability += probability;
  if ((isHigh || isMedium) && !Number.isNaN(expectedSaving)) {
    sums.saving++;
    sums.expectedSaving += expectedSaving;
  }
  if (Number.isNaN(monthlyValue)) return;
  sums.valued++;
  sums.revenueAtRisk += probability * monthlyValue;
  if (!isHigh) return;
  sums.highValued++;
  sums.highRiskRevenue += monthlyValue;
  sums.highRiskLoss += probability * monthlyValue;
}

function addTime(sums: Sums, at: string): void {
  if (sums.newestAt === null || at > sums.newestAt) sums.newestAt = at;
}

/** A sum of nothing is not known. */
function toTotals(sums: Sums): Totals {
  const { count, medium, high, valued } = sums;
  const known = (sum: number, summed: number): number | null => (summed === 0 ? null : sum);
  return {
    count,
    low: count - medium - high,
    medium,
    high,
    revenueAtRisk: known(sums.revenueAtRisk, valued),
    highRiskRevenue: known(sums.highRiskRevenue, sums.highValued),
    highRiskLoss: known(sums.highRiskLoss / sums.highValued, sums.highValued),
    meanProbability: known(sums.probability / count, count),
    expectedSaving: known(sums.expectedSaving, sums.saving),
    newestAt: sums.newestAt,
    valued,
  };
}

/** Counts over `bins` equal parts of [0, 1]. */
export async function probabilityHistogram(
  store: ScoreStore,
  filter: PredictionFilter,
  bins: number,
): Promise<number[]> {
  const counts = new Float64Array(bins);
  await visitProbabilities(store, filter, (probability) => {
    const bin = Math.min(bins - 1, Math.trunc(probability * bins));
    counts[bin]!++;
  });
  return [...counts];
}

/** How many latest scores would be low, medium and high with other thresholds. */
export async function countByThresholds(
  store: ScoreStore,
  thresholds: RiskThresholds,
  population: PopulationFilter | null = null,
): Promise<LevelCounts> {
  return countLevels(store, { ...noFilter, population }, thresholds);
}

/** How many scores of a batch are low, medium and high by the thresholds of now. */
export async function countLevelsOf(store: ScoreStore, batchId: number): Promise<LevelCounts> {
  return countLevels(store, { ...noFilter, batch: batchId }, await getSettings(store.db));
}

async function countLevels(
  store: ScoreStore,
  filter: PredictionFilter,
  thresholds: RiskThresholds,
): Promise<LevelCounts> {
  const counts = { low: 0, medium: 0, high: 0 };
  await visitProbabilities(store, filter, (probability) => counts[riskLevelOf(probability, thresholds)]++);
  return counts;
}

async function visitProbabilities(
  store: ScoreStore,
  filter: PredictionFilter,
  visit: (probability: number) => void,
): Promise<void> {
  await visitMatches(store, filter, ({ view, rows }) => {
    const probability = view.column('probability');
    for (const row of rows) visit(probability[row]!);
  });
  await visitSingles(store, filter, ({ probability }) => {
    visit(probability);
  });
}
