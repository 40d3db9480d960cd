/**
 * What a file means beside the customers whom its model was measured on: how many are at high risk, and what contacting those
 * from the threshold on is expected to earn. What is known of held-out customers is what became of them; what is known of a file
 * are probabilities.
 */
import type { ThresholdRow } from '../../ml/evaluation/curves.ts';
import { expectedSweep } from '../../ml/monitoring/expected-performance.ts';
import type { Model } from '../../ml/model/model.ts';
import type { CountedRows } from '../../store/batch-count-documents.ts';
import type { Settings } from '../../store/settings.ts';
import { placeInSweep, profitPerCustomer, usualChoice } from '../models/thresholds.ts';
import type { ExpectedProfit } from '../models/thresholds.ts';

export interface ThenAndNow<T> {
  readonly then: T;
  readonly now: T;
}

export interface Harm {
  /** Mean churn probability. */
  readonly meanProbability: ThenAndNow<number>;
  /** Share of customers at high risk. */
  readonly highRisk: ThenAndNow<number>;
  /** A customer; null: it cannot be computed, as the file says no monthly revenue. */
  readonly profit: ThenAndNow<ExpectedProfit> | null;
  /** By how much the expected profit of the whole file differs; null: as above. */
  readonly money: number | null;
  /** Chance does not explain that. */
  readonly isBeyondChance: boolean;
}

/** What of a model and the settings it is judged with. */
export interface HarmTerms {
  readonly model: Pick<Model, 'evaluation' | 'threshold'>;
  readonly settings: Settings;
}

/** Null for models that were stored without curves, and for files without customers. */
export function findHarm(file: CountedRows, { model, settings }: HarmTerms): Harm | null {
  const { report } = model.evaluation;
  if (report === undefined || file.rowCount === 0) return null;
  const sweeps = { then: report.sweep, now: expectedSweep(file) };
  const profit = profitsOf(sweeps, file, { model, settings });
  const change = profit && profit.now.value - profit.then.value;
  return {
    meanProbability: { then: meanOf(report.reliability), now: shareFrom(sweeps.now, 0, leaving) },
    highRisk: {
      then: shareFrom(sweeps.then, settings.highFrom, contacted),
      now: shareFrom(sweeps.now, settings.highFrom, contacted),
    },
    profit,
    money: change === null ? null : change * file.rowCount,
    isBeyondChance: profit !== null && Math.abs(change!) > Math.hypot(half(profit.then), half(profit.now)),
  };
}

function profitsOf(
  sweeps: ThenAndNow<readonly ThresholdRow[]>,
  file: CountedRows,
  { model, settings }: HarmTerms,
): ThenAndNow<ExpectedProfit> | null {
  const hasValues = (model.evaluation.report?.monthlyValue ?? 0) > 0;
  if (hasValues && !file.value.some((sum) => sum > 0)) return null;
  const choice = usualChoice(model.threshold, settings);
  const then = profitPerCustomer(sweeps.then, choice, hasValues);
  const now = profitPerCustomer(sweeps.now, choice, hasValues);
  return then && now && { then, now };
}

const contacted = (row: ThresholdRow): number => row.truePositives + row.falsePositives;
const leaving = (row: ThresholdRow): number => row.truePositives;

/** Of all customers, from a threshold on. */
function shareFrom(
  sweep: readonly ThresholdRow[],
  threshold: number,
  count: (row: ThresholdRow) => number,
): number {
  const row = sweep[placeInSweep(threshold)]!;
  return count(row) / (contacted(row) + row.trueNegatives + row.falseNegatives);
}

function meanOf(bins: readonly { readonly count: number; readonly meanScore: number }[]): number {
  const sum = bins.reduce((all, { count, meanScore }) => all + count * meanScore, 0);
  return sum / bins.reduce((all, { count }) => all + count, 0);
}

function half({ low, high }: ExpectedProfit): number {
  return (high - low) / 2;
}
