import { describe, expect, it } from 'vitest';
import { pureGroupOf, soloAucs } from '../../../src/ml/checks/leak.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import type { Column } from '../../../src/ml/data/table.ts';
import { categoryColumn, numberColumn } from '../tree/sample-tables.ts';

const random = createRandom(12);
const rowCount = 4_000;
const target = Uint8Array.from({ length: rowCount }, () => Number(random.next() < 0.025));
const number = (value: (left: boolean) => number): Column =>
  numberColumn(
    'x',
    Array.from(target, (label) => value(label === 1)),
  );
const aucOf = (column: Column): number => soloAucs({ rowCount, columns: [column] }, target)[0]!;

describe('one column alone, out of sample', () => {
  it('gives away a fee that only the few who left paid', () => {
    expect(aucOf(number((left) => (left ? 5 + random.next() * 50 : 0)))).toBeGreaterThan(0.99);
    expect(aucOf(number((left) => (left ? -5 - random.next() * 50 : 0)))).toBeGreaterThan(0.99);
  });

  it('comes to the AUC that its distributions have', () => {
    // Two normal distributions 1.19 standard deviations apart: Φ(1.19 / √2) = 0.8.
    expect(aucOf(number((left) => (left ? 1.19 : 0) + random.normal()))).toBeCloseTo(0.8, 1);
  });

  it('says nothing about names, however many rows they tell apart', () => {
    const names = categoryColumn(
      'name',
      Array.from(target, (_, i) => `n${i}`),
      [...target.keys()],
    );
    expect(Math.abs(aucOf(names) - 0.5)).toBeLessThan(0.05);
  });
});

describe('columns filled in for customers who left', () => {
  it('are found though most of these customers lack them', () => {
    const dates = number((left) => (left && random.next() < 0.5 ? 19_000 : NaN));
    expect(aucOf(dates)).toBeLessThan(0.9);
    const count = dates.kind === 'number' ? dates.values.filter((value) => value > 0).length : 0;
    expect(pureGroupOf(dates, target)).toEqual({ is: 'filled in', count });
  });

  it('are found the other way round: blank for those who left', () => {
    expect(
      pureGroupOf(
        number((left) => (left ? NaN : 1)),
        target,
      )?.is,
    ).toBe('blank');
  });

  it('are not seen in columns that miss values by chance, or miss few', () => {
    const chance = number(() => (random.next() < 0.5 ? NaN : 1));
    expect(pureGroupOf(chance, target)).toBeNull();
    const few = Float64Array.from(target, (label, row) => (label === 1 && row < 400 ? NaN : 1));
    expect(pureGroupOf(numberColumn('x', few), target)).toBeNull();
  });

  it('mean nothing where most left', () => {
    const most = target.map((label) => 1 - label);
    const mostly = numberColumn(
      'x',
      Array.from(most, (label, row) => (label === 1 && row % 3 === 0 ? 1 : NaN)),
    );
    expect(pureGroupOf(mostly, most)).toBeNull();
  });
});
