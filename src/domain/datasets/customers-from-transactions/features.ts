/**
 * From a table of transactions to one row per customer at a cut-off date, from the data known on that day and nothing
 * later: how recently, how often and for how much they bought (RFM: Hughes, 1994), and the trend.
 *
 * A window of 30 days holds the cut-off date and the 29 days before. Gaps are between days with a transaction, so
 * that many lines of one basket are no short gaps. A trend is (a − b) / (|a| + |b|), the last 90 days against
 * the 90 before: −1 is a full stop, 1 a new start. What is not defined (a mean of nothing) is blank.
 *
 * Customers are described by so many days back, the same for training and for today's customers. What is older is
 * ignored, windows that are no shorter are left out, and the tenure is cut there. Otherwise today's customers, of
 * whom more days are on record, would have values that a model never saw.
 */
import type { TransactionLog } from './log.ts';

/** A table in text, column by column; the columns are of the same length. */
export interface TextColumns {
  readonly header: readonly string[];
  readonly cells: readonly (readonly string[])[];
}

/** Customers with a transaction in the `activeDays` up to and with day `cutoff`, in the order of the log. */
export function customersAt(log: TransactionLog, cutoff: number, activeDays: number): Int32Array {
  const indices = new Int32Array(log.names.length);
  for (let i = 0; i < indices.length; i++) indices[i] = i;
  return indices.filter((customer) => {
    const end = endBefore(log, customer, cutoff);
    return end > log.starts[customer]! && cutoff - log.days[end - 1]! < activeDays;
  });
}

/** The day that is described, and how many days up to and with it count. */
export interface Period {
  readonly cutoff: number;
  readonly lookBack: number;
}

/** Features of these customers, each of whom has a transaction in the period; one row each. */
export function featuresAt(log: TransactionLog, period: Period, customers: Int32Array): TextColumns {
  const totals = createTotals(customers.length);
  for (let row = 0; row < customers.length; row++) addCustomer({ totals, row }, log, period, customers[row]!);
  const { lookBack } = period;
  const columns = [
    ...ageColumns(totals),
    ...windowColumns(totals, lookBack),
    ...(lookBack >= windows[before90].to ? trendColumns(totals) : []),
  ];
  const header = columns.map(([name]) => name);
  const cells = columns.map(([, valueOf]) => Array.from(customers, (_, row) => toText(valueOf(row))));
  if (log.categories === null) return { header, cells };
  const [distinct, favourite] = categoryCells(log, period, customers);
  return { header: [...header, 'categories', 'favourite_category'], cells: [...cells, distinct, favourite] };
}

