/** Against SciPy (f_oneway and chi2_contingency). */
import { describe, expect, it } from 'vitest';
import { balanceOf } from '../../../src/ml/experiments/balance.ts';

const arm = Uint8Array.from({ length: 60 }, (_, i) => i % 3);

function categories(counts: readonly (readonly number[])[]) {
  const codes: number[] = [];
  const arms: number[] = [];
  counts.forEach((level, code) => {
    level.forEach((count, a) => {
      for (let i = 0; i < count; i++) {
        codes.push(code);
        arms.push(a);
      }
    });
  });
  const levels = counts.map((_, code) => `level ${code}`);
  const column = { kind: 'category', name: 'c', levels, codes: Int32Array.from(codes) } as const;
  return { column, arm: Uint8Array.from(arms) };
}

describe('the balance of a column', () => {
  it('of numbers is that of their means', () => {
    const values = Float64Array.from(arm, (a, i) => ((i * 7919) % 101) / 10 + a * 0.5);
    const found = balanceOf({ kind: 'number', name: 'x', values }, arm, 3);
    expect(found.difference).toBeCloseTo(0.5392160693470931, 12);
    expect(found.probability).toBeCloseTo(0.22300293633538318, 12);
  });

  it('of levels is that of their shares', () => {
    const { column, arm } = categories([
      [40, 30, 20],
      [25, 35, 40],
      [35, 35, 40],
    ]);
    const found = balanceOf(column, arm, 3);
    expect(found.probability).toBeCloseTo(0.031167657481034602, 12);
    expect(found.difference).toBeCloseTo(0.4364357804719848, 12);
  });

  it('tests rare levels together, and missing ones as a level', () => {
    const many = categories([[100, 100], [100, 100], ...Array.from({ length: 10 }, () => [1, 1])]);
    expect(balanceOf(many.column, many.arm, 2).probability).toBeCloseTo(1, 12);
    const { column, arm } = categories([
      [100, 50],
      [0, 50],
    ]);
    const missing = { ...column, codes: column.codes.map((code) => (code === 1 ? -1 : code)) };
    expect(balanceOf(missing, arm, 2).probability).toBeLessThan(1e-10);
  });

  it.each([
    ['the same for all', new Float64Array(60).fill(3)],
    ['missing', new Float64Array(60).fill(NaN)],
  ])('is perfect where a number is %s', (_, values) => {
    expect(balanceOf({ kind: 'number', name: 'x', values }, arm, 3)).toEqual({
      difference: 0,
      probability: 1,
    });
  });
});
