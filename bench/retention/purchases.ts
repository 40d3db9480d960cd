/**
 * BG/NBD and Gamma-Gamma on the purchases of CDNOW, beside the published fits:
 *
 *   npx tsx bench/retention/purchases.ts SUMMARY.csv TRANSACTIONS.csv
 *
 * The first file has ID, frequency, recency and T of the 2,357 customers of the article, in weeks; the second has
 * customer_id, date and amount of all 23,570, among whom the article's customers are found for their mean spend.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { fitBgNbd } from '../../src/ml/purchases/bg-nbd.ts';
import { countDistribution } from '../../src/ml/purchases/bg-nbd-forecast.ts';
import { fitGammaGamma } from '../../src/ml/purchases/gamma-gamma.ts';

type Row = Readonly<Record<string, string>>;
const read = (file: string): Row[] => parse(readFileSync(file), { columns: true });

const [summaryFile, transactionsFile] = process.argv.slice(2);
if (summaryFile === undefined || transactionsFile === undefined)
  throw new Error('name both files: npx tsx bench/retention/purchases.ts SUMMARY.csv TRANSACTIONS.csv');

const rows = read(summaryFile);
const column = (name: string): Float64Array => Float64Array.from(rows, (row) => Number(row[name]));
const histories = { repeats: column('frequency'), lastTimes: column('recency'), ends: column('T') };
const before = process.cpuUsage();
const bgNbd = fitBgNbd(histories);
report('BG/NBD', { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }, bgNbd, bgNbd.standardErrors);
print('log-likelihood', -9582.4, bgNbd.logLikelihood);
print('P(0 purchases in 39 weeks)', 0.574, countDistribution(bgNbd, 39, 0)[0]!);

const spending = spendingOf(read(transactionsFile));
const money = fitGammaGamma(spending);
report('\nGamma-Gamma', { p: 6.25, q: 3.74, v: 15.44 }, money, money.standardErrors);
print('customers', 946, money.customers);
console.log(`\nboth fits: ${(process.cpuUsage(before).user / 1e6).toFixed(2)} s of CPU`);

function report<Name extends string>(
  title: string,
  published: Readonly<Record<Name, number>>,
  found: Readonly<Record<NoInfer<Name>, number>>,
  errors: Readonly<Record<NoInfer<Name>, number>> | null,
): void {
  console.log(title);
  for (const name in published)
    print(name, published[name], found[name], errors === null ? '' : ` ± ${errors[name].toFixed(3)}`);
}

function print(name: string, published: number, found: number, error = ''): void {
  console.log(`  ${name}: published ${published}, here ${Number(found.toFixed(4))}${error}`);
}

interface Purchases {
  readonly repeats: number;
  readonly lastTime: number;
  readonly end: number;
  readonly mean: number;
}

/** Mean spend of the article's customers, who are in the order of their first day and number in both files. */
function spendingOf(transactions: readonly Row[]): { repeats: Float64Array; means: Float64Array } {
  const all = purchasesOf(transactions);
  let at = 0;
  const means = Float64Array.from(histories.repeats, (repeats, i) => {
    const isSame = (one: Purchases): boolean =>
      one.repeats === repeats &&
      Math.abs(one.lastTime - histories.lastTimes[i]!) < 0.006 &&
      Math.abs(one.end - histories.ends[i]!) < 0.006;
    while (at < all.length && !isSame(all[at]!)) at++;
    if (at === all.length) throw new Error(`customer ${i + 1} is not among the transactions`);
    return all[at++]!.mean;
  });
  return { repeats: histories.repeats, means };
}

/** Until 30 September 1997, in weeks; several purchases of a day are one. */
function purchasesOf(transactions: readonly Row[]): Purchases[] {
  const byCustomer = new Map<string, Map<string, number>>();
  for (const { customer_id: customer, date, amount } of transactions) {
    if (date! > '1997-09-30') continue;
    const days = byCustomer.get(customer!) ?? new Map<string, number>();
    days.set(date!, (days.get(date!) ?? 0) + Number(amount));
    byCustomer.set(customer!, days);
  }
  const weeksBetween = (from: string, to: string): number =>
    (Date.parse(to) - Date.parse(from)) / 604_800_000;
  const customers = [...byCustomer].map(([customer, days]) => {
    const [[first] = [''], ...later] = [...days].sort(([a], [b]) => (a < b ? -1 : 1));
    const spent = later.reduce((sum, [, amount]) => sum + amount, 0);
    return {
      order: `${first} ${customer}`,
      repeats: later.length,
      lastTime: weeksBetween(first, later.at(-1)?.[0] ?? first),
      end: weeksBetween(first, '1997-09-30'),
      mean: later.length > 0 ? spent / later.length : 0,
    };
  });
  return customers.sort((a, b) => (a.order < b.order ? -1 : 1));
}
