import { describe, expect, it } from 'vitest';
import { sampledShap } from '../../../src/ml/explain/sampled-shap.ts';
import { takeRows, type Table } from '../../../src/ml/data/table.ts';
import { sampleData } from '../tree/sample-tables.ts';

const { table } = sampleData(60, 4, 1);
const background = takeRows(
  table,
  Int32Array.from({ length: 40 }, (_, i) => i + 20),
);
const customers = takeRows(table, Int32Array.of(0, 1, 2));

const cell = (t: Table, row: number, j: number): number => {
  const column = t.columns[j]!;
  return column.kind === 'number' ? column.values[row]! || 0 : column.codes[row]!;
};
/** A function with an interaction, of which the Shapley values are known by hand. */
const interacting = (t: Table): Float64Array =>
  Float64Array.from(
    { length: t.rowCount },
    (_, i) => 0.01 * cell(t, i, 0) * cell(t, i, 1) + 0.1 * cell(t, i, 3),
  );

describe('sampled Shapley values', () => {
  const found = sampledShap(interacting, background, customers, 1);

  it('add up exactly to the prediction less the base', () => {
    interacting(customers).forEach((value, i) => {
      const reasons = found.contributions.subarray(4 * i, 4 * i + 4);
      expect(reasons.reduce((sum, c) => sum + c, found.base)).toBeCloseTo(value, 12);
    });
  });

  it('are exact for pairs, since an order and its reverse see both sides: φ₀ = ½ Σ (x₀ − z₀)(x₁ + z₁)', () => {
    for (let i = 0; i < 3; i++) {
      let expected = 0;
      for (let b = 0; b < 40; b++)
        expected +=
          (0.005 *
            (cell(customers, i, 0) - cell(background, b, 0)) *
            (cell(customers, i, 1) + cell(background, b, 1))) /
          40;
      expect(found.contributions[4 * i]).toBeCloseTo(expected, 12);
      expect(found.contributions[4 * i + 2]).toBe(0);
    }
  });

  it('converge to Shapley values counted out over all subsets of six features', () => {
    const six = sampleData(30, 6, 3).table;
    const from = takeRows(six, Int32Array.of(20, 23, 29));
    const to = takeRows(six, Int32Array.of(4));
    const exact = shapleyOf(tangled, from, to);
    const error = (times: number): number => {
      const repeated = Int32Array.from({ length: 3 * times }, (_, i) => i % 3);
      const { contributions } = sampledShap(tangled, takeRows(from, repeated), to, 5);
      return Math.sqrt(exact.reduce((sum, phi, j) => sum + (contributions[j]! - phi) ** 2, 0));
    };
    expect(exact.filter((phi) => Math.abs(phi) > 0.01).length).toBeGreaterThan(3);
    expect(error(2000)).toBeLessThan(0.004);
    expect(error(2000)).toBeLessThan(error(2) / 3);
  });

  it('state a standard error that covers the difference to a larger sample', () => {
    const first = takeRows(
      background,
      Int32Array.from({ length: 10 }, (_, i) => i),
    );
    const small = sampledShap(interacting, first, customers, 2);
    small.contributions.forEach((c, k) => {
      expect(Math.abs(c - found.contributions[k]!)).toBeLessThanOrEqual(5 * small.standardErrors[k]! + 1e-12);
    });
  });

  it('depend on the seed, not on the other rows', () => {
    const alone = sampledShap(interacting, background, takeRows(customers, Int32Array.of(2)), 1);
    expect(Array.from(alone.contributions)).toEqual(Array.from(found.contributions.subarray(8, 12)));
  });

  it('need a background row', () => {
    expect(() => sampledShap(interacting, takeRows(table, new Int32Array(0)), customers, 1)).toThrow(
      RangeError,
    );
  });
});

/** A probability that no feature adds to on its own. */
function tangled(t: Table): Float64Array {
  return Float64Array.from({ length: t.rowCount }, (_, i) => {
    const [a, b, c, d, e, f] = [0, 1, 2, 3, 4, 5].map((j) => cell(t, i, j) / (j % 2 === 0 ? 40 : 4));
    return 1 / (1 + Math.exp(2 - 6 * a! * b! - 3 * Math.abs(c! - d!) - 4 * e! * f! * a!));
  });
}

/** φ_j = Σ over subsets S without j of |S|! (p − |S| − 1)! / p! × (v(S ∪ j) − v(S)), v the mean over `from`. */
function shapleyOf(predict: (t: Table) => Float64Array, from: Table, to: Table): number[] {
  const p = to.columns.length;
  const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
  const size = (subset: number): number => subset.toString(2).replaceAll('0', '').length;
  const values = Array.from({ length: 1 << p }, (_, subset) => {
    const rows = takeRows(to, new Int32Array(from.rowCount));
    const columns = rows.columns.map((column, j) => ((subset >> j) & 1 ? column : from.columns[j]!));
    return predict({ ...rows, columns }).reduce((sum, value) => sum + value, 0) / from.rowCount;
  });
  return to.columns.map((_, j) =>
    values.reduce((sum, value, subset) => {
      if ((subset >> j) & 1) return sum;
      const weight = (factorial(size(subset)) * factorial(p - size(subset) - 1)) / factorial(p);
      return sum + weight * (values[subset | (1 << j)]! - value);
    }, 0),
  );
}
