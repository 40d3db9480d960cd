import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  associationMatrix,
  associationWithTarget,
  correlationRatio,
  cramersV,
  pearson,
} from '../../../src/ml/checks/association.ts';
import { createRandom } from '../../../src/ml/math/random.ts';
import type { Column, Table } from '../../../src/ml/data/table.ts';

interface Reference {
  readonly a: readonly number[];
  readonly b: readonly (number | null)[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly pearson: number;
  readonly cramersV: number;
  readonly correlationRatio: number;
}
const path = join(import.meta.dirname, '../../oracles/association-reference.json');
const reference = JSON.parse(readFileSync(path, 'utf8')) as Reference;
const a = Float64Array.from(reference.a);
const b = Float64Array.from(reference.b, (value) => value ?? NaN);
const x = Int32Array.from(reference.x);
const y = Int32Array.from(reference.y);

describe('the figures of scipy', () => {
  it("are Pearson's r, without the rows in which one is missing", () => {
    expect(pearson(a, b)).toBeCloseTo(reference.pearson, 10);
  });
  it("are Cramér's V with Bergsma's correction", () => {
    expect(cramersV(x, 4, y, 3)).toBeCloseTo(reference.cramersV, 10);
  });
  it("are the correlation ratio with Kelley's correction", () => {
    expect(correlationRatio(y, 3, b)).toBeCloseTo(reference.correlationRatio, 10);
  });
});

describe('the matrix of a table', () => {
  const number = (name: string, values: Float64Array): Column => ({ kind: 'number', name, values });
  const category = (name: string, levels: number, codes: Int32Array): Column => ({
    kind: 'category',
    name,
    codes,
    levels: Array.from({ length: levels }, (_, i) => `l${i}`),
  });
  const table: Table = {
    rowCount: a.length,
    columns: [
      number('a', a),
      number('b', b),
      category('x', 4, x),
      category('y', 3, y),
      number(
        'same',
        a.map(() => 7),
      ),
    ],
  };

  it('holds each pair by the measure of its kinds, both ways round', () => {
    const { names, values } = associationMatrix(table);
    const at = (one: string, other: string) =>
      values[names.indexOf(one) * names.length + names.indexOf(other)];
    expect(at('a', 'b')).toBe(pearson(a, b));
    expect(at('x', 'y')).toBe(cramersV(x, 4, y, 3));
    expect(at('b', 'y')).toBe(correlationRatio(y, 3, b));
    expect(at('y', 'b')).toBe(at('b', 'y'));
    expect(at('a', 'a')).toBe(1);
  });

  it('calls many levels of pure chance weak', () => {
    const random = createRandom(2);
    const street = Int32Array.from(a, () => random.below(100));
    expect(correlationRatio(street, 100, a)).toBeLessThan(0.2);
    expect(cramersV(street, 100, x, 4)).toBeLessThan(0.2);
  });

  it('takes columns of a hundred thousand levels', () => {
    const codes = Int32Array.from(a, (_, row) => (row % 3) * 333);
    const few = codes.map((code) => code / 333);
    expect(cramersV(codes, 100_000, codes, 100_000)).toBe(cramersV(few, 3, few, 3));
  });

  it('gives 0 to a column that never changes, never NaN', () => {
    const { values } = associationMatrix(table);
    expect([...values.slice(-table.columns.length)]).toEqual([0, 0, 0, 0, 1]);
    // The mean of many tenths is not quite a tenth.
    const tenths = a.map(() => 0.1);
    expect(correlationRatio(x, 4, tenths)).toBe(0);
  });

  it('stays within its bounds whatever the columns hold', () => {
    const cell = fc.oneof(fc.constant(NaN), fc.double({ noNaN: true, min: -1e150, max: 1e150 }));
    const pair = fc
      .integer({ min: 1, max: 40 })
      .chain((size) =>
        fc.tuple(
          fc.array(cell, { minLength: size, maxLength: size }),
          fc.array(fc.integer({ min: -2, max: 3 }), { minLength: size, maxLength: size }),
        ),
      );
    fc.assert(
      fc.property(pair, ([values, codes]) => {
        const columns = [
          number('n', Float64Array.from(values)),
          category('c', 4, Int32Array.from(codes)),
          category('d', 4, Int32Array.from(codes)),
        ];
        for (const value of associationMatrix({ rowCount: values.length, columns }).values) {
          expect(value).toBeGreaterThanOrEqual(-1);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('reports how each column correlates with the label', () => {
    const target = Uint8Array.from(a, (value) => Number(value > 0));
    const [first, , third, , same] = associationWithTarget(table, target);
    expect(first).toBeGreaterThan(0.7);
    expect(third).toBeLessThan(0.3);
    expect(same).toBe(0);
    expect(third).toBe(cramersV(x, 4, Int32Array.from(target), 2));
  });
});
