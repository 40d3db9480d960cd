import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crossValidate,
  splitBy,
  stratifiedFolds,
  stratifiedSplit,
  takeTarget,
} from '../../../src/ml/evaluation/cross-validation.ts';
import { rocAuc } from '../../../src/ml/evaluation/metrics.ts';
import { createRandom, shuffle } from '../../../src/ml/math/random.ts';
import type { Table } from '../../../src/ml/data/table.ts';
import { fitAndScore } from '../../../src/ml/model/fold-scores.ts';

const labels = fc
  .array(fc.integer({ min: 0, max: 1 }), { minLength: 40, maxLength: 200 })
  .map((values) => Uint8Array.from([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, ...values]));
const share = (target: Uint8Array) => target.reduce((sum, label) => sum + label, 0) / target.length;

describe('folds', () => {
  it('test every row once and keep the share of customers who left', () => {
    fc.assert(
      fc.property(labels, fc.integer(), (target, seed) => {
        const foldOf = stratifiedFolds(target, 5, createRandom(seed));
        const tested = [0, 1, 2, 3, 4].flatMap((fold) => [...splitBy(foldOf, fold).test]);
        expect(tested.sort((a, b) => a - b)).toEqual([...target.keys()]);
        for (let fold = 0; fold < 5; fold++) {
          const { test } = splitBy(foldOf, fold);
          expect(
            Math.abs(share(takeTarget(target, test)) * test.length - share(target) * test.length),
          ).toBeLessThanOrEqual(1.5);
        }
      }),
    );
  });

  it('never let a row be in both parts', () => {
    const { train, test } = stratifiedSplit(
      Uint8Array.from({ length: 100 }, (_, i) => (i % 4 ? 0 : 1)),
      0.2,
      createRandom(1),
    );
    expect(new Set([...train, ...test]).size).toBe(100);
    expect(test).toHaveLength(20);
  });

  it('need as many rows of each class as there are folds', () => {
    expect(() => stratifiedFolds(Uint8Array.of(0, 0, 0, 0, 0, 1), 5, createRandom(1))).toThrow(RangeError);
  });
});

describe('splits of rows that belong together', () => {
  /** Customers with one to eight rows, whose rows may be of both classes. */
  const customers = fc.array(
    fc.record({ rows: fc.integer({ min: 1, max: 8 }), left: fc.integer({ min: 0, max: 8 }) }),
    { minLength: 40, maxLength: 120 },
  );
  const rowsOf = (all: readonly { rows: number; left: number }[]) => {
    // A few customers of each class, so that five folds are possible.
    const sure = Array.from({ length: 20 }, (_, i) => ({ rows: 1 + (i % 3), left: i % 2 === 0 ? 8 : 0 }));
    const flat = [...all, ...sure].flatMap(({ rows, left }, group) =>
      Array.from({ length: rows }, (_, i) => ({ group, label: Number(i < left) })),
    );
    // Rows of one customer are not side by side.
    const order = Int32Array.from(flat.keys());
    shuffle(order, createRandom(flat.length));
    return {
      groups: Int32Array.from(order, (i) => flat[i]!.group),
      target: Uint8Array.from(order, (i) => flat[i]!.label),
    };
  };
  const isWhole = (groups: Int32Array, { train, test }: { train: Int32Array; test: Int32Array }) => {
    const trained = new Set(Array.from(train, (row) => groups[row]!));
    return Array.from(test).every((row) => !trained.has(groups[row]!));
  };

  it('never part them, and keep the share of customers who left near', () => {
    fc.assert(
      fc.property(customers, fc.integer(), (all, seed) => {
        const { groups, target } = rowsOf(all);
        const foldOf = stratifiedFolds(target, 5, createRandom(seed), groups);
        expect(stratifiedFolds(target, 5, createRandom(seed), groups)).toEqual(foldOf);
        const wanted = [0, 1].map((label) => target.filter((one) => one === label).length);
        const near = (rows: Int32Array, part: number) => {
          for (const label of [0, 1]) {
            const found = takeTarget(target, rows).filter((one) => one === label).length;
            // No further off than one customer's rows.
            expect(Math.abs(found - part * wanted[label]!)).toBeLessThanOrEqual(8);
          }
        };
        for (let fold = 0; fold < 5; fold++) {
          const split = splitBy(foldOf, fold);
          expect(isWhole(groups, split)).toBe(true);
          near(split.test, 1 / 5);
        }
        const split = stratifiedSplit(target, 0.2, createRandom(seed), groups);
        expect(isWhole(groups, split)).toBe(true);
        expect(split.train.length + split.test.length).toBe(target.length);
        near(split.test, 0.2);
      }),
      { numRuns: 60 },
    );
  });

  it('need as many customers of each class as there are folds', () => {
    const target = Uint8Array.from({ length: 60 }, (_, row) => row % 2);
    const groups = Int32Array.from(target, (label, row) => (label === 1 ? row % 4 : row));
    expect(() => stratifiedFolds(target, 5, createRandom(1), groups)).toThrow(/customers of each class/);
  });
});

describe('scores of held-out rows', () => {
  const random = createRandom(4);
  const rowCount = 1_500;
  const signal = Float64Array.from({ length: rowCount }, () => random.normal());
  const target = Uint8Array.from(signal, (value) => (random.next() < 1 / (1 + Math.exp(-2 * value)) ? 1 : 0));
  const codes = Int32Array.from({ length: rowCount }, () => random.below(300));
  const noise = Array.from({ length: 8 }, (_, j) => ({
    kind: 'number' as const,
    name: `noise${j}`,
    values: Float64Array.from({ length: rowCount }, () => random.normal()),
  }));
  const table: Table = {
    rowCount,
    columns: [
      { kind: 'number', name: 'signal', values: signal },
      { kind: 'category', name: 'many', levels: Array.from({ length: 300 }, (_, i) => `l${i}`), codes },
      ...noise,
    ],
  };
  const types = ['number', 'category', ...noise.map(() => 'number' as const)] as const;
  const auc = (
    family: 'logistic' | 'forest' | 'boosting',
    of: Uint8Array,
    on: Table = table,
    as: readonly ('number' | 'category')[] = types,
  ) => {
    const folds = crossValidate(of, { folds: 5, repeats: 1, seed: 9 }, (split, seeded) =>
      fitAndScore({ types: as, rows: { table: on, target: of } }, family, split, seeded),
    );
    return (
      folds.reduce((sum, { rows, scores }) => sum + rocAuc(scores, takeTarget(of, rows)), 0) / folds.length
    );
  };

  it.each(['logistic', 'forest', 'boosting'] as const)(
    'shuffled labels teach a %s model nothing',
    (family) => {
      const shuffled = target.map((_, i, all) => all[(i * 677 + 13) % rowCount]!);
      expect(auc(family, shuffled)).toBeGreaterThan(0.44);
      expect(auc(family, shuffled)).toBeLessThan(0.56);
    },
  );

  it.each(['logistic', 'forest', 'boosting'] as const)(
    'a %s model finds the signal, and a leak is plain to see',
    (family) => {
      const found = auc(family, target);
      expect(found).toBeGreaterThan(0.78);
      expect(found).toBeLessThan(0.93);
      const leak: Table = {
        rowCount,
        columns: [...table.columns, { kind: 'number', name: 'leak', values: Float64Array.from(target) }],
      };
      expect(auc(family, target, leak, [...types, 'number'])).toBeGreaterThan(0.995);
    },
  );
});
