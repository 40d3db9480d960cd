/** Against scipy.stats.chisquare (tests/oracles/experiments_reference.py). */
import { describe, expect, it } from 'vitest';
import { checkSampleRatio } from '../../../src/ml/experiments/sample-ratio.ts';
import { reference } from './reference.ts';

describe('the sample ratio', () => {
  it.each(reference.sampleRatio)('of $counts', ({ counts, shares, value }) => {
    expect(checkSampleRatio(counts, shares).probability).toBeCloseTo(value, 10);
  });

  it('is a mismatch where it happens by chance once in a thousand campaigns or less', () => {
    // 500 members, a tenth of them controls: a standard deviation is 6.7.
    expect(checkSampleRatio([472, 28], [0.9, 0.1]).isMismatch).toBe(false);
    expect(checkSampleRatio([473, 27], [0.9, 0.1]).isMismatch).toBe(true);
  });

  it('is none without members', () => {
    expect(checkSampleRatio([0, 0], [0.5, 0.5])).toEqual({ probability: 1, isMismatch: false });
  });

  it.each([
    [[5], [1], 'each of at least two arms'],
    [[5, 5], [1, 0], 'must have a count and a share above 0'],
    [[5, 5], [0.5, 0.4], 'shares must add up to 1, found 0.9'],
  ])('of %j by %j is refused', (counts, shares, message) => {
    expect(() => checkSampleRatio(counts, shares)).toThrow(message);
  });
});
