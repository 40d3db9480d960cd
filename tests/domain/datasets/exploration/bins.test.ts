import { describe, expect, it } from 'vitest';
import { binColumn } from '../../../../src/domain/datasets/exploration/bins.ts';
import { readColumn } from '../../../../src/ml/data/schema-inference.ts';
import type { FeatureType } from '../../../../src/ml/data/schema.ts';

/** The bins of a column, and how many rows each has. */
function counted(cells: readonly string[], type: FeatureType): [string, number][] {
  const { names, binOf } = binColumn(readColumn('x', type, cells, '.'), type);
  return names.map((name, bin) => [name, binOf.filter((one) => one === bin).length]);
}
const range = (count: number, text: (i: number) => string): string[] =>
  Array.from({ length: count }, (_, i) => text(i));

describe('the bins of a column', () => {
  it('of a number are of equal width at round edges, empty ones between others too', () => {
    const cells = [...range(100, String), ...range(100, (i) => String(400 + i))];
    expect(counted(cells, 'number')).toEqual([
      ['under 50', 50],
      ['50 to 99', 50],
      ...['100 to 149', '150 to 199', '200 to 249', '250 to 299', '300 to 349', '350 to 399'].map((name) => [
        name,
        0,
      ]),
      ['400 to 449', 50],
      ['450 or more', 50],
    ]);
  });

  it('of fractions say so', () => {
    const names = counted(
      range(101, (i) => (i / 10).toFixed(1)),
      'number',
    ).map(([name]) => name);
    expect([names[0], names[1], names.at(-1)]).toEqual(['under 1', '1 to under 2', '9 or more']);
  });

  it('are not stretched by a few very large values', () => {
    const bins = counted([...range(999, (i) => String(i % 100)), '1000000'], 'number');
    expect(bins.length).toBeGreaterThan(8);
    expect(bins.at(-1)![0]).toBe('90 or more');
  });

  it('of few numbers are the numbers, and rows without a value have one', () => {
    expect(counted(['0', '1', '1', '', '7'], 'number')).toEqual([
      ['0', 1],
      ['1', 2],
      ['7', 1],
      ['No value', 1],
    ]);
  });

  it('of one value, or of none, are one', () => {
    expect(counted(['5', '5'], 'number')).toEqual([['5', 2]]);
    expect(counted(['', ''], 'number')).toEqual([['No value', 2]]);
  });

  it('of dates begin with months, quarters or years', () => {
    const days = range(36, (i) => `${2023 + Math.floor(i / 12)}-${String((i % 12) + 1).padStart(2, '0')}-15`);
    expect(counted(days, 'date').slice(0, 2)).toEqual([
      ['before 1 Apr 2023', 3],
      ['1 Apr 2023 to 30 Jun 2023', 3],
    ]);
  });

  it('of levels are the levels, the most frequent first, the rest together', () => {
    expect(counted(['b', 'a', 'b', ''], 'category')).toEqual([
      ['b', 2],
      ['a', 1],
      ['No value', 1],
    ]);
    const many = counted(['l0', ...range(15, (i) => `l${i}`)], 'category');
    expect([many.length, many[0], many.at(-1)]).toEqual([12, ['l0', 2], ['4 other levels', 4]]);
  });
});
