/**
 * Generated purchases of a shop, for trying labels that come from transactions. No customer is real.
 *
 * Customers buy at their own pace while they are with the shop and leave unnoticed after an individual time (the
 * 'buy till you die' view: Schmittlein, Morrison and Colombo, 1987). What precedes churn: purchases grow rarer
 * and smaller in the last weeks, and goods come back more often. Paces and amounts differ widely between customers.
 */
import { createRandom } from '../../../ml/math/random.ts';
import type { Random } from '../../../ml/math/random.ts';

export const transactionColumns = ['CustomerID', 'Date', 'Amount', 'Category'] as const;

export interface SampleTransactions {
  readonly header: readonly string[];
  /** Columns of text, in the order of their dates. */
  readonly cells: readonly (readonly string[])[];
}

/** Both ends are held by purchases, given some hundred customers. */
export const firstDay = Date.UTC(2025, 0, 1) / 86_400_000;
export const lastDay = Date.UTC(2026, 9, 31) / 86_400_000;

const categories = ['Groceries', 'Household', 'Clothing', 'Electronics', 'Toys'] as const;
/** What a purchase costs there, against the customer's own level. */
const priceOf = { Groceries: 0.6, Household: 1, Clothing: 1.5, Electronics: 3, Toys: 0.9 } as const;
const fadingDays = 75;

/** The purchases of `customers` customers, about 20 each; the same seed gives the same ones. */
export function sampleTransactions(customers: number, seed: number): SampleTransactions {
  const random = createRandom(seed);
  const days: number[] = [];
  const names: string[] = [];
  const amounts: string[] = [];
  const bought: string[] = [];
  for (let i = 0; i < customers; i++) {
    const name = `K-${String(10_001 + i)}`;
    for (const purchase of drawPurchases(random)) {
      days.push(purchase.day);
      names.push(name);
      amounts.push(purchase.amount.toFixed(2));
      bought.push(purchase.category);
    }
  }
  const order = Array.from(days.keys()).sort((a, b) => days[a]! - days[b]! || a - b);
  const pick = (cells: readonly string[]): string[] => order.map((row) => cells[row]!);
  return {
    header: transactionColumns,
    cells: [pick(names), order.map((row) => isoDay(days[row]!)), pick(amounts), pick(bought)],
  };
}

interface Purchase {
  readonly day: number;
  readonly amount: number;
  readonly category: string;
}

function* drawPurchases(random: Random): Generator<Purchase> {
  const gap = 6 + 22 * Math.exp(0.6 * random.normal());
  const level = 30 * Math.exp(0.5 * random.normal());
  const favourite = random.below(categories.length);
  let day = firstDay + Math.floor(random.next() * random.next() * (lastDay - firstDay + 1));
  const leaves = day + Math.floor(-420 * Math.log(1 - random.next()));
  let previous = 0;
  while (day <= Math.min(leaves, lastDay)) {
    // 0 long before leaving, 1 on the last day.
    const fading = Math.max(0, 1 - (leaves - day) / fadingDays);
    const category = categories[random.next() < 0.6 ? favourite : random.below(categories.length)]!;
    const amount = level * priceOf[category] * Math.exp(0.4 * random.normal()) * (1 - 0.4 * fading);
    const isRefund = previous > 0 && random.next() < 0.03 + 0.12 * fading;
    yield { day, amount: isRefund ? -previous : amount, category };
    previous = isRefund ? 0 : amount;
    day += Math.max(0, Math.round(-gap * (1 + 1.2 * fading) * Math.log(1 - random.next())));
  }
}

function isoDay(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
