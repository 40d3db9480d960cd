import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';
import { MISSING } from '../../../src/ml/data/table.ts';
import { fromCells, toCells, typicalRows } from '../../../src/ml/explain/typical-rows.ts';
import { categoryColumn, numberColumn } from '../tree/sample-tables.ts';

const rowCount = 3200;
const random = createRandom(1);
const x = Float64Array.from({ length: rowCount }, () => random.normal());
const noise = Float64Array.from({ length: rowCount }, () => random.normal());
const plan = Array.from(x, (value, i) => (i % 8 === 0 ? MISSING : value > 0.67 ? 1 : 0));
const table = {
  rowCount,
  columns: [numberColumn('x', x), numberColumn('noise', noise), categoryColumn('plan', ['a', 'b'], plan)],
};
const rows = typicalRows(table, x, 32, createRandom(2));
const numbers = (j: number): number[] => {
  const column = rows.columns[j]!;
  return Array.from(column.kind === 'number' ? column.values : column.codes);
};
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('typical rows', () => {
  it('keep the distribution of every column', () => {
    for (const j of [0, 1]) {
      expect(Math.abs(mean(numbers(j)))).toBeLessThan(0.1);
      expect(Math.abs(mean(numbers(j).map((value) => value * value)) - 1)).toBeLessThan(0.25);
    }
    expect(numbers(2).filter((code) => code === MISSING).length).toBeGreaterThan(0);
  });

  it('keep what columns have in common through the score', () => {
    const level = numbers(2);
    const inB = numbers(0).filter((_, i) => level[i] === 1);
    const inA = numbers(0).filter((_, i) => level[i] === 0);
    expect(Math.min(...inB)).toBeGreaterThan(mean(inA));
  });

  it('hold no row of a customer: their cells come from different rows', () => {
    const known = new Set(Array.from(x, (value, i) => `${value} ${noise[i]!}`));
    numbers(0).forEach((value, i) => {
      expect(known.has(`${value} ${numbers(1)[i]!}`)).toBe(false);
    });
  });

  it('come from few rows as well, and from one', () => {
    for (const n of [1, 3, 20]) {
      const few = {
        rowCount: n,
        columns: [numberColumn('x', x.slice(0, n)), categoryColumn('plan', ['a', 'b'], plan.slice(0, n))],
      };
      expect(typicalRows(few, x.slice(0, n), 32, createRandom(1)).columns).toHaveLength(2);
    }
  });

  it('are kept as cells and read back with missing values', () => {
    const holed = {
      rowCount: 3,
      columns: [numberColumn('x', [1, NaN, 3]), categoryColumn('plan', ['a', 'b'], [0, MISSING, 1])],
    };
    expect(fromCells(holed, toCells(holed))).toEqual(holed);
  });
});
