import { describe, expect, it } from 'vitest';
import { compareCounts } from '../../../src/ml/monitoring/stability.ts';
import { oracle } from './oracle.ts';

const tenths = new Array<number>(10).fill(560);

describe('population stability index', () => {
  it('is what numpy and scipy compute, with what sample sizes explain and its probability', () => {
    for (const { then, now, psi, explained, probability } of oracle.stability) {
      const found = compareCounts(then, now)!;
      expect(found.psi).toBeCloseTo(psi, 12);
      expect(found.explained).toBeCloseTo(explained, 10);
      expect(Math.abs(found.probability - probability)).toBeLessThan(1e-9 + 1e-9 * probability);
    }
  });

  it('is 0 for the same shares, and finite where a bin is empty', () => {
    expect(
      compareCounts(
        tenths,
        tenths.map((count) => count / 2),
      )?.psi,
    ).toBeCloseTo(0, 12);
    expect(compareCounts(tenths, [0, ...new Array<number>(9).fill(100)])?.psi).toBeLessThan(1);
  });

  it('says nothing with fewer than five rows a bin', () => {
    expect(compareCounts(tenths, [5, 5, 5, 5, 5, 5, 5, 5, 5, 4])).toBeNull();
    expect(compareCounts(tenths, [5, 5, 5, 5, 5, 5, 5, 5, 5, 5])).not.toBeNull();
    expect(compareCounts([0], [0])).toBeNull();
    expect(compareCounts([5_000], [500])).toBeNull();
  });

  it('puts rare bins together, so that they neither block the others nor raise alarms', () => {
    const rare = compareCounts([3_000, 2_000, 6, 3, 1], [300, 200, 0, 1, 2])!;
    expect(rare.psi).toBeLessThan(0.01);
    expect(compareCounts([3_000, 2_000, 6, 3, 1], [300, 200, 0, 100, 2])?.psi).toBeGreaterThan(0.1);
  });
});
