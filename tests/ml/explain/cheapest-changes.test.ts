/** The cheapest changes are those that trying everything finds. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findCheapestChanges } from '../../../src/ml/explain/cheapest-changes.ts';
import type { Lever } from '../../../src/ml/explain/cheapest-changes.ts';
import type { Feature } from '../../../src/ml/data/schema.ts';
import { sigmoid } from '../../../src/ml/math/sigmoid.ts';
import type { Table } from '../../../src/ml/data/table.ts';

const number = (name: string, min: number, max: number, integer: boolean): Feature => ({
  name,
  type: 'number',
  levels: [],
  range: { min, max, median: (min + max) / 2, integer },
  missingShare: 0,
});
const contract = ['month', 'year', 'two years'];
const features: Feature[] = [
  number('price', 0, 100, false),
  number('calls', 0, 10, true),
  { name: 'contract', type: 'category', levels: contract, range: null, missingShare: 0 },
];
const effect = [0.8, 0, -0.9];
/** A linear model that is easily solved by hand. */
const logit = (price: number, calls: number, code: number): number =>
  0.02 * price + 0.1 * calls + effect[code]! - 1;
const predict = ({ rowCount, columns: [price, calls, level] }: Table): Float64Array =>
  Float64Array.from({ length: rowCount }, (_, row) => {
    const [a, b, c] = [price, calls, level].map((column) =>
      column!.kind === 'number' ? column!.values[row]! : column!.codes[row]!,
    );
    return sigmoid(logit(a!, b!, c!));
  });
const customer = (price = 60, calls = 6, code = 0): Table => ({
  rowCount: 1,
  columns: [
    { kind: 'number', name: 'price', values: Float64Array.of(price) },
    { kind: 'number', name: 'calls', values: Float64Array.of(calls) },
    { kind: 'category', name: 'contract', levels: contract, codes: Int32Array.of(code) },
  ],
});
const once = (money: number) => () => money;
const perUnit = (money: number) => (from: number, to: number) => money * Math.abs(to - from);
const lower: Lever = { place: 0, to: 'lower', cost: perUnit(2) };
const fewerCalls: Lever = { place: 1, to: 'lower', cost: once(5) };
const oneYear: Lever = { place: 2, to: 1, cost: once(60) };
const twoYears: Lever = { place: 2, to: 2, cost: once(90) };
const find = (goal: number, levers: readonly Lever[], row = customer()) =>
  findCheapestChanges({ predict, features, customer: row, goal, levers });

describe('the cheapest change', () => {
  it('of each lever is the smallest that reaches the goal, cheapest first', () => {
    // The logit is 1.2 + 0.6 + 0.8 − 1 = 1.6; that of 0.7 is 0.847: the price has to go down by 37.6, or a year.
    const [year, price, ...others] = find(0.7, [lower, oneYear]);
    expect(others).toEqual([]);
    expect(year).toMatchObject({ cost: 60, levers: [1], changes: [{ place: 2, from: 0, to: 1 }] });
    expect(price!.changes[0]!.to).toBeCloseTo(60 - 37.64, 0);
    expect(price!.cost).toBeCloseTo(2 * 37.64, 0);
  });

  it('is of two levers where neither alone suffices, or both together cost less', () => {
    // Two years are not enough for 0.4, and calls can do 0.6 at most.
    const [pair] = find(0.45, [twoYears, fewerCalls]);
    expect(pair!.levers).toEqual([0, 1]);
    expect(pair!.cost).toBe(95);
    expect(find(0.7, [oneYear, fewerCalls]).map(({ levers }) => levers)).toEqual([[0]]);
  });

  it('goes in the direction that is allowed, and never beyond the limits', () => {
    expect(find(0.7, [{ ...lower, to: 'higher' }])).toEqual([]);
    expect(find(0.01, [lower])).toEqual([]);
    const whole = find(0.8, [fewerCalls])[0]!;
    expect(Number.isInteger(whole.changes[0]!.to)).toBe(true);
  });

  it('leaves alone what is as wanted already, and what is not known', () => {
    expect(find(0.9, [oneYear], customer(60, 6, 1))).toEqual([]);
    expect(find(0.9, [oneYear], customer(60, 6, -1))).toEqual([]);
    expect(find(0.9, [lower], customer(NaN))).toEqual([]);
    expect(find(0.9, [])).toEqual([]);
  });

  it('takes two levels of one column as two offers, never as a pair', () => {
    const found = find(0.7, [oneYear, twoYears]);
    expect(found.map(({ levers }) => levers)).toEqual([[0], [1]]);
  });

  it('is within a step of the cheapest that a fine search finds', () => {
    fc.assert(
      fc.property(
        fc.record({ price: fc.integer({ min: 0, max: 100 }), calls: fc.integer({ min: 0, max: 10 }) }),
        fc.double({ min: 0.2, max: 0.9, noNaN: true }),
        fc.integer({ min: 1, max: 200 }),
        ({ price, calls }, goal, fee) => {
          const levers = [lower, { ...oneYear, cost: once(fee) }];
          const start = customer(price, calls);
          const reaches = (a: number, code: number): boolean => sigmoid(logit(a, calls, code)) <= goal;
          if (reaches(price, 0)) return;
          const reduced = Array.from({ length: 10 * price + 1 }, (_, i) => i / 10);
          const costs = [
            ...reduced.filter((by) => reaches(price - by, 0)).map((by) => 2 * by),
            ...reduced.filter((by) => reaches(price - by, 1)).map((by) => 2 * by + fee),
          ];
          const best = find(goal, levers, start)[0]?.cost ?? Infinity;
          const least = Math.min(...costs);
          if (least === Infinity) expect(best).toBe(Infinity);
          else expect(best).toBeLessThanOrEqual(least + 0.3);
        },
      ),
      { numRuns: 300 },
    );
  });
});
