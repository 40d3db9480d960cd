/**
 * Compares thresholds by expected profit. The most profitable one is chosen on out-of-fold probabilities of the training
 * rows and measured on the hold-out, under stated costs.
 */
import { profitCurve, profitInterval } from '../../ml/evaluation/profit.ts';
import type { ProfitAssumptions, ProfitPoint } from '../../ml/evaluation/profit.ts';
import type { ThresholdRow } from '../../ml/evaluation/curves.ts';
import type { Interval } from '../../ml/evaluation/wilson.ts';
import type { Evaluation } from '../../ml/model/model.ts';
import type { Settings } from '../../store/settings.ts';

export interface ThresholdChoice {
  /** In hundredths of a probability, 0 to 1. */
  readonly threshold: number;
  readonly assumptions: ProfitAssumptions;
  /** Of every customer, where no column holds the monthly revenue. */
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
  /** 95 %; null in models of before version 0.2. */
  readonly profitInterval: Interval | null;
  readonly profitPerCustomer: number;
  /** Null where no threshold makes a profit. */
  readonly best: BestThreshold | null;
  readonly curve: readonly ProfitPoint[];
}

/** The threshold with the most profit where it was chosen, with its profit on the hold-out. */
export interface BestThreshold extends ProfitPoint {
  readonly interval: Interval | null;
  /** Older models have no other rows to choose on; the profit is then a little too good. */
  readonly chosenOn: 'training rows' | 'hold-out';
  /** The difference in profit from the chosen threshold may be chance. */
  readonly isWithinNoise: boolean;
}

/** What the organisation's settings say. */
export function usualChoice(threshold: number, settings: Settings): ThresholdChoice {
  const { contactCost, offerCost, saveRate, valueMonths, valueMargin } = settings;
  const assumptions = { contactCost, offerCost, saveRate, valueMonths, valueMargin };
  return { threshold, assumptions, monthlyValue: 50 };
}

/** Null for models that were stored without curves. */
export function exploreThreshold(
  { report, selectionSweep }: Evaluation,
  choice: ThresholdChoice,
): ThresholdExploration | null {
  if (report === undefined) return null;
  const { sweep } = report;
  const hasValues = report.monthlyValue > 0;
  const money: Money = {
    assumptions: choice.assumptions,
    monthlyValue: hasValues ? undefined : choice.monthlyValue,
  };
  const curve = profitCurve(sweep, money.assumptions, money.monthlyValue);
  const at = placeInSweep(choice.threshold);
  const row = sweep[at]!;
  return {
    choice,
    hasValues,
    row,
    ...countsOf(row),
    profit: curve[at]!.profit,
    profitInterval: profitInterval(row, money.assumptions, money.monthlyValue),
    profitPerCustomer: curve[at]!.profitPerCustomer,
    best: bestThreshold({ sweep, selectionSweep, curve }, row, money),
    curve,
  };
}

/** Of contacting everybody from a threshold on, in money for each customer. */
export interface ExpectedProfit extends Interval {
  readonly value: number;
}

/**
 * Profit a customer at the chosen threshold, by one sweep, with its 95 % interval. `hasValues`: the sweep has monthly revenue of its own.
 * Null: there are no customers, or the sweep is one of before version 0.2.
 */
export function profitPerCustomer(
  sweep: readonly ThresholdRow[],
  { threshold, assumptions, monthlyValue }: ThresholdChoice,
  hasValues: boolean,
): ExpectedProfit | null {
  const row = sweep[placeInSweep(threshold)];
  if (row === undefined) return null;
  const value = hasValues ? undefined : monthlyValue;
  const interval = profitInterval(row, assumptions, value);
  const { customers } = countsOf(row);
  if (interval === null || customers === 0) return null;
  const [point] = profitCurve([row], assumptions, value);
  return { value: point!.profitPerCustomer, low: interval.low / customers, high: interval.high / customers };
}

interface Money {
  readonly assumptions: ProfitAssumptions;
  /** Undefined: every customer has a value of their own. */
  readonly monthlyValue: number | undefined;
}

interface Sweeps {
  /** On the hold-out. */
  readonly sweep: readonly ThresholdRow[];
  /** On training rows. */
  readonly selectionSweep: readonly ThresholdRow[] | undefined;
  /** Profit on the hold-out. */
  readonly curve: readonly ProfitPoint[];
}

function countsOf({ truePositives, falsePositives, trueNegatives, falseNegatives }: ThresholdRow) {
  const contacted = truePositives + falsePositives;
  const left = truePositives + falseNegatives;
  return {
    contacted,
    customers: contacted + trueNegatives + falseNegatives,
    precision: contacted === 0 ? null : truePositives / contacted,
    recall: left === 0 ? null : truePositives / left,
  };
}

/** `row`: of the threshold that it is compared with. */
function bestThreshold(
  { sweep, selectionSweep, curve }: Sweeps,
  row: ThresholdRow,
  { assumptions, monthlyValue }: Money,
): BestThreshold | null {
  const chosen = profitCurve(selectionSweep ?? sweep, assumptions, monthlyValue).reduce((a, b) =>
    b.profit > a.profit ? b : a,
  );
  if (chosen.profit <= 0) return null;
  const at = placeInSweep(chosen.threshold);
  const difference = profitInterval(between(row, sweep[at]!), assumptions, monthlyValue);
  return {
    ...curve[at]!,
    interval: profitInterval(sweep[at]!, assumptions, monthlyValue),
    chosenOn: selectionSweep ? 'training rows' : 'hold-out',
    isWithinNoise: difference !== null && difference.low <= 0 && difference.high >= 0,
  };
}

/** Sweeps are in hundredths. */
export function placeInSweep(threshold: number): number {
  return Math.min(100, Math.max(0, Math.round(threshold * 100)));
}

/** Only customers between two thresholds make a difference in profit: they alone are contacted in this row. */
function between(a: ThresholdRow, b: ThresholdRow): ThresholdRow {
  const [low, high] = a.threshold < b.threshold ? [a, b] : [b, a];
  const squares =
    low.squaredValueOfTruePositives === undefined
      ? {}
      : {
          squaredValueOfTruePositives:
            low.squaredValueOfTruePositives - (high.squaredValueOfTruePositives ?? 0),
        };
  return {
    threshold: low.threshold,
    truePositives: low.truePositives - high.truePositives,
    falsePositives: low.falsePositives - high.falsePositives,
    trueNegatives: low.trueNegatives + high.falsePositives,
    falseNegatives: low.falseNegatives + high.truePositives,
    valueOfTruePositives: low.valueOfTruePositives - high.valueOfTruePositives,
    ...squares,
  };
}
