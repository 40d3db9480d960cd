import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTransactions } from '../../../../src/domain/datasets/customers-from-transactions/log.ts';
import {
  customersAt,
  featuresAt,
} from '../../../../src/domain/datasets/customers-from-transactions/features.ts';
import { parseDate } from '../../../../src/ml/data/values.ts';

const columns = { customer: 'customer', date: 'date', amount: 'amount', category: 'category' };
const header = ['customer', 'date', 'amount', 'category'];

function logOf(rows: readonly (readonly string[])[], withCategory = true) {
  const cells = header.map((_, j) => rows.map((row) => row[j]!));
  return readTransactions(
    { header, cells, decimal: '.' },
    withCategory ? columns : { ...columns, category: null },
  );
}

/** What one customer's only row says. */
function featuresOf(
  rows: readonly (readonly string[])[],
  cutoff: string,
  lookBack = 3_650,
): Record<string, string> {
  const table = featuresAt(logOf(rows), { cutoff: parseDate(cutoff)!, lookBack }, Int32Array.of(0));
  return Object.fromEntries(table.header.map((name, j) => [name, table.cells[j]![0]!]));
}

// Written by tests/oracles/transaction_features.py with pandas.
const reference = JSON.parse(
  readFileSync(new URL('../../../oracles/transaction-features.json', import.meta.url), 'utf8'),
) as {
  cutoff: string;
  rows: string[][];
  periods: { lookBack: number; features: Record<string, Record<string, number | string | null>> }[];
};

describe('the features of customers', () => {
  it.each(reference.periods)('are those that pandas computes, looking back $lookBack days', (period) => {
    const log = logOf(reference.rows);
    const cutoff = parseDate(reference.cutoff)!;
    const customers = customersAt(log, cutoff, period.lookBack);
    expect(Array.from(customers, (customer) => log.names[customer])).toEqual(Object.keys(period.features));
    const table = featuresAt(log, { cutoff, lookBack: period.lookBack }, customers);
    Object.values(period.features).forEach((expected, row) => {
      expect(Object.keys(expected).toSorted()).toEqual(table.header.toSorted());
      table.header.forEach((name, j) => {
        const [found, wanted] = [table.cells[j]![row]!, expected[name]];
        if (typeof wanted === 'number') expect(Number(found), name).toBeCloseTo(wanted, 3);
        else expect(found, name).toBe(wanted === null ? '' : wanted);
      });
    });
  });

  it('of one purchase leave blank what it cannot tell', () => {
    const features = featuresOf([['a', '2026-01-01', '30', '']], '2026-04-30');
    expect(features).toMatchObject({
      days_since_last_purchase: '119',
      tenure_days: '119',
      average_gap_days: '',
      gaps_since_last_purchase: '',
      purchases_last_90_days: '0',
      spend_last_90_days: '0',
      mean_amount_last_90_days: '',
      largest_amount_last_90_days: '',
      purchases_trend: '-1',
      monthly_spend: '7.5',
      categories: '0',
      favourite_category: '',
    });
  });

  it('count the cut-off date and the 29 days before as 30 days', () => {
    const rows = [
      ['a', '2026-03-31', '1', 'x'],
      ['a', '2026-03-02', '1', 'x'],
      ['a', '2026-03-01', '1', 'x'],
    ];
    expect(featuresOf(rows, '2026-03-31')['purchases_last_30_days']).toBe('2');
  });

  it('take the lines of one day as one visit when they look at gaps', () => {
    const basket = ['2026-01-01', '2026-01-01', '2026-01-11', '2026-01-11'].map((date) => [
      'a',
      date,
      '1',
      'x',
    ]);
    const features = featuresOf(basket, '2026-01-16');
    expect(features).toMatchObject({
      average_gap_days: '10',
      gaps_since_last_purchase: '0.5',
      purchases: '4',
    });
  });

  it('say nothing of categories where there is no such column', () => {
    const log = logOf([['a', '2026-01-01', '1', 'x']], false);
    const table = featuresAt(log, { cutoff: log.lastDay, lookBack: 365 }, Int32Array.of(0));
    expect(table.header).not.toContain('categories');
    expect(table.header).not.toContain('favourite_category');
  });
});

describe('the customers at a date', () => {
  const log = logOf([
    ['old', '2026-01-01', '1', 'x'],
    ['new', '2026-03-02', '1', 'x'],
    ['recent', '2026-02-01', '1', 'x'],
    ['recent', '2026-03-03', '1', 'x'],
  ]);
  const at = (date: string, activeDays: number): (string | undefined)[] =>
    Array.from(customersAt(log, parseDate(date)!, activeDays), (customer) => log.names[customer]);

  it('are those with a transaction until then', () => {
    expect(at('2026-03-01', Infinity)).toEqual(['old', 'recent']);
    expect(at('2025-12-31', Infinity)).toEqual([]);
  });

  it('are asked to have been active of late', () => {
    expect(at('2026-03-01', 29)).toEqual(['recent']);
    expect(at('2026-03-01', 28)).toEqual([]);
  });
});
