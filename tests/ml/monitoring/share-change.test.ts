import { describe, expect, it } from 'vitest';
import { changeProbability, riseProbability } from '../../../src/ml/monitoring/share-change.ts';
import { oracle } from './oracle.ts';

describe('a changed share of rows', () => {
  it("has the probabilities of scipy's hypergeometric distribution", () => {
    for (const { then, now, rise, change } of oracle.shares) {
      expect(riseProbability(then, now) / rise).toBeCloseTo(1, 6);
      expect(changeProbability(then, now) / change).toBeCloseTo(1, 6);
    }
  });

  it('is nothing where no row is in question, or all are', () => {
    for (const share of [0, 1]) {
      const of = (rows: number) => ({ count: share * rows, rows });
      expect(changeProbability(of(100), of(50))).toBe(1);
    }
  });
});
