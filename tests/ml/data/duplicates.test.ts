import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chanceOfAgreement,
  countRepeatedRows,
  findDuplicateColumns,
} from '../../../src/ml/data/duplicates.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import type { Column } from '../../../src/ml/data/table.ts';
import { categoryColumn, numberColumn } from '../tree/sample-tables.ts';

const random = createRandom(8);
const rowCount = 400;
const minutes = Float64Array.from({ length: rowCount }, () => Math.round(random.next() * 3000) / 10);
const number = (name: string, value: (row: number) => number): Column =>
  numberColumn(
    name,
    Array.from({ length: rowCount }, (_, row) => value(row)),
  );
const category = (name: string, levels: number, code: (row: number) => number): Column =>
  categoryColumn(
    name,
    Array.from({ length: levels }, (_, i) => `l${i}`),
    Array.from({ length: rowCount }, (_, row) => code(row)),
  );

describe('columns that tell the same', () => {
  const duplicatesOf = (...columns: Column[]): number[] => [...findDuplicateColumns(columns)];

  it('are numbers in another unit, rounded to cents', () => {
    const other = number('other', () => random.next());
    const charge = number('charge', (row) => Math.round(minutes[row]! * 17) / 100);
    const left = number('left', (row) => 300 - minutes[row]!);
    expect(
      duplicatesOf(
        number('minutes', (row) => minutes[row]!),
        other,
        charge,
        left,
      ),
    ).toEqual([-1, -1, 0, 0]);
  });

  it('are categories under other names', () => {
    const codes = minutes.map((value) => Math.floor(value) % 3);
    const country = category('country', 3, (row) => codes[row]!);
    const currency = category('currency', 3, (row) => (codes[row]! + 1) % 3);
    const coarser = category('coarser', 2, (row) => Math.min(1, codes[row]!));
    expect(duplicatesOf(country, currency, coarser)).toEqual([-1, 0, -1]);
  });

  it('are not columns that share an outlier, a blank row or the few rows that both have', () => {
    const outlier = (name: string): Column => number(name, (row) => (row === 7 ? 1e9 : random.next()));
    const sparse = (name: string, row1: number): Column =>
      number(name, (row) => (row < 2 || row === row1 ? random.next() : NaN));
    expect(duplicatesOf(outlier('a'), outlier('b'), sparse('c', 5), sparse('d', 6))).toEqual([
      -1, -1, -1, -1,
    ]);
  });

  it('are neither constants nor lists of names', () => {
    const same = (name: string): Column => number(name, () => 4);
    const names = (name: string): Column => category(name, rowCount, (row) => row);
    expect(duplicatesOf(same('a'), same('b'), names('c'), names('d'))).toEqual([-1, -1, -1, -1]);
  });
});

describe('rows that come again', () => {
  const cell = fc.constantFrom(NaN, -0, 0, 1, 2, 0.1, -1);
  const rows = fc.array(
    fc.tuple(cell, cell, fc.integer({ min: -2, max: 1 }), fc.integer({ min: 0, max: 1 })),
    {
      maxLength: 60,
    },
  );

  it('are counted as a set of their texts counts them', () => {
    fc.assert(
      fc.property(rows, (all) => {
        const columns = [
          numberColumn(
            'a',
            all.map(([a]) => a),
          ),
          numberColumn(
            'b',
            all.map(([, b]) => b),
          ),
          categoryColumn(
            'c',
            ['x', 'y'],
            all.map(([, , c]) => c),
          ),
        ];
        const target = Uint8Array.from(all, (row) => row[3]);
        const different = new Set(all.map((row) => row.map((value) => String(value)).join()));
        expect(countRepeatedRows({ rowCount: all.length, columns }, target)).toBe(
          all.length - different.size,
        );
      }),
    );
  });

  it('are not seen where there are none among many', () => {
    const size = 400;
    const grid = Array.from({ length: size * size }, (_, i) => i);
    const columns = [
      numberColumn(
        'a',
        grid.map((i) => i % size),
      ),
      numberColumn(
        'b',
        grid.map((i) => Math.floor(i / size)),
      ),
    ];
    expect(countRepeatedRows({ rowCount: grid.length, columns }, new Uint8Array(grid.length))).toBe(0);
  });

  it('are chance where columns have few levels', () => {
    const flag = (name: string): Column => category(name, 2, (row) => row % 2);
    expect(chanceOfAgreement([flag('a'), flag('b')])).toBeCloseTo(1 / 4, 2);
    expect(chanceOfAgreement([number('x', () => random.next())])).toBe(0);
  });
});
