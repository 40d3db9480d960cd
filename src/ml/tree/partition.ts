/** Divides rows between the children of a split. Both sides keep their order. */
import type { Split } from './split.ts';

/** Sets `leftBins[bin]` to 1 for the bins that go left, to 0 for the others; length 256. */
export function markLeftBins(leftBins: Uint8Array, split: Split): void {
  for (let bin = 0; bin < 256; bin++)
    leftBins[bin] =
      split.set === null
        ? Number(bin >= split.low && bin <= split.high)
        : (split.set[bin >>> 5]! >>> (bin & 31)) & 1;
}

/** Moves the rows from `start` to `end` − 1 that go left to the front; returns the place of the first that does not. */
export function partitionRows(
  rows: Int32Array,
  start: number,
  end: number,
  column: Uint8Array,
  leftBins: Uint8Array,
  scratch: Int32Array,
): number {
  let left = start;
  let right = 0;
  for (let i = start; i < end; i++) {
    const row = rows[i]!;
    const side = leftBins[column[row]!]!;
    rows[left] = row;
    scratch[right] = row;
    left += side;
    right += 1 - side;
  }
  rows.set(scratch.subarray(0, right), left);
  return left;
}

/**
 * As the first half of `partitionRows`, for a part of the rows: those that go left come to the front of the same stretch of
 * `scratch`, the others to its end, last first. Returns how many go left.
 */
export function sortSides(
  rows: Int32Array,
  start: number,
  end: number,
  column: Uint8Array,
  leftBins: Uint8Array,
  scratch: Int32Array,
): number {
  let left = start;
  let right = end - 1;
  for (let i = start; i < end; i++) {
    const row = rows[i]!;
    const side = leftBins[column[row]!]!;
    // The place that the row does not belong to is written again later.
    scratch[left] = row;
    scratch[right] = row;
    left += side;
    right -= 1 - side;
  }
  return left - start;
}

/** The second half: the `leftCount` rows at the front of the stretch go to `leftTo` and on, the others to `rightTo`. */
export function placeSides(
  rows: Int32Array,
  start: number,
  end: number,
  leftCount: number,
  leftTo: number,
  rightTo: number,
  scratch: Int32Array,
): void {
  const middle = start + leftCount;
  for (let i = start, to = leftTo; i < middle; i++, to++) rows[to] = scratch[i]!;
  for (let i = end - 1, to = rightTo; i >= middle; i--, to++) rows[to] = scratch[i]!;
}
