/**
 * A customer table with a churn label, from transactions alone: inputs from what was known on a cut-off date, the label
 * from what happened afterwards. Customers without a transaction in the horizon, the days after the cut-off, have left.
 *
 * The table has the customers who were active shortly before the cut-off. Those who had stopped buying long before
 * would all count as having left, cannot be won back, and would make any model look good.
 */
import { z } from 'zod';
import { Unprocessable } from '../../../errors.ts';
import { countText } from '../../../format.ts';
import { parseDate } from '../../../ml/data/values.ts';
import type { TextTable } from '../labels/proxy-label.ts';
import { readTransactions } from './log.ts';
import type { TransactionLog } from './log.ts';
import { expectedMonthlySpend, expectedSpendColumn } from '../purchases/expected-spend.ts';
import { customersAt, endBefore, featuresAt } from './features.ts';
import type { Period, TextColumns } from './features.ts';

const name = z.string().min(1).max(200);
const days = z.int().min(1).max(3_650);

export const TransactionLabel = z.object({
  customer: name,
  date: name,
  amount: name,
  category: name.nullable(),
  /** null: the latest one that leaves room for the horizon. */
  cutoff: z
    .string()
    .refine((text) => parseDate(text) !== null, { error: 'Write the date as 2026-11-20 or 20.11.2026.' })
    .nullable(),
  horizonDays: days,
  /** The table has customers with a transaction in so many days up to the cut-off; null: twice the horizon. */
  activeDays: days.nullable(),
  /** Adds the spend to be expected a month, which is the monthly revenue then. */
  expectedSpend: z.boolean().exactOptional(),
});
export type TransactionLabel = z.infer<typeof TransactionLabel>;

export interface CustomerCounts {
  /** Rows of the table. */
  readonly customers: number;
  /** Bought before, but not in the active days. */
  readonly inactive: number;
  /** Bought for the first time after the cut-off. */
  readonly later: number;
  /** Transactions that cannot be read. */
  readonly skippedRows: number;
}

/** The first column is the customer ID, with its name in the transactions; then the features. */
export interface CustomerTable extends TextColumns {
  /** Such as 2026-06-30. */
  readonly cutoff: string;
  readonly counts: CustomerCounts;
  /** Sentences for the dataset's page. */
  readonly notes: readonly string[];
}

/** The last column is `Churn`, Yes or No. */
export interface LabelledCustomers extends CustomerTable {
  /** Customers who left. */
  readonly leftCount: number;
}

const labelColumn = 'Churn';

/** @throws Unprocessable when columns cannot be used, the data end before the horizon does, or nobody was active */
export function buildCustomerTable(transactions: TextTable, options: TransactionLabel): LabelledCustomers {
  const log = readTransactions(transactions, options);
  const cutoff = cutoffOf(log, options);
  const period = { cutoff, lookBack: lookBackOf(log, cutoff) };
  const customers = activeCustomers(log, cutoff, activeDaysOf(options, period.lookBack));
  const table = describe(log, period, customers, options);
  const left = Array.from(customers, (customer) => daysToNext(log, customer, cutoff) > options.horizonDays);
  const leftCount = left.filter(Boolean).length;
  return {
    ...table,
    header: [...table.header, labelColumn],
    cells: [...table.cells, left.map((one) => (one ? 'Yes' : 'No'))],
    notes: [...table.notes, ...labelNotes(leftCount, customers.length)],
    leftCount,
  };
}

/**
 * The same features on the last day of the data, without a label: the customers to score. They look back as many
 * days as the labelled customers do. @throws Unprocessable
 */
export function buildCurrentCustomers(transactions: TextTable, options: TransactionLabel): CustomerTable {
  const log = readTransactions(transactions, options);
  const period = { cutoff: log.lastDay, lookBack: lookBackOf(log, cutoffOf(log, options)) };
  const customers = activeCustomers(log, log.lastDay, activeDaysOf(options, period.lookBack));
  return describe(log, period, customers, options);
}

