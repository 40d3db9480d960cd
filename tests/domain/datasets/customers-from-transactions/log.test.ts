import { describe, expect, it } from 'vitest';
import type { TextTable } from '../../../../src/domain/datasets/labels/proxy-label.ts';
import { readTransactions } from '../../../../src/domain/datasets/customers-from-transactions/log.ts';
import { Unprocessable } from '../../../../src/errors.ts';
import { parseDate } from '../../../../src/ml/data/values.ts';

const table: TextTable = {
  header: ['who', 'when', 'paid', 'what'],
  cells: [
    ['b', 'a', ' b ', '', 'a', 'c', 'a'],
    ['2026-03-02', '01.03.2026', '2026-03-01T10:00:00Z', '2026-03-01', 'soon', '2026-03-05', '2026-01-01'],
    ['5', '1,200.50', '-2', '3', '4', '', '7'],
    ['toys', 'food', '', 'food', 'food', 'food', 'toys'],
  ],
  decimal: '.',
};
const columns = { customer: 'who', date: 'when', amount: 'paid', category: 'what' };

describe('a transaction table', () => {
  const log = readTransactions(table, columns);

  it('is grouped by customer, the earliest transaction first', () => {
    expect(log.names).toEqual(['a', 'b', 'c']);
    expect([...log.starts]).toEqual([0, 2, 4, 4]);
    const days = ['2026-01-01', '2026-03-01', '2026-03-01', '2026-03-02'].map(parseDate);
    expect([...log.days]).toEqual(days);
    expect([...log.amounts]).toEqual([7, 1200.5, -2, 5]);
    expect([...log.categories!].map((code) => log.levels[code] ?? null)).toEqual([
      'toys',
      'food',
      null,
      'toys',
    ]);
    expect([log.firstDay, log.lastDay]).toEqual([days[0], days[3]]);
  });

  it('leaves out and counts rows without a customer, a date or an amount', () => {
    expect(log.skippedRows).toBe(3);
  });

  it('reads dates without dashes in the column of dates', () => {
    const cells = [
      ['a', 'a'],
      ['19970101', '19971341'],
      ['1', '2'],
      ['', ''],
    ];
    const { days, skippedRows } = readTransactions({ ...table, cells }, columns);
    expect([...days]).toEqual([parseDate('1997-01-01')]);
    expect(skippedRows).toBe(1);
  });

  it('needs no category', () => {
    expect(readTransactions(table, { ...columns, category: null }).categories).toBeNull();
  });

  it('names every column that is not there', () => {
    const attempt = (): unknown => readTransactions(table, { ...columns, date: 'day', category: 'kind' });
    expect(attempt).toThrow(Unprocessable);
    expect(attempt).toThrow(/'day'.*'kind'/s);
  });

  it('names every column that has nothing to read', () => {
    const attempt = (): unknown => readTransactions(table, { customer: 'who', date: 'what', amount: 'when' });
    expect(attempt).toThrow(/'what' has no dates.*'when' has no numbers/s);
  });

  it('says so when no row has all three', () => {
    const scattered: TextTable = {
      ...table,
      cells: [
        ['a', ''],
        ['', '2026-01-01'],
        ['', '3'],
        ['', ''],
      ],
    };
    expect(() => readTransactions(scattered, columns)).toThrow(
      'No row has a customer, a date and an amount.',
    );
  });
});
