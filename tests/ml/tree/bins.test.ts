import { describe, expect, it } from 'vitest';
import { binColumns, binCount, binRows, fitBins, NO_VALUE_BIN } from '../../../src/ml/tree/bins.ts';
import { categoryColumn, numberColumn } from './sample-tables.ts';

const column = (values: ArrayLike<number>) => ({
  rowCount: values.length,
  columns: [numberColumn('x', values)],
});

describe('bins of numbers', () => {
  it('keeps few distinct values apart, edges half-way', () => {
    const table = column([3, 1, 1, 8, NaN]);
    const bins = fitBins(table);
    expect(bins).toEqual([{ kind: 'number', name: 'x', edges: Float64Array.of(2, 5.5) }]);
    expect(Array.from(binColumns(bins, table)[0]!)).toEqual([2, 1, 1, 3, NO_VALUE_BIN]);
  });

  it('puts values beyond the training range in the outer bins', () => {
    const bins = fitBins(column([1, 2, 3]));
    expect(Array.from(binColumns(bins, column([-Infinity, 1.5, Infinity]))[0]!)).toEqual([1, 2, 3]);
  });

  it('uses at most 255 bins of about equal size for many values', () => {
    const values = Float64Array.from({ length: 10_000 }, (_, i) => Math.sqrt(i));
    const bins = fitBins(column(values));
    expect(binCount(bins[0]!)).toBe(256);
    const rows = new Float64Array(256);
    for (const bin of binColumns(bins, column(values))[0]!) rows[bin]!++;
    expect(Math.max(...rows)).toBeLessThan(60);
  });

  it('gives a value that fills many quantiles a bin of its own', () => {
    const values = Float64Array.from({ length: 5000 }, (_, i) => (i < 4000 ? 0 : i));
    const bins = binColumns(fitBins(column(values)), column(values))[0]!;
    expect(bins[3999]).toBe(1);
    expect(bins[4000]).toBe(2);
    expect(new Set(bins).size).toBeGreaterThan(200);
  });

  it('survives infinities, all missing, and a constant', () => {
    for (const values of [
      [-Infinity, Infinity, 0],
      [NaN, NaN],
      [5, 5],
    ]) {
      const [bins] = fitBins(column(values));
      for (const edge of bins!.kind === 'number' ? bins!.edges : []) expect(edge).toSatisfy(Number.isFinite);
    }
  });
});

describe('bins of categories', () => {
  it('gives each level a bin; missing, unseen and unknown codes have no value', () => {
    const table = { rowCount: 5, columns: [categoryColumn('c', ['a', 'b'], [1, 0, -1, -2, 7])] };
    expect(Array.from(binColumns(fitBins(table), table)[0]!)).toEqual([2, 1, 0, 0, 0]);
  });

  it('lets the rarest of many levels share the last bin', () => {
    const levels = Array.from({ length: 1000 }, (_, i) => `l${i}`);
    const codes = [...levels.keys(), ...levels.keys()].map((i) => (i < 500 ? i : 999 - (i % 10)));
    const table = { rowCount: codes.length, columns: [categoryColumn('c', levels, codes)] };
    const [bins] = fitBins(table);
    expect(binCount(bins!)).toBe(256);
    expect(new Set(binColumns(fitBins(table), table)[0]).size).toBe(255);
  });
});

it('bins row-major what it bins column by column, and refuses other columns', () => {
  const table = {
    rowCount: 3,
    columns: [numberColumn('x', [1, 2, NaN]), categoryColumn('c', ['a', 'b'], [0, 1, -1])],
  };
  const bins = fitBins(table);
  expect(Array.from(binRows(bins, table, 1, 3))).toEqual([2, 2, 0, 0]);
  expect(() => binRows(bins, column([1]), 0, 1)).toThrow(RangeError);
  expect(() => binColumns(bins, { rowCount: 3, columns: [...table.columns].reverse() })).toThrow(
    /must be the number 'x'/,
  );
});
