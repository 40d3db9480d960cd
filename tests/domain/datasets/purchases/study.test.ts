import { describe, expect, it } from 'vitest';
import type { WholeCsv } from '../../../../src/domain/csv/whole.ts';
import { sampleTransactions } from '../../../../src/domain/datasets/customers-from-transactions/sample.ts';
import { purchasesUpTo, readPurchases } from '../../../../src/domain/datasets/purchases/histories.ts';
import { studyPurchases } from '../../../../src/domain/datasets/purchases/study.ts';
import type { Dataset } from '../../../../src/store/datasets.ts';

const tableOf = (rows: readonly (readonly string[])[]): WholeCsv => ({
  header: ['who', 'day', 'amount'],
  cells: [0, 1, 2].map((j) => rows.map((row) => row[j]!)),
  decimal: '.',
  skippedRows: 0,
  rowCount: rows.length,
  sha256: '',
});
const dataset = { createdAt: '2026-12-31T00:00:00.000Z' } as Dataset;
const columns = { customer: 'who', date: 'day', amount: 'amount' };
const options = { ...columns, aheadDays: 90 };

describe('purchases of customers', () => {
  const table = tableOf([
    ['ada', '2026-01-01', '10'],
    ['ada', '2026-01-01', '5'],
    ['ada', '2026-01-11', '20'],
    ['ada', '2026-01-11', '10'],
    ['ada', '2026-01-21', '-30'],
    ['ada', '2026-02-10', '50'],
    ['bob', '2026-01-31', '8'],
    ['cyn', '2026-01-05', '0'],
    ['dan', '2027-03-01', '9'],
    ['eve', 'soon', '9'],
  ]);
  const read = readPurchases(table, dataset, columns);

  it('are days with a purchase: baskets of a day are one, refunds and the future are none', () => {
    const { customers, repeats, lastTimes, ends, means } = purchasesUpTo(read, read.lastDay);
    expect(Array.from(customers, (place) => read.log.names[place])).toEqual(['ada', 'bob']);
    expect([...repeats]).toEqual([2, 0]);
    expect([...lastTimes]).toEqual([40, 0]);
    expect([...ends]).toEqual([40, 10]);
    // Without the first day: (30 + 50) / 2.
    expect([...means]).toEqual([40, 0]);
  });

  it('after the cut-off are counted apart', () => {
    const { repeats, ends, later } = purchasesUpTo(read, read.lastDay - 20);
    expect([[...repeats], [...ends], [...later]]).toEqual([[1], [20], [1]]);
  });

  it('come with what was left out', () => {
    expect(read.notes).toEqual([
      'The last transaction is of 10 Feb 2026. All purchases of a customer on one day count as one.',
      'Transactions left out because the customer, date or amount cannot be read: 1.',
      'Transactions left out because they are in the future: 1.',
      'Transactions of 0 or less, such as refunds, which do not count as purchases: 2.',
    ]);
  });
});

describe('a study of purchases', () => {
  const sample = sampleTransactions(400, 3);
  const csv: WholeCsv = {
    header: ['who', 'day', 'amount'],
    cells: sample.cells.slice(0, 3),
    decimal: '.',
    skippedRows: 0,
    rowCount: sample.cells[0]!.length,
    sha256: '',
  };
  const result = studyPurchases(csv, dataset, options);

  it('adds up to the customers of the data', () => {
    for (const side of ['expected', 'actual'] as const)
      expect(result.fit.reduce((sum, group) => sum + group[side], 0)).toBeCloseTo(result.customers, 6);
    expect(result.repeated).toBe(result.customers - result.fit[0]!.actual);
    expect(result.active).toBeLessThanOrEqual(result.repeated);
  });

  it('expects purchases and value, the more the further ahead', () => {
    const further = studyPurchases(csv, dataset, { ...options, aheadDays: 365 });
    expect(result.value).toBeGreaterThan(0);
    expect(further.purchases).toBeGreaterThan(result.purchases);
    expect(further.value).toBeGreaterThan(result.value);
    expect(further.active).toBe(result.active);
  });

  it('is checked on the last third of the data, which the checked model has not seen', () => {
    const { days, expected, actual, groups } = result.check!;
    expect(days).toBe(222);
    expect(expected / actual).toBeGreaterThan(0.6);
    expect(expected / actual).toBeLessThan(1.6);
    expect(groups.reduce((sum, group) => sum + group.customers * group.actual, 0)).toBeCloseTo(actual, 6);
  });

  it('is not checked where the data are short', () => {
    const short = tableOf([
      ['a', '2026-01-01', '5'],
      ['a', '2026-01-09', '5'],
      ['b', '2026-01-20', '7'],
    ]);
    expect(studyPurchases(short, dataset, options)).toMatchObject({ check: null, repeated: 1, customers: 2 });
  });

  it.each([
    [
      'nobody who bought again',
      [
        ['a', '2026-01-01', '5'],
        ['a', '2026-01-01', '6'],
      ],
      'No customer bought on a second day',
    ],
    [
      'refunds only',
      [
        ['a', '2026-01-01', '-5'],
        ['a', '2026-01-03', '-6'],
      ],
      'No customer bought on a second day',
    ],
    ['only the future', [['a', '2028-01-01', '5']], 'All transactions are in the future.'],
    ['no rows', [], "The column 'who' is empty."],
  ])('says in words that it cannot be done with %s', (_, rows, words) => {
    expect(() => studyPurchases(tableOf(rows), dataset, options)).toThrow(words);
  });
});
