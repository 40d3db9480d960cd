/** Counts and sums over the predictions that a filter covers. */
import type { Db } from '../db.ts';
import { filtered, noFilter } from './prediction-filters.ts';
import type { PopulationFilter, PredictionFilter } from './prediction-filters.ts';
import { numberOrNull } from './prediction-records.ts';
import type { PredictionRow } from './prediction-records.ts';

export interface Totals {
  readonly count: number;
  readonly low: number;
  readonly medium: number;
  readonly high: number;
  /** Σ probability × monthly value. */
  readonly revenueAtRisk: number | null;
  /** What customers at high risk pay a month. */
  readonly highRiskRevenue: number | null;
  readonly meanProbability: number | null;
  readonly expectedSaving: number | null;
  readonly newestAt: string | null;
  /** How many of them carry a value. */
  readonly valued: number;
}

export async function countPredictions(db: Db, filter: PredictionFilter): Promise<number> {
  const row = (await filtered(db('predictions'), filter).count({ count: '*' }).first()) as { count: number };
  return row.count;
}

export async function sumPredictions(db: Db, filter: PredictionFilter): Promise<Totals> {
  const row = (await filtered(db('predictions'), filter)
    .select(
      db.raw('COUNT(*) AS count'),
      db.raw("SUM(CASE WHEN risk_level = 'low' THEN 1 ELSE 0 END) AS low"),
      db.raw("SUM(CASE WHEN risk_level = 'medium' THEN 1 ELSE 0 END) AS medium"),
      db.raw("SUM(CASE WHEN risk_level = 'high' THEN 1 ELSE 0 END) AS high"),
      db.raw('SUM(probability * monthly_value) AS revenue_at_risk'),
      db.raw("SUM(CASE WHEN risk_level = 'high' THEN monthly_value END) AS high_risk_revenue"),
      db.raw('AVG(probability) AS mean_probability'),
      db.raw("SUM(CASE WHEN risk_level <> 'low' THEN expected_saving END) AS expected_saving"),
      db.raw('MAX(predictions.created_at) AS newest_at'),
      db.raw('COUNT(monthly_value) AS valued'),
    )
    .first()) as PredictionRow;
  return {
    count: Number(row['count']),
    low: Number(row['low'] ?? 0),
    medium: Number(row['medium'] ?? 0),
    high: Number(row['high'] ?? 0),
    revenueAtRisk: numberOrNull(row['revenue_at_risk']),
    highRiskRevenue: numberOrNull(row['high_risk_revenue']),
    meanProbability: numberOrNull(row['mean_probability']),
    expectedSaving: numberOrNull(row['expected_saving']),
    newestAt: row['newest_at'] === null ? null : String(row['newest_at']),
    valued: Number(row['valued']),
  };
}

/** Counts over `bins` equal parts of [0, 1]. */
export async function probabilityHistogram(
  db: Db,
  filter: PredictionFilter,
  bins: number,
): Promise<number[]> {
  const bin = db.raw('CASE WHEN probability >= 1 THEN ? ELSE CAST(probability * ? AS INTEGER) END AS bin', [
    bins - 1,
    bins,
  ]);
  const rows = await filtered(db('predictions'), filter)
    .select<{ bin: number; count: number }[]>(bin, db.raw('COUNT(*) AS count'))
    .groupBy('bin');
  const counts = new Array<number>(bins).fill(0);
  for (const row of rows) counts[row.bin] = row.count;
  return counts;
}

/** How many latest scores would be low, medium and high with other thresholds. */
export async function countByThresholds(
  db: Db,
  mediumFrom: number,
  highFrom: number,
  population: PopulationFilter | null = null,
): Promise<{ low: number; medium: number; high: number }> {
  const row = (await filtered(db('predictions'), { ...noFilter, population })
    .select(
      db.raw('SUM(CASE WHEN probability < ? THEN 1 ELSE 0 END) AS low', [mediumFrom]),
      db.raw('SUM(CASE WHEN probability >= ? AND probability < ? THEN 1 ELSE 0 END) AS medium', [
        mediumFrom,
        highFrom,
      ]),
      db.raw('SUM(CASE WHEN probability >= ? THEN 1 ELSE 0 END) AS high', [highFrom]),
    )
    .first()) as PredictionRow;
  return { low: Number(row['low'] ?? 0), medium: Number(row['medium'] ?? 0), high: Number(row['high'] ?? 0) };
}
