import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  crossValidate,
  splitBy,
  stratifiedFolds,
  stratifiedSplit,
  takeTarget,
} from '../../src/ml/cross-validation.ts';
import { rocAuc } from '../../src/ml/metrics.ts';
import { createRandom } from '../../src/ml/random.ts';
import type { Table } from '../../src/ml/table.ts';
import { fitAndScore } from '../../src/ml/training.ts';

const labels = fc
  .array(fc.integer({ min: 0, max: 1 }), { minLength: 40, maxLength: 200 })
  .map((values) => Uint8Array.from([0, 0, 0, 0, 0, 1, 1, 1, 1, 1, ...values]));
const share = (target: Uint8Array) => target.reduce((sum, label) => sum + label, 0) / target.length;

describe('folds', () => {
  it('test every row once and keep the share of leavers', () => {
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

describe('honesty', () => {
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
    const folds = crossValidate(of, { folds: 5, repeats: 1, seed: 9 }, ({ train, test }, seeded) =>
      fitAndScore({ types: as }, family, on, of, train, test, seeded),
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
