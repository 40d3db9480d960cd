/**
 * The monthly revenue to be expected of customers without a contract, as expected saving needs it: a twelfth of what a customer who
 * is still active buys in the next year. Whether they are is in the churn probability already.
 */
import type { TransactionLog } from '../customers-from-transactions/log.ts';
import { forecastOf } from './forecast.ts';
import { purchasesUpTo } from './histories.ts';
import { fitPurchaseModels } from './models.ts';

export const expectedSpendColumn = 'expected_monthly_spend';
const year = 365;

/**
 * In money, one entry a customer of `customers`, which are places in the log; NaN where the data do not tell it. From what was known on
 * day `cutoff`, like every input. @throws Unprocessable where nobody bought a second time by then
 */
export function expectedMonthlySpend(
  log: TransactionLog,
  cutoff: number,
  customers: Int32Array,
): Float64Array {
  const purchases = purchasesUpTo({ log, lastDay: log.lastDay }, cutoff);
  const models = fitPurchaseModels(purchases);
  const places = new Int32Array(log.names.length).fill(-1);
  purchases.customers.forEach((customer, place) => (places[customer] = place));
  return Float64Array.from(customers, (customer) => {
    const place = places[customer]!;
    if (place < 0) return NaN;
    const { purchasesIfActive, spend } = forecastOf(models, purchases, place, year);
    return (purchasesIfActive * spend) / 12;
  });
}
