import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/ml/math/random.ts';

describe('filling with random bits', () => {
  it('takes the same bits as drawing one number at a time, and goes on after them', () => {
    const [one, other] = [createRandom(9), createRandom(9)];
    const words = new Int32Array(50);
    one.fill(words);
    for (const word of words) expect((word >>> 0) / 2 ** 32).toBe(other.next());
    expect(one.next()).toBe(other.next());
  });
});