/** The first of the customer's transactions that is later than `cutoff`, or the end of them. */
export function endBefore(log: TransactionLog, customer: number, cutoff: number): number {
  let low = log.starts[customer]!;
  let high = log.starts[customer + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (log.days[middle]! <= cutoff) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** From how many days back to how many, the second not included; the last is the one before the 90 days. */
const windows = [
  { name: '', from: 0, to: Infinity },
  { name: '_last_30_days', from: 0, to: 30 },
  { name: '_last_90_days', from: 0, to: 90 },
  { name: '_last_180_days', from: 0, to: 180 },
  { name: '_before', from: 90, to: 180 },
] as const;
const last90 = 2;
const before90 = 4;

/** By row, and by row × windows. */
interface Totals {
  readonly recency: Float64Array;
  readonly tenure: Float64Array;
  /** Days from the first transaction in the period to the last. */
  readonly span: Float64Array;
  readonly activeDays: Float64Array;
  readonly refunds: Float64Array;
  readonly counts: Float64Array;
  readonly sums: Float64Array;
  readonly largest: Float64Array;
}

function createTotals(rowCount: number): Totals {
  const rows = () => new Float64Array(rowCount);
  const rowsByWindow = () => new Float64Array(rowCount * windows.length);
  return {
    recency: rows(),
    tenure: rows(),
    span: rows(),
    activeDays: rows(),
    refunds: rows(),
    counts: rowsByWindow(),
    sums: rowsByWindow(),
    largest: rowsByWindow().fill(-Infinity),
  };
}

function addCustomer(
  { totals, row }: { readonly totals: Totals; readonly row: number },
  log: TransactionLog,
  { cutoff, lookBack }: Period,
  customer: number,
): void {
  const start = endBefore(log, customer, cutoff - lookBack);
  const end = endBefore(log, customer, cutoff);
  // From the very first transaction: a customer for longer than the look-back is not new.
  totals.tenure[row] = Math.min(cutoff - log.days[log.starts[customer]!]!, lookBack - 1);
  totals.recency[row] = cutoff - log.days[end - 1]!;
  totals.span[row] = log.days[end - 1]! - log.days[start]!;
  for (let at = start; at < end; at++) {
    const age = cutoff - log.days[at]!;
    const amount = log.amounts[at]!;
    if (amount < 0) totals.refunds[row]!++;
    if (at === start || log.days[at] !== log.days[at - 1]) totals.activeDays[row]!++;
    for (let w = 0; w < windows.length; w++) {
      if (age < windows[w]!.from || age >= windows[w]!.to) continue;
      const place = row * windows.length + w;
      totals.counts[place]!++;
      totals.sums[place]! += amount;
      if (amount > totals.largest[place]!) totals.largest[place] = amount;
    }
  }
}

/** A column's name, and its value in a row; NaN is blank. */
type NumberColumn = readonly [name: string, valueOf: (row: number) => number];

function ageColumns(totals: Totals): NumberColumn[] {
  const { recency, tenure, span, activeDays, refunds, counts, sums } = totals;
  const gap = (row: number): number => {
    const gaps = activeDays[row]! - 1;
    return gaps > 0 ? span[row]! / gaps : NaN;
  };
  const total = (row: number): number => row * windows.length;
  return [
    ['days_since_last_purchase', (row) => recency[row]!],
    ['tenure_days', (row) => tenure[row]!],
    ['average_gap_days', gap],
    ['gaps_since_last_purchase', (row) => recency[row]! / gap(row)],
    ['refund_share', (row) => refunds[row]! / counts[total(row)]!],
    // The first days of a customer count as a month: a month's spend is not known yet.
    ['monthly_spend', (row) => (sums[total(row)]! * 30) / Math.max(tenure[row]! + 1, 30)],
  ];
}

function windowColumns({ counts, sums, largest }: Totals, lookBack: number): NumberColumn[] {
  return windows.slice(0, before90).flatMap(({ name, to }, w): NumberColumn[] => {
    if (to !== Infinity && to >= lookBack) return [];
    const place = (row: number): number => row * windows.length + w;
    return [
      [`purchases${name}`, (row) => counts[place(row)]!],
      [`spend${name}`, (row) => sums[place(row)]!],
      [`mean_amount${name}`, (row) => sums[place(row)]! / counts[place(row)]!],
      [`largest_amount${name}`, (row) => largest[place(row)]!],
    ];
  });
}

function trendColumns({ counts, sums }: Totals): NumberColumn[] {
  const trend = (values: Float64Array) => (row: number) => {
    const now = values[row * windows.length + last90]!;
    const before = values[row * windows.length + before90]!;
    return (now - before) / (Math.abs(now) + Math.abs(before));
  };
  return [
    ['purchases_trend', trend(counts)],
    ['spend_trend', trend(sums)],
  ];
}

/** Four decimals: sums of cents do not depend on the order of a day's rows. */
function toText(value: number): string {
  return Number.isFinite(value) ? String(Math.round(value * 10_000) / 10_000 + 0) : '';
}

/** How many different categories, and the most frequent one: of equals the first by name. */
function categoryCells(
  log: TransactionLog,
  { cutoff, lookBack }: Period,
  customers: Int32Array,
): [distinct: string[], favourite: string[]] {
  const distinct: string[] = [];
  const favourite: string[] = [];
  const counts = new Int32Array(log.levels.length);
  for (const customer of customers) {
    const codes = log.categories!.subarray(
      endBefore(log, customer, cutoff - lookBack),
      endBefore(log, customer, cutoff),
    );
    let seen = 0;
    let best = -1;
    for (const code of codes) {
      if (code < 0) continue;
      if (counts[code]!++ === 0) seen++;
      if (best < 0 || counts[code]! > counts[best]! || (counts[code] === counts[best] && code < best))
        best = code;
    }
    distinct.push(String(seen));
    favourite.push(best < 0 ? '' : log.levels[best]!);
    for (const code of codes) if (code >= 0) counts[code] = 0;
  }
  return [distinct, favourite];
}
