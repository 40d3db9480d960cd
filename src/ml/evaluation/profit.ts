/**
 * Expected profit of a retention campaign that contacts every customer with a score at or above a threshold.
 *
 * Method: contacting a customer costs `contactCost`. A customer who would have stayed always takes the offer; one who
 * would have left takes it with probability `saveRate`, and then stays, worth V = monthly value · `valueMonths` · `valueMargin`:
 *   would leave:  saveRate · (V − offerCost) − contactCost
 *   would stay:   −offerCost − contactCost
 * So `offerCost` is not paid for a customer who leaves in spite of the offer.
 * Reference: Neslin et al. (2006), Defection detection.
 * Assumptions: contacting a customer does not make them leave. Money is in the currency of the monthly values, profit is
 * that of one campaign.
 */
import { checkValues } from './curves.ts';
import type { ThresholdRow } from './curves.ts';
import { z95 } from './wilson.ts';
import type { Interval } from './wilson.ts';
import { checkBounds, notNegative } from '../math/bounds.ts';
import { groupByScore } from './score-groups.ts';

export interface ProfitAssumptions {
  /** Of contacting one customer, at least 0. */
  readonly contactCost: number;
  /** Of one offer taken up, at least 0. */
  readonly offerCost: number;
  /** Share of contacted customers who would have left and stay because of the offer, in [0, 1]. */
  readonly saveRate: number;
  /** Months that a saved customer goes on paying, at least 0. */
  readonly valueMonths: number;
  /** Share of the monthly value that is left after what serving a customer costs, in [0, 1]. */
  readonly valueMargin: number;
}

export interface ProfitPoint {
  readonly threshold: number;
  readonly profit: number;
  /** Profit divided by all customers, contacted or not. */
  readonly profitPerCustomer: number;
}

export interface OptimalThreshold {
  /** Contact from this score on; null where no campaign gains anything, so that no customer should be contacted. */
  readonly threshold: number | null;
  readonly profit: number;
  readonly profitPerCustomer: number;
  /** Share of customers contacted. */
  readonly share: number;
}

/** A monthly value for all customers, or one for each. */
export type MonthlyValues = number | Float64Array;

/**
 * Profit at each threshold of a sweep over monthly values; `monthlyValue` replaces them with one value for every customer.
 * Reads the sweep only, so that other assumptions need no second look at the customers. @throws RangeError
 */
export function profitCurve(
  sweep: readonly ThresholdRow[],
  assumptions: ProfitAssumptions,
  monthlyValue?: number,
): ProfitPoint[] {
  checkAssumptions(assumptions);
  if (monthlyValue !== undefined) checkMonthlyValue(monthlyValue);
  return sweep.map((row) => {
    const { threshold, truePositives, falsePositives } = row;
    const worth = monthlyValue === undefined ? row.valueOfTruePositives : truePositives * monthlyValue;
    const profit = profitOf(truePositives, falsePositives, worth, assumptions);
    const customers = truePositives + falsePositives + row.trueNegatives + row.falseNegatives;
    return { threshold, profit, profitPerCustomer: profit / customers };
  });
}

/**
 * 95 % interval of the profit of one row of a sweep, were as many other customers drawn: normal, from the spread of
 * profit over customers; costs and save rate are taken as given. Null where the sweep does not hold what it needs.
 */
