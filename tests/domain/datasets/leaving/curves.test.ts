import { describe, expect, it } from 'vitest';
import { measureLeaving } from '../../../../src/domain/datasets/leaving/curves.ts';
import type { LeavingOptions } from '../../../../src/domain/datasets/leaving/options.ts';
import type { WholeCsv } from '../../../../src/domain/csv/whole.ts';
import type { Dataset } from '../../../../src/store/datasets.ts';

const tableOf = (header: readonly string[], rows: readonly (readonly string[])[]): WholeCsv => ({
  header,
  cells: header.map((_, j) => rows.map((row) => row[j]!)),
  decimal: '.',
  skippedRows: 0,
  rowCount: rows.length,
  sha256: '',
});
const dataset = {
  createdAt: '2026-06-30T10:00:00.000Z',
  label: { kind: 'column', column: 'Churn', positive: 'Yes' },
} as unknown as Dataset;

const byTenure: LeavingOptions = {
  stay: { kind: 'tenure', column: 'tenure', unit: 'month' },
  groupBy: { kind: 'column', column: 'contract' },
};
const byDates: LeavingOptions = { stay: { kind: 'dates', start: 'start', end: 'end' }, groupBy: null };

/** A quarter of monthly customers leaves each month, nobody of yearly ones before a year. */
const customers = Array.from({ length: 400 }, (_, i) => {
  const isMonthly = i % 2 === 0;
  const month = 1 + (Math.floor(i / 2) % 12);
  return [
    String(isMonthly ? month : 12 + (i % 3)),
    isMonthly ? 'monthly' : 'yearly',
    i % 4 < 3 ? 'Yes' : 'No',
  ];
});
const contracts = tableOf(['tenure', 'contract', 'Churn'], customers);

describe('when customers leave, from a time and a churn label', () => {
  it('has a curve and a median of all and of each group, and says whether they differ', () => {
    const { curves, test, unit, notes } = measureLeaving(contracts, dataset, byTenure);
    expect(curves.map(({ name, customers: count }) => [name, count])).toEqual([
      [null, 400],
      ['monthly', 200],
      ['yearly', 200],
    ]);
    const [, monthly, yearly] = curves;
    expect(monthly!.median.value).toBeLessThan(yearly!.median.value!);
    expect(test!.pValue).toBeLessThan(1e-6);
    expect([unit, notes]).toEqual(['month', []]);
  });

  it('says why not all rows were counted', () => {
    const notesOf = (rowCount: number, skippedRows: number) =>
      measureLeaving({ ...contracts, rowCount, skippedRows }, dataset, byTenure).notes;
    expect(notesOf(1_000, 5)).toEqual(['Counted in 400 of 1,000 rows, taken evenly from the file.']);
    expect(notesOf(402, 2)).toEqual(['Counted in 400 of 402 rows, as the others could not be read.']);
  });

  it('has points at whole times, as long as ten customers can be followed', () => {
    const { curves } = measureLeaving(contracts, dataset, byTenure);
    for (const { points } of curves) {
      expect(points[0]).toEqual({ time: 0, survival: 1, low: 1, high: 1, atRisk: points[0]!.atRisk });
      for (const { time, atRisk } of points) {
        expect(Number.isInteger(time)).toBe(true);
        expect(atRisk).toBeGreaterThanOrEqual(10);
      }
    }
  });

  it('leaves out customers whose time cannot be told, and says how many', () => {
    const odd = tableOf(
      ['tenure', 'Churn'],
      [
        ['', 'Yes'],
        ['-3', 'No'],
        ['soon', 'No'],
        ['5', 'Yes'],
        ['6', ''],
      ],
    );
    const { curves, notes } = measureLeaving(odd, dataset, { ...byTenure, groupBy: null });
    expect(curves).toMatchObject([{ customers: 1, leftCount: 1 }]);
    expect(notes).toEqual([
      'Customers left out because the time or the churn label is missing or cannot be read: 3.',
      'Customers left out because the time is below 0: 1.',
    ]);
  });

  it('puts small groups together', () => {
    const rows = Array.from({ length: 90 }, (_, i) => ['3', `plan ${i % 9}`, i % 2 === 0 ? 'Yes' : 'No']);
    const { curves } = measureLeaving(tableOf(['tenure', 'contract', 'Churn'], rows), dataset, byTenure);
    expect(curves.map(({ name }) => name)).toEqual([
      null,
      'plan 0',
      'plan 1',
      'plan 2',
      'plan 3',
      'plan 4',
      'All others',
    ]);
    expect(curves.at(-1)!.customers).toBe(40);
  });
});

describe('when customers leave, from dates', () => {
  const table = tableOf(
    ['start', 'end'],
    [
      ['2026-01-01', '2026-01-31'],
      ['2026-02-01', ''],
      ['2026-01-11', '2026-12-31'],
      ['2026-03-01', '2026-02-01'],
      ['2027-01-01', ''],
      ['', '2026-02-01'],
      ['2026-02-20', 'unknown'],
    ],
  );

  it('follows customers to the latest date that is not in the future', () => {
    const { curves, unit, notes } = measureLeaving(table, dataset, byDates);
    expect(curves).toMatchObject([{ customers: 3, leftCount: 1, median: { value: 30 } }]);
    expect(unit).toBe('day');
    expect(notes).toEqual([
      'Customers were followed until 1 Mar 2026, the latest date in the file.',
      'Customers left out because a date is missing or cannot be read: 2.',
      'Customers left out because they start in the future: 1.',
      'Customers left out because they end before they start: 1.',
      'Customers with an end date in the future, who count as still there: 1.',
    ]);
  });

  it('counts in months where customers stay long, and compares years of the start', () => {
    const rows = Array.from({ length: 60 }, (_, i) => [
      `${2022 + (i % 3)}-01-01`,
      i % 5 === 0 ? '' : `2025-0${1 + (i % 6)}-15`,
    ]);
    const long = tableOf(['start', 'end'], rows);
    const { curves, unit } = measureLeaving(long, dataset, { ...byDates, groupBy: { kind: 'start-year' } });
    expect(unit).toBe('month');
    expect(curves.map(({ name }) => name)).toEqual([null, '2022', '2023', '2024']);
    const [, first, second] = curves.map(({ median }) => median.value!);
    expect(Math.abs(first! - second! - 12)).toBeLessThan(2);
  });
});

describe('what cannot be told', () => {
  const only = (rows: readonly (readonly string[])[]) => tableOf(['tenure', 'Churn'], rows);
  const ungrouped = { ...byTenure, groupBy: null };
  it.each([
    ['no rows', only([]), dataset, ungrouped, 'No customer has a time that can be read.'],
    ['nobody who left', only([['3', 'No']]), dataset, ungrouped, 'Nobody in this dataset has left'],
    ['a column that is gone', only([['3', 'Yes']]), dataset, byTenure, "no longer has the column 'contract'"],
    ['no churn label', only([['3', 'Yes']]), { ...dataset, label: null }, ungrouped, 'Choose a churn label'],
    [
      'a year without dates',
      only([['3', 'Yes']]),
      dataset,
      { ...byTenure, groupBy: { kind: 'start-year' } } as const,
      'Choose start and end dates',
    ],
  ])('with %s is said in words', (_, table, of, options, words) => {
    expect(() => measureLeaving(table, of, options)).toThrow(words);
  });

  it('is little with one customer, who has a curve all the same', () => {
    const { curves } = measureLeaving(only([['3', 'Yes']]), dataset, ungrouped);
    expect(curves).toMatchObject([{ customers: 1, leftCount: 1, median: { value: 3 } }]);
  });
});
