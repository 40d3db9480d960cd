/**
 * Texts by 64 bits of hash. Of two million different texts, two have the same hash with a probability of one in ten
 * million; what rests on it are notes for people, never a score.
 */
import type { TextColumn } from '../../../store/score-files/group.ts';

/** Of the texts of the given rows, two words each. */
export function hashTexts({ bytes, ends }: TextColumn, rows: Uint32Array): Uint32Array {
  const hashes = new Uint32Array(2 * rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    const from = row === 0 ? 0 : ends[row - 1]!;
    const to = ends[row]!;
    let a = 0x2c1b3c6d;
    let b = to - from;
    for (let at = from; at < to; at++) {
      const byte = bytes[at]!;
      a = Math.imul(rotated(a ^ byte, 13), 0x85ebca6b);
      b = Math.imul(rotated(b ^ byte, 17), 0xcc9e2d51);
    }
    hashes[2 * i] = mixed(a ^ rotated(b, 16));
    hashes[2 * i + 1] = mixed(Math.imul(b, 5) ^ a);
  }
  return hashes;
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}

/** So that every bit of the word tells in every other. */
function mixed(word: number): number {
  let x = Math.imul(word ^ (word >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return x ^ (x >>> 16);
}

export interface SeenHashes {
  /** Whether the pair of words was seen before. */
  isRepeated: (a: number, b: number) => boolean;
}

/** Remembers the first `most` different pairs, in 16 to 32 bytes each; `expected`: how many there may be. */
export function createSeenHashes(most: number, expected = 0): SeenHashes {
  let pairs = new Uint32Array(2 ** Math.ceil(Math.log2(4 * Math.max(1024, Math.min(most, expected)))));
  let size = 0;

  /** Where the pair is, or else a free place for it: one of two zeros. */
  const placeOf = (a: number, b: number): number => {
    const mask = pairs.length - 2;
    let place = (2 * a) & mask;
    while ((pairs[place] !== a || pairs[place + 1] !== b) && (pairs[place] !== 0 || pairs[place + 1] !== 0))
      place = (place + 2) & mask;
    return place;
  };
  const grow = (): void => {
    const before = pairs;
    pairs = new Uint32Array(2 * before.length);
    for (let i = 0; i < before.length; i += 2) {
      const place = placeOf(before[i]!, before[i + 1]!);
      pairs[place] = before[i]!;
      pairs[place + 1] = before[i + 1]!;
    }
  };

  return {
    isRepeated: (a, b) => {
      const second = a === 0 && b === 0 ? 1 : b;
      const place = placeOf(a, second);
      if (pairs[place + 1] === second && pairs[place] === a) return true;
      if (size === most) return false;
      pairs[place] = a;
      pairs[place + 1] = second;
      size++;
      if (4 * size > pairs.length) grow();
      return false;
    },
  };
}