export function profitInterval(
  row: ThresholdRow,
  assumptions: ProfitAssumptions,
  monthlyValue?: number,
): Interval | null {
  checkAssumptions(assumptions);
  const { truePositives, falsePositives } = row;
  const customers = truePositives + falsePositives + row.trueNegatives + row.falseNegatives;
  const worth = monthlyValue === undefined ? row.valueOfTruePositives : truePositives * monthlyValue;
  const squares =
    monthlyValue === undefined ? row.squaredValueOfTruePositives : truePositives * monthlyValue ** 2;
  if (squares === undefined || customers === 0) return null;
  const { contactCost, offerCost, saveRate, valueMonths, valueMargin } = assumptions;
  const [gain, cost] = [saveRate * valueMonths * valueMargin, saveRate * offerCost + contactCost];
  // Profit is gain · value − cost for a customer who left, minus the offer and the contact for one who stayed, else 0.
  const sumOfSquares =
    gain ** 2 * squares -
    2 * gain * cost * worth +
    truePositives * cost ** 2 +
    falsePositives * (offerCost + contactCost) ** 2;
  const profit = profitOf(truePositives, falsePositives, worth, assumptions);
  const half = z95 * Math.sqrt(Math.max(0, sumOfSquares - profit ** 2 / customers));
  return { low: profit - half, high: profit + half };
}

/** The score to contact from that gains most; of several, the one that contacts fewest. @throws RangeError */
export function optimalThreshold(
  scores: Float64Array,
  target: Uint8Array,
  monthlyValues: MonthlyValues,
  assumptions: ProfitAssumptions,
): OptimalThreshold {
  checkAssumptions(assumptions);
  const groups = groupByScore(scores, target);
  const worth = worthByGroup(groups.groupOf, groups.scores.length, target, monthlyValues);
  let best: OptimalThreshold = { threshold: null, profit: 0, profitPerCustomer: 0, share: 0 };
  let [positives, negatives, value] = [0, 0, 0];
  groups.scores.forEach((threshold, group) => {
    positives += groups.positives[group]!;
    negatives += groups.negatives[group]!;
    value += worth[group]!;
    const profit = profitOf(positives, negatives, value, assumptions);
    if (profit <= best.profit) return;
    const share = (positives + negatives) / scores.length;
    best = { threshold, profit, profitPerCustomer: profit / scores.length, share };
  });
  return best;
}

/** Of contacting one customer with this probability of leaving; contacting is worth it above 0. @throws RangeError */
export function expectedProfitOf(
  probability: number,
  monthlyValue: number,
  assumptions: ProfitAssumptions,
): number {
  checkAssumptions(assumptions);
  checkMonthlyValue(monthlyValue);
  if (!(probability >= 0 && probability <= 1))
    throw new RangeError(`probability must be from 0 to 1, found ${probability}`);
  return profitOf(probability, 1 - probability, probability * monthlyValue, assumptions);
}

/** Of contacting so many customers of either class; `worth` is the monthly revenue of those who left. */
function profitOf(
  positives: number,
  negatives: number,
  worth: number,
  assumptions: ProfitAssumptions,
): number {
  const { contactCost, offerCost, saveRate, valueMonths, valueMargin } = assumptions;
  const saved = saveRate * (worth * valueMonths * valueMargin - positives * offerCost);
  return saved - negatives * offerCost - (positives + negatives) * contactCost;
}

function worthByGroup(
  groupOf: Int32Array,
  groupCount: number,
  target: Uint8Array,
  monthlyValues: MonthlyValues,
): Float64Array {
  const each = typeof monthlyValues === 'number' ? null : monthlyValues;
  if (each) checkValues(each, groupOf.length);
  const all = typeof monthlyValues === 'number' ? monthlyValues : 0;
  checkMonthlyValue(all);
  const worth = new Float64Array(groupCount);
  for (let i = 0; i < groupOf.length; i++) if (target[i] === 1) worth[groupOf[i]!]! += each ? each[i]! : all;
  return worth;
}

function checkAssumptions(assumptions: ProfitAssumptions): void {
  checkBounds('profit', assumptions, {
    saveRate: { min: 0, max: 1 },
    valueMargin: { min: 0, max: 1 },
    contactCost: notNegative,
    offerCost: notNegative,
    valueMonths: notNegative,
  });
}

function checkMonthlyValue(value: number): void {
  if (!Number.isFinite(value)) throw new RangeError(`a monthly value must be finite, found ${value}`);
}
