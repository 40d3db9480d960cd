/**
 * Seeded pseudo-random numbers: xoshiro128** (Blackman and Vigna, 2018, https://prng.di.unimi.it), its
 * state filled by splitmix32. The same seed gives the same sequence on every machine.
 * Not for secrets.
 */
export interface Random {
  /** Uniform in [0, 1), 32 random bits. */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** Standard normal. */
  normal(): number;
  /** Sets every entry to 32 random bits: the ones that `next` would have divided by 2³², as signed integers. */
  fill(words: Int32Array): void;
  /** An independent generator, so that parallel work does not depend on its order. */
  fork(): Random;
}

export function createRandom(seed: number): Random {
  let filler = seed >>> 0;
  const fill = (): number => {
    filler = (filler + 0x9e3779b9) >>> 0;
    let z = filler;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = fill();
  let b = fill();
  let c = fill();
  let d = fill();

  const bits = (): number => {
    const rotated = rotateLeft(Math.imul(b, 5), 7);
    const result = Math.imul(rotated, 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return result;
  };
  const next = (): number => bits() / 4294967296;

  /** As `bits` again and again, with the state in local variables. */
  const fillWords = (words: Int32Array): void => {
    let [a1, b1, c1, d1] = [a, b, c, d];
    for (let i = 0; i < words.length; i++) {
      words[i] = Math.imul(rotateLeft(Math.imul(b1, 5), 7), 9);
      const shifted = b1 << 9;
      c1 ^= a1;
      d1 ^= b1;
      b1 ^= c1;
      a1 ^= d1;
      c1 ^= shifted;
      d1 = rotateLeft(d1, 11);
    }
    [a, b, c, d] = [a1, b1, c1, d1];
  };

  return {
    next,
    fill: fillWords,
    below: (bound) => Math.floor(next() * bound),
    // Box–Muller; 1 − next() keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    fork: () => createRandom(bits()),
  };
}

/** Seeds of the generators that `count` forks would be: `createRandom` of a seed is the fork. */
export function forkSeeds(random: Random, count: number): Int32Array {
  const seeds = new Int32Array(count);
  random.fill(seeds);
  return seeds;
}

/** Fisher–Yates: reorders `items` in place. */
export function shuffle(items: Int32Array, random: Random): void {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = items[i]!;
    items[i] = items[j]!;
    items[j] = kept;
  }
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}
