import { describe, expect, it } from 'vitest';
import { giveBack, takeMemory } from '../../../src/store/score-files/column-memory.ts';

describe('the memory of columns', () => {
  it('is used again for one that is about as long', () => {
    const memory = takeMemory(100_000);
    giveBack(new Uint8Array(memory));
    expect(takeMemory(1_000)).not.toBe(memory);
    expect(takeMemory(99_000)).toBe(memory);
    expect(takeMemory(99_000)).not.toBe(memory);
  });

  it('is not kept without bound', () => {
    const given = Array.from({ length: 40 }, () => takeMemory(2 ** 20));
    for (const memory of given) giveBack(new Uint8Array(memory));
    const taken = Array.from({ length: 40 }, () => takeMemory(2 ** 20));
    expect(taken.filter((memory) => given.includes(memory)).length).toBeLessThanOrEqual(24);
  });
});
