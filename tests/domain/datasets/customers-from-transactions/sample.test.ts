import { describe, expect, it } from 'vitest';
import {
  firstDay,
  lastDay,
  sampleTransactions,
  transactionColumns,
} from '../../../../src/domain/datasets/customers-from-transactions/sample.ts';
import { inferColumns } from '../../../../src/ml/data/schema-inference.ts';
import { parseDate } from '../../../../src/ml/data/values.ts';

const { header, cells } = sampleTransactions(800, 3);
const [names, dates, amounts] = cells as [string[], string[], string[]];

describe('the generated purchases', () => {
  it('are the same for the same seed, and others for another', () => {
    expect(sampleTransactions(50, 4)).toEqual(sampleTransactions(50, 4));
    expect(sampleTransactions(50, 4)).not.toEqual(sampleTransactions(50, 5));
  });

  it('come in the order of their dates and reach from the first day to the last', () => {
    expect(dates).toEqual(dates.toSorted());
    expect(parseDate(dates[0]!)).toBeGreaterThanOrEqual(firstDay);
    expect(parseDate(dates[0]!)).toBeLessThan(firstDay + 7);
    expect(parseDate(dates.at(-1)!)).toBe(lastDay);
  });

  it('have customers, dates, amounts and categories that are read as such', () => {
    expect(header).toEqual(transactionColumns);
    const types = inferColumns(header, cells, '.').map(({ type }) => type);
    expect(types).toEqual(['text', 'date', 'number', 'category']);
  });

  it('are about twenty a customer, a few of them refunds', () => {
    expect(new Set(names).size).toBe(800);
    expect(names.length / 800).toBeGreaterThan(10);
    expect(names.length / 800).toBeLessThan(25);
    const refunds = amounts.filter((amount) => Number(amount) < 0).length / amounts.length;
    expect(refunds).toBeGreaterThan(0.02);
    expect(refunds).toBeLessThan(0.08);
  });
});
