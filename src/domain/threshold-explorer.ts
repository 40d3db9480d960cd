/** From which probability on is it worth contacting customers? Read off the hold-out, under stated costs. */
import { profitCurve } from '../ml/profit.ts';
import type { ProfitAssumptions, ProfitPoint } from '../ml/profit.ts';
import type { ThresholdRow } from '../ml/curves.ts';
import type { Report } from '../ml/report.ts';
import type { Settings } from '../store/settings.ts';

export interface ThresholdChoice {
  /** In hundredths of a probability, 0 to 1. */
  readonly threshold: number;
  readonly assumptions: ProfitAssumptions;
  /** What a customer pays a month, where no column says it. */
  readonly monthlyValue: number;
}

export interface ThresholdExploration {
  readonly choice: ThresholdChoice;
  /** Per customer values come from the data; otherwise `choice.monthlyValue` stands for all. */
  readonly hasValues: boolean;
  readonly row: ThresholdRow;
  readonly contacted: number;
  readonly customers: number;
  readonly precision: number | null;
  readonly recall: number | null;
  readonly profit: number;
  readonly profitPerCustomer: number;
  /** Null where contacting nobody is best. */
  readonly best: ProfitPoint | null;
  readonly curve: readonly ProfitPoint[];
}

/** What the organisation's settings say. */
export function usualChoice(threshold: number, settings: Settings): ThresholdChoice {
  const { contactCost, offerCost, saveRate, valueMonths } = settings;
  return { threshold, assumptions: { contactCost, offerCost, saveRate, valueMonths }, monthlyValue: 50 };
}

export function exploreThreshold(report: Report, choice: ThresholdChoice): ThresholdExploration {
  const hasValues = report.monthlyValue > 0;
  const curve = profitCurve(report.sweep, choice.assumptions, hasValues ? undefined : choice.monthlyValue);
  const at = Math.min(report.sweep.length - 1, Math.max(0, Math.round(choice.threshold * 100)));
  const row = report.sweep[at]!;
  const { truePositives, falsePositives, trueNegatives, falseNegatives } = row;
  const contacted = truePositives + falsePositives;
  const left = truePositives + falseNegatives;
  const best = curve.reduce((a, b) => (b.profit > a.profit ? b : a));
  return {
    choice,
    hasValues,
    row,
    contacted,
    customers: contacted + trueNegatives + falseNegatives,
    precision: contacted === 0 ? null : truePositives / contacted,
    recall: left === 0 ? null : truePositives / left,
    profit: curve[at]!.profit,
    profitPerCustomer: curve[at]!.profitPerCustomer,
    best: best.profit > 0 ? best : null,
    curve,
  };
}