/** Look-back periods in days: about two years, a year, half a year, a quarter, two months, a month. */
const lookBacks = [730, 365, 180, 90, 60, 30];

/**
 * The longest usual period that the data cover at the cut-off. Shorter than the data, so that training too has customers
 * whose first purchase is older than the period.
 */
function lookBackOf(log: TransactionLog, cutoff: number): number {
  const known = cutoff - log.firstDay + 1;
  return lookBacks.find((days) => days <= known) ?? known;
}

export interface HorizonChoice {
  readonly days: number;
  readonly leftCount: number;
  /** Share of customers who left, in [0, 1]. */
  readonly baseRate: number;
  /** Customers with another label under the present horizon. */
  readonly flipped: number;
  /** Share of those who left that are back by the end of the longest horizon, in [0, 1]; null where the data end first. */
  readonly returned: number | null;
}

export interface HorizonComparison {
  /** The same for all, so that the same customers are compared. */
  readonly cutoff: string;
  readonly customers: number;
  readonly choices: readonly HorizonChoice[];
  /** The shortest after which at most a fifth of those who left come back; the longest if there is none. */
  readonly suggested: number;
}

const usualHorizons = [30, 45, 60, 90];
const mayReturn = 0.2;

/**
 * Compares usual horizons and the present one, if the data have twice their days before the cut-off: the latest one
 * that leaves room for the longest horizon. @throws Unprocessable when the data are too short
 */
export function suggestHorizon(transactions: TextTable, options: TransactionLabel): HorizonComparison {
  const log = readTransactions(transactions, options);
  const span = log.lastDay - log.firstDay + 1;
  const horizons = [...new Set([...usualHorizons, options.horizonDays])]
    .filter((horizon) => horizon * 3 <= span)
    .sort((a, b) => a - b);
  const longest = horizons.at(-1);
  if (longest === undefined)
    throw unusable(
      'horizonDays',
      `The transactions cover ${span} days; 90 days or more are needed to compare.`,
    );
  const cutoff = log.lastDay - longest;
  const customers = activeCustomers(log, cutoff, activeDaysOf(options, lookBackOf(log, cutoff)));
  const next = Float64Array.from(customers, (customer) => daysToNext(log, customer, cutoff));
  const present = Math.min(options.horizonDays, longest);
  const choices = horizons.map((horizon) => compareHorizon(next, horizon, present, longest));
  const suggested =
    choices.find(({ returned }) => returned !== null && returned <= mayReturn)?.days ?? longest;
  return { cutoff: isoDay(cutoff), customers: customers.length, choices, suggested };
}

function compareHorizon(
  next: Float64Array,
  horizon: number,
  present: number,
  longest: number,
): HorizonChoice {
  let leftCount = 0;
  let flipped = 0;
  let back = 0;
  for (const wait of next) {
    if (wait > horizon) leftCount++;
    if (wait > horizon !== wait > present) flipped++;
    if (wait > horizon && wait <= longest) back++;
  }
  const baseRate = leftCount / next.length;
  // The data end with the longest horizon, so later returns are not known.
  const returned = horizon === longest ? null : leftCount === 0 ? 0 : back / leftCount;
  return { days: horizon, leftCount, baseRate, flipped, returned };
}

function cutoffOf(log: TransactionLog, options: TransactionLabel): number {
  const latest = log.lastDay - options.horizonDays;
  const end = isoDay(log.lastDay);
  if (latest < log.firstDay)
    throw unusable(
      'horizonDays',
      `The transactions cover ${log.lastDay - log.firstDay + 1} days, too few to count ${options.horizonDays} days without a purchase as churn.`,
    );
  const cutoff = options.cutoff === null ? latest : parseDate(options.cutoff);
  if (cutoff === null)
    throw unusable('cutoff', `'${options.cutoff}' is not a date. Write it as 2026-11-20 or 20.11.2026.`);
  if (cutoff < log.firstDay)
    throw unusable(
      'cutoff',
      `The cut-off date ${isoDay(cutoff)} is before the first transaction on ${isoDay(log.firstDay)}. Choose a later one.`,
    );
  if (cutoff > latest)
    throw unusable(
      'cutoff',
      `The transactions end on ${end}. With ${options.horizonDays} days that count as churn, the latest possible cut-off date is ${isoDay(latest)}.`,
    );
  return cutoff;
}

