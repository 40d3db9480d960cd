/** Repeatable random numbers, for tests that compare with a simpler way of finding the same. */
export interface Random {
  /** In [0, 1). */
  (): number;
  /** A whole number in [0, count). */
  below: (count: number) => number;
  pick: <T>(values: readonly T[]) => T;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (count: number): number => Math.floor(next() * count);
  return Object.assign(next, { below, pick: <T>(values: readonly T[]): T => values[below(values.length)]! });
}
