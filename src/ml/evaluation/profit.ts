/**
 * Expected profit of a retention campaign that contacts everybody whose score is at or above a threshold (Neslin et al.,
 * 2006, Defection detection). Contacting a customer costs `contactCost`. A stayer always takes the offer, which is then
 * given away; a leaver takes it with probability `saveRate` and then stays, worth V = monthly value · `valueMonths`:
 *   leaver:  saveRate · (V − offerCost) − contactCost
 *   stayer:  −offerCost − contactCost
 * So `offerCost` is paid by every contacted stayer and every saved leaver, never for a leaver who leaves all the same.
 * Assumes that contacting makes nobody leave. Money is in the currency of the monthly values, profit over the campaign.
 */
import { checkValues } from './curves.ts';
import type { ThresholdRow } from './curves.ts';
import { z95 } from './wilson.ts';
import type { Interval } from './wilson.ts';
import { groupByScore } from './score-groups.ts';

export interface ProfitAssumptions {
  /** Of contacting one customer, at least 0. */
  readonly contactCost: number;
  /** Of one offer taken up, at least 0. */
  readonly offerCost: number;
  /** Share of contacted leavers who take the offer and stay, in [0, 1]. */
  readonly saveRate: number;
  /** Months that a saved customer goes on paying, at least 0. */
  readonly valueMonths: number;
}

export interface ProfitPoint {
  readonly threshold: number;
  readonly profit: number;
  /** Profit divided by all customers, contacted or not. */
  readonly profitPerCustomer: number;
}

export interface OptimalThreshold {
  /** Contact from this score on; null where no campaign gains anything, so that nobody should be contacted. */
  readonly threshold: number | null;
  readonly profit: number;
  readonly profitPerCustomer: number;
  /** Share of customers contacted. */
  readonly share: number;
}

/** A monthly value for all customers, or one for each. */
export type MonthlyValues = number | Float64Array;

/**
 * Profit at each threshold of a sweep over monthly values; `monthlyValue` takes their place, for every leaver alike.
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
  const { contactCost, offerCost, saveRate, valueMonths } = assumptions;
  const [gain, cost] = [saveRate * valueMonths, saveRate * offerCost + contactCost];
  // A leaver's profit is gain · value − cost, a stayer's the offer and the contact lost; who is not contacted makes 0.
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
  let [leavers, stayers, value] = [0, 0, 0];
  groups.scores.forEach((threshold, group) => {
    leavers += groups.leavers[group]!;
    stayers += groups.stayers[group]!;
    value += worth[group]!;
    const profit = profitOf(leavers, stayers, value, assumptions);
    if (profit <= best.profit) return;
    const share = (leavers + stayers) / scores.length;
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
  if (!(probability >= 0 && probability <= 1)) throw new RangeError(`${probability} is not a probability`);
  return profitOf(probability, 1 - probability, probability * monthlyValue, assumptions);
}

/** Of contacting so many leavers and stayers; `worth` is what the leavers pay a month, all together. */
function profitOf(leavers: number, stayers: number, worth: number, assumptions: ProfitAssumptions): number {
  const { contactCost, offerCost, saveRate, valueMonths } = assumptions;
  const saved = saveRate * (worth * valueMonths - leavers * offerCost);
  return saved - stayers * offerCost - (leavers + stayers) * contactCost;
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
  const { contactCost, offerCost, saveRate, valueMonths } = assumptions;
  if (!(saveRate >= 0 && saveRate <= 1)) throw new RangeError('the save rate must be between 0 and 1');
  for (const amount of [contactCost, offerCost, valueMonths])
    if (!(amount >= 0 && amount < Infinity)) throw new RangeError('costs and months must be 0 or more');
}

function checkMonthlyValue(value: number): void {
  if (!Number.isFinite(value)) throw new RangeError('a monthly value must be a number');
}
