/**
 * What cells are read as, by the bytes of their text: an exact dictionary without strings. Levels are in it from the
 * beginning; other spellings come to it when a cell has been read carefully, as long as there is room.
 */
import type { ReadCell } from './cell-reading.ts';

/** A column of free text must neither fill the memory nor keep other columns' spellings out. */
const roomForAll = 16_384;
const roomForOne = 4_096;
const bytesEach = 24;
/** Beyond this a text is not worth keeping. */
const longest = 256;

export interface Spellings {
  /** An id to read `cells` and `codes` at; −1: not known. `hash`: `hashOf` the same bytes. */
  find: (feature: number, hash: number, bytes: Uint8Array, start: number, end: number) => number;
  /** Keeps what the bytes are read as, if there is room. */
  keep: (cell: ReadCell, hash: number, bytes: Uint8Array, start: number, end: number) => void;
  readonly cells: readonly ReadCell[];
  /** The level's code where there is nothing else to say about the cell, otherwise −1. */
  readonly codes: Int32Array;
}

const prime = 0x01000193;
export const hashStart = 0x811c9dc5 | 0;

/** One step of the hash, for loops that look at the bytes anyway. */
export function hashStep(hash: number, byte: number): number {
  return Math.imul(hash ^ byte, prime);
}

export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = hashStart;
  for (let at = start; at < end; at++) hash = hashStep(hash, bytes[at]!);
  return hash;
}

/** `levelLengths`: bytes of the levels of all features, which are to be kept first. */
export function createSpellings(featureCount: number, levelLengths: readonly number[]): Spellings {
  const levelCount = levelLengths.length;
  const capacity = levelCount + roomForAll;
  const slotCount = 2 ** Math.ceil(Math.log2(2 * capacity));
  const mask = slotCount - 1;
  /** Id + 1; 0: free. */
  const slots = new Int32Array(slotCount);
  const features = new Int32Array(capacity);
  const hashes = new Int32Array(capacity);
  const ends = new Int32Array(capacity + 1);
  const pool = new Uint8Array(levelLengths.reduce((a, b) => a + b, roomForAll * bytesEach));
  const codes = new Int32Array(capacity);
  const cells: ReadCell[] = [];
  const room = new Int32Array(featureCount).fill(roomForOne);

  const slotOf = (feature: number, hash: number): number => {
    const mixed = hash + Math.imul(feature, 0x9e3779b1);
    return (mixed ^ (mixed >>> 15)) & mask;
  };
  const isSame = (id: number, bytes: Uint8Array, start: number, end: number): boolean => {
    const from = ends[id]!;
    if (ends[id + 1]! - from !== end - start) return false;
    for (let k = end - start - 1; k >= 0; k--) if (pool[from + k] !== bytes[start + k]) return false;
    return true;
  };

  return {
    find: (feature, hash, bytes, start, end) => {
      for (let slot = slotOf(feature, hash); slots[slot] !== 0; slot = (slot + 1) & mask) {
        const id = slots[slot]! - 1;
        if (hashes[id] === hash && features[id] === feature && isSame(id, bytes, start, end)) return id;
      }
      return -1;
    },
    keep: (cell, hash, bytes, start, end) => {
      const id = cells.length;
      const { feature } = cell;
      const isLevel = id < levelCount;
      const length = end - start;
      if (!isLevel && (room[feature]!-- <= 0 || length > longest)) return;
      if (id === capacity || ends[id]! + length > pool.length) return;
      for (let k = 0; k < length; k++) pool[ends[id]! + k] = bytes[start + k]!;
      ends[id + 1] = ends[id]! + length;
      hashes[id] = hash;
      features[id] = feature;
      codes[id] = isOnlyLevel(cell) ? cell.value : -1;
      cells.push(cell);
      let slot = slotOf(feature, hash);
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = id + 1;
    },
    cells,
    codes,
  };
}

function isOnlyLevel({ input, value, note, other, renamings, isRefused }: ReadCell): boolean {
  return (
    value >= 0 && input === value && note === null && other === null && renamings.length === 0 && !isRefused
  );
}
