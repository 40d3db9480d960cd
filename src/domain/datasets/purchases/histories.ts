/**
 * The purchases of each customer up to a day. All purchases of one day are one; transactions of 0 or less are refunds or
 * corrections, not purchases.
 */
import { Unprocessable } from '../../../errors.ts';
import { countText, dayText } from '../../../format.ts';
import type { Histories, Spending } from '../../../ml/purchases/histories.ts';
import type { Dataset } from '../../../store/datasets.ts';
import type { WholeCsv } from '../../csv/whole.ts';
import { readTransactions } from '../customers-from-transactions/log.ts';
import type { TransactionColumns, TransactionLog } from '../customers-from-transactions/log.ts';

/** Times in days. One entry of each array a customer who bought something up to the day. */
export interface CustomerPurchases extends Histories, Spending {
  /** Among the names of the log. */
  readonly customers: Int32Array;
  /** Of the last purchase, days since 1970-01-01. */
  readonly lastDays: Int32Array;
  /** Days with a purchase after that day. */
  readonly later: Float64Array;
}

export interface PurchaseLog {
  readonly log: TransactionLog;
  /** Of the latest transaction that is not in the future. */
  readonly lastDay: number;
  /** Sentences: until when, and what was left out. */
  readonly notes: readonly string[];
}

/** @throws Unprocessable where a column is gone or cannot be read, or all dates are in the future */
export function readPurchases(
  csv: WholeCsv,
  { createdAt }: Dataset,
  columns: TransactionColumns,
): PurchaseLog {
  const log = readTransactions(csv, columns);
  const uploaded = Math.floor(Date.parse(createdAt) / 86_400_000);
  const counts = { future: 0, refunds: 0 };
  let lastDay = -Infinity;
  log.days.forEach((day, i) => {
    if (day > uploaded) counts.future++;
    else {
      lastDay = Math.max(lastDay, day);
      if (log.amounts[i]! <= 0) counts.refunds++;
    }
  });
  if (lastDay === -Infinity)
    throw new Unprocessable([{ field: 'date', message: 'All transactions are in the future.' }]);
  return { log, lastDay, notes: notesOf(lastDay, { ...counts, skipped: log.skippedRows }) };
}

function notesOf(
  lastDay: number,
  { future, refunds, skipped }: Readonly<Record<'future' | 'refunds' | 'skipped', number>>,
): string[] {
  const texts: [number, string][] = [
    [skipped, 'Transactions left out because the customer, date or amount cannot be read'],
    [future, 'Transactions left out because they are in the future'],
    [refunds, 'Transactions of 0 or less, such as refunds, which do not count as purchases'],
  ];
  return [
    `The last transaction is of ${dayText(lastDay)}. All purchases of a customer on one day count as one.`,
    ...texts.flatMap(([count, text]) => (count > 0 ? [`${text}: ${countText(count)}.`] : [])),
  ];
}

/** `cutoff`: what is later is counted in `later` only. */
export function purchasesUpTo(
  { log, lastDay }: Pick<PurchaseLog, 'log' | 'lastDay'>,
  cutoff: number,
): CustomerPurchases {
  const size = log.names.length;
  const found = {
    customers: new Int32Array(size),
    repeats: new Float64Array(size),
    lastTimes: new Float64Array(size),
    ends: new Float64Array(size),
    means: new Float64Array(size),
    lastDays: new Int32Array(size),
    later: new Float64Array(size),
  };
  let count = 0;
  for (let customer = 0; customer < size; customer++) {
    let [first, last, repeats, later, latest, spent] = [NaN, NaN, 0, 0, NaN, 0];
    for (let i = log.starts[customer]!; i < log.starts[customer + 1]! && log.days[i]! <= lastDay; i++) {
      const day = log.days[i]!;
      if (log.amounts[i]! <= 0) continue;
      if (day > cutoff) {
        if (day !== latest) later++;
        latest = day;
        continue;
      }
      if (Number.isNaN(first)) first = day;
      else if (day !== last) repeats++;
      last = day;
      // The first purchase is not in the mean: the model is of repeat purchases.
      if (day !== first) spent += log.amounts[i]!;
    }
    if (Number.isNaN(first)) continue;
    found.customers[count] = customer;
    found.repeats[count] = repeats;
    found.lastTimes[count] = last - first;
    found.ends[count] = cutoff - first;
    found.means[count] = repeats > 0 ? spent / repeats : 0;
    found.lastDays[count] = last;
    found.later[count] = later;
    count++;
  }
  return {
    customers: found.customers.subarray(0, count),
    repeats: found.repeats.subarray(0, count),
    lastTimes: found.lastTimes.subarray(0, count),
    ends: found.ends.subarray(0, count),
    means: found.means.subarray(0, count),
    lastDays: found.lastDays.subarray(0, count),
    later: found.later.subarray(0, count),
  };
}
