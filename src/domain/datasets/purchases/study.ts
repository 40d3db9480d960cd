/** What the customers of a shop without contracts will buy: models of their purchases, and how well these fit. */
import { fitBgNbd } from '../../../ml/purchases/bg-nbd.ts';
import type { BgNbd, FittedBgNbd } from '../../../ml/purchases/bg-nbd.ts';
import { countDistribution, expectedPurchases } from '../../../ml/purchases/bg-nbd-forecast.ts';
import type { FittedGammaGamma } from '../../../ml/purchases/gamma-gamma.ts';
import type { Dataset } from '../../../store/datasets.ts';
import type { WholeCsv } from '../../csv/whole.ts';
import { forecastOf } from './forecast.ts';
import { purchasesUpTo, readPurchases } from './histories.ts';
import type { CustomerPurchases, PurchaseLog } from './histories.ts';
import { fitPurchaseModels } from './models.ts';
import type { PurchaseOptions } from './options.ts';

/** Customers by their number of repeat purchases; the last entry is of `mostRepeats` or more. */
export interface RepeatGroup {
  readonly repeats: number;
  readonly customers: number;
  readonly expected: number;
  readonly actual: number;
}

/** The model of the first part of the data, held against what customers bought in the rest. */
export interface PurchaseCheck {
  readonly days: number;
  /** Purchases in those days. */
  readonly expected: number;
  readonly actual: number;
  /** By repeat purchases before; expected and actual purchases a customer. */
  readonly groups: readonly RepeatGroup[];
}

export interface PurchaseResult {
  readonly customers: number;
  /** With a repeat purchase. */
  readonly repeated: number;
  /** Times in days. */
  readonly model: FittedBgNbd;
  readonly spend: FittedGammaGamma;
  /** Of those with a repeat purchase; by the model nobody stops before it. */
  readonly active: number;
  /** In the days ahead, of all customers together. */
  readonly purchases: number;
  readonly value: number;
  /** Customers without a repeat purchase whose spend the data do not tell are not in the value. */
  readonly withoutValue: number;
  /** Numbers of customers. */
  readonly fit: readonly RepeatGroup[];
  /** Null where the data are too short, or nobody bought again before. */
  readonly check: PurchaseCheck | null;
  readonly notes: readonly string[];
}

export const mostRepeats = 7;
/** In the last third of the data the model is checked, unless that is shorter. */
const fewestCheckDays = 14;

/** @throws Unprocessable where a column is gone or cannot be read, or nobody bought a second time */
export function studyPurchases(csv: WholeCsv, dataset: Dataset, options: PurchaseOptions): PurchaseResult {
  const read = readPurchases(csv, dataset, options);
  const purchases = purchasesUpTo(read, read.lastDay);
  const { model, spend } = fitPurchaseModels(purchases);
  const repeated = purchases.repeats.reduce((sum, repeats) => sum + (repeats > 0 ? 1 : 0), 0);
  return {
    customers: purchases.repeats.length,
    repeated,
    model,
    spend,
    ...totalsOf(purchases, { model, spend }, options.aheadDays),
    fit: fitOf(purchases, model),
    check: checkLater(read),
    notes: read.notes,
  };
}

function totalsOf(
  purchases: CustomerPurchases,
  models: Pick<PurchaseResult, 'model' | 'spend'>,
  aheadDays: number,
): Pick<PurchaseResult, 'active' | 'purchases' | 'value' | 'withoutValue'> {
  const totals = { active: 0, purchases: 0, value: 0, withoutValue: 0 };
  for (let i = 0; i < purchases.repeats.length; i++) {
    const forecast = forecastOf(models, purchases, i, aheadDays);
    if (purchases.repeats[i]! > 0) totals.active += forecast.active;
    totals.purchases += forecast.purchases;
    if (Number.isNaN(forecast.spend)) totals.withoutValue++;
    else totals.value += forecast.purchases * forecast.spend;
  }
  return totals;
}

/** How many customers have made so many repeat purchases, and how many should have. */
function fitOf({ repeats, ends }: CustomerPurchases, model: BgNbd): RepeatGroup[] {
  const byEnd = new Map<number, number>();
  for (const end of ends) byEnd.set(end, (byEnd.get(end) ?? 0) + 1);
  const expected = new Float64Array(mostRepeats + 1);
  for (const [end, customers] of byEnd) {
    const shares = countDistribution(model, end, mostRepeats - 1);
    shares.forEach((share, x) => (expected[x]! += customers * share));
    expected[mostRepeats]! += customers * Math.max(0, 1 - shares.reduce((a, b) => a + b, 0));
  }
  const actual = new Float64Array(mostRepeats + 1);
  for (const x of repeats) actual[Math.min(x, mostRepeats)]!++;
  return Array.from(expected, (count, x) => ({
    repeats: x,
    customers: repeats.length,
    expected: count,
    actual: actual[x]!,
  }));
}

function checkLater(read: PurchaseLog): PurchaseCheck | null {
  const days = Math.floor((read.lastDay - read.log.firstDay) / 3);
  if (days < fewestCheckDays) return null;
  const before = purchasesUpTo(read, read.lastDay - days);
  if (!before.repeats.some((repeats) => repeats > 0)) return null;
  const model = fitBgNbd(before);
  const groups = Array.from({ length: mostRepeats + 1 }, () => ({ customers: 0, expected: 0, actual: 0 }));
  for (let i = 0; i < before.repeats.length; i++) {
    const group = groups[Math.min(before.repeats[i]!, mostRepeats)]!;
    group.customers++;
    group.actual += before.later[i]!;
    group.expected += expectedPurchases(
      model,
      { repeats: before.repeats[i]!, lastTime: before.lastTimes[i]!, end: before.ends[i]! },
      days,
    );
  }
  return {
    days,
    expected: groups.reduce((sum, { expected }) => sum + expected, 0),
    actual: groups.reduce((sum, { actual }) => sum + actual, 0),
    groups: groups.map(({ customers, expected, actual }, repeats) => ({
      repeats,
      customers,
      expected: expected / Math.max(customers, 1),
      actual: actual / Math.max(customers, 1),
    })),
  };
}
