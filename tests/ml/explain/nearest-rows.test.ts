import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MISSING } from '../../../src/ml/data/table.ts';
import type { Table } from '../../../src/ml/data/table.ts';
import { createNearestRows } from '../../../src/ml/explain/nearest-rows.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import { categoryColumn, numberColumn } from '../tree/sample-tables.ts';

type Row = readonly [number, number];

/** A number, NaN where missing, and a level of three, −1 where missing. */
const rowOf = fc.tuple(
  fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant(NaN)),
  fc.integer({ min: MISSING, max: 2 }),
);
const tableOf = (rows: readonly Row[]): Table => ({
  rowCount: rows.length,
  columns: [
    numberColumn(
      'age',
      Float64Array.from(rows, ([age]) => age),
    ),
    categoryColumn(
      'plan',
      ['a', 'b', 'c'],
      rows.map(([, plan]) => plan),
    ),
  ],
});

/** The definition, one pair at a time. */
function distanceOf(rows: readonly Row[], a: Row, b: Row, weights: Row): number {
  const known = rows.map(([age]) => age).filter((age) => !Number.isNaN(age));
  const place = (age: number): number =>
    known.length === 0
      ? 0.5
      : (known.filter((one) => one < age).length + known.filter((one) => one <= age).length) /
        (2 * known.length);
  const isMissing = [Number.isNaN(a[0]), Number.isNaN(b[0])];
  const ages = isMissing.includes(true)
    ? Number(isMissing[0] !== isMissing[1])
    : Math.abs(place(a[0]) - place(b[0]));
  return (weights[0] * ages + weights[1] * Number(a[1] !== b[1])) / (weights[0] + weights[1]);
}

describe('the nearest rows', () => {
  it('are those of the smallest distances by the definition, all that are as near as the k-th included', () => {
    fc.assert(
      fc.property(
        fc.array(rowOf, { minLength: 4, maxLength: 30 }),
        rowOf,
        fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 1, max: 3 })),
        (rows, asked, weights) => {
          const k = 3;
          const found = createNearestRows(tableOf(rows), weights, k, createRandom(1))(tableOf([asked]), 0);
          const distances = rows.map((row) => distanceOf(rows, row, asked, weights));
          const kth = [...distances].sort((a, b) => a - b)[k - 1]!;
          expect(found.distance).toBeCloseTo(kth, 12);
          const nearest = [...rows.keys()].filter((i) => distances[i]! <= kth + 1e-12);
          expect([...found.rows]).toEqual(nearest);
        },
      ),
    );
  });

  it('leave a row out that is the asked one', () => {
    const rows = tableOf(Array.from({ length: 10 }, (_, i): Row => [i, 0]));
    const search = createNearestRows(rows, [1, 1], 2, createRandom(1));
    expect([...search(rows, 5).rows]).toContain(5);
    expect([...search(rows, 5, 5).rows]).toEqual([4, 6]);
  });

  it('say where they are unlike the row', () => {
    const random = createRandom(2);
    const rows = tableOf(Array.from({ length: 400 }, (): Row => [Math.round(100 * random.next()), 0]));
    const search = createNearestRows(rows, [1, 1], 20, createRandom(1));
    expect(search(tableOf([[50, 0]]), 0).isThin).toBe(false);
    expect(search(tableOf([[50, 2]]), 0).isThin).toBe(true);
  });

  it('need a column that counts, and more rows than are asked for', () => {
    const rows = tableOf([
      [1, 0],
      [2, 1],
      [3, 2],
    ]);
    expect(() => createNearestRows(rows, [0, 0], 1, createRandom(1))).toThrow(/weights/);
    expect(() => createNearestRows(rows, [1, -1], 1, createRandom(1))).toThrow(/weights/);
    expect(() => createNearestRows(rows, [1, 1], 3, createRandom(1))).toThrow(/k must be 1 to 2/);
  });
});