function activeDaysOf({ activeDays, horizonDays }: TransactionLabel, lookBack: number): number {
  return Math.min(activeDays ?? 2 * horizonDays, lookBack);
}

function activeCustomers(log: TransactionLog, cutoff: number, activeDays: number): Int32Array {
  const customers = customersAt(log, cutoff, activeDays);
  if (customers.length > 0) return customers;
  const message = `No customer has a transaction in the ${activeDays} days up to ${isoDay(cutoff)}.`;
  throw unusable('cutoff', message);
}

/** Days from the cut-off to the customer's next transaction; Infinity when there is none. */
function daysToNext(log: TransactionLog, customer: number, cutoff: number): number {
  const next = endBefore(log, customer, cutoff);
  return next < log.starts[customer + 1]! ? log.days[next]! - cutoff : Infinity;
}

function describe(
  log: TransactionLog,
  period: Period,
  customers: Int32Array,
  options: TransactionLabel,
): CustomerTable {
  const { cutoff } = period;
  const features = withExpectedSpend(featuresAt(log, period, customers), log, cutoff, { customers, options });
  const known = customersAt(log, cutoff, Infinity).length;
  const withAny = log.names.filter((_, i) => log.starts[i + 1]! > log.starts[i]!).length;
  const counts = {
    customers: customers.length,
    inactive: known - customers.length,
    later: withAny - known,
    skippedRows: log.skippedRows,
  };
  const isTaken = features.header.includes(options.customer) || options.customer === labelColumn;
  return {
    header: [isTaken ? 'customer_id' : options.customer, ...features.header],
    cells: [Array.from(customers, (customer) => log.names[customer]!), ...features.cells],
    cutoff: isoDay(cutoff),
    counts,
    notes: tableNotes(counts, activeDaysOf(options, period.lookBack), period.lookBack),
  };
}

function withExpectedSpend(
  features: TextColumns,
  log: TransactionLog,
  cutoff: number,
  { customers, options }: { readonly customers: Int32Array; readonly options: TransactionLabel },
): TextColumns {
  if (options.expectedSpend !== true) return features;
  const spend = expectedMonthlySpend(log, cutoff, customers);
  const cells = Array.from(spend, (value) => (Number.isFinite(value) ? value.toFixed(2) : ''));
  return { header: [...features.header, expectedSpendColumn], cells: [...features.cells, cells] };
}

function tableNotes(
  { inactive, later, skippedRows }: CustomerCounts,
  activeDays: number,
  lookBack: number,
): string[] {
  const notes: string[] = [];
  if (skippedRows > 0)
    notes.push(
      `Transactions left out because the customer, date or amount cannot be read: ${countText(skippedRows)}.`,
    );
  if (inactive > 0)
    notes.push(
      `Customers left out because they bought nothing in the last ${activeDays} days: ${countText(inactive)}.`,
    );
  if (later > 0)
    notes.push(`Customers left out because they first bought after the cut-off date: ${countText(later)}.`);
  if (lookBack < 180)
    notes.push(
      `Inputs are computed from the last ${lookBack} days before the cut-off date, because the data do not go further back. Upload older transactions to add figures for 180 days and trends.`,
    );
  return notes;
}

function labelNotes(leftCount: number, customers: number): string[] {
  const share = leftCount / customers;
  if (leftCount < 50) return [`Only ${leftCount} customers left; a model needs at least 50.`];
  if (share > 0.6)
    return [
      'More than 60% of customers count as having left. With more days without a purchase, fewer customers who only pause would count.',
    ];
  return share < 0.02
    ? [
        'Fewer than 2% of customers count as having left. With fewer days without a purchase, customers who left would be found sooner.',
      ]
    : [];
}

function unusable(field: string, message: string): Unprocessable {
  return new Unprocessable([{ field, message }]);
}

function isoDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
