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
  const middle = start + sortSides(rows, start, end, column, leftBins, scratch);
  rows.set(scratch.subarray(start, start + end - middle), middle);
  return middle;
}

/**
 * The first half of `partitionRows`, for a part of the rows: those that go left come to the front of the stretch, copies of
 * the others to that of the same stretch of `scratch`. Returns how many go left.
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
  let right = start;
  for (let i = start; i < end; i++) {
    const row = rows[i]!;
    const side = leftBins[column[row]!]!;
    // The place that the row does not belong to is written again later.
    rows[left] = row;
    scratch[right] = row;
    left += side;
    right += 1 - side;
  }
  return left - start;
}

/**
 * The second half, for parts one after the other: `cuts` says where each begins and, last, where they end, `leftCounts` how
 * many rows of each go left. Returns as `partitionRows` does.
 */
export function joinSides(
  rows: Int32Array,
  cuts: readonly number[],
  leftCounts: Int32Array,
  scratch: Int32Array,
): number {
  const middle = joinFronts(rows, cuts, leftCounts);
  let to = middle;
  for (let part = 0; part + 1 < cuts.length; part++) {
    const rights = cuts[part + 1]! - cuts[part]! - leftCounts[part]!;
    rows.set(scratch.subarray(cuts[part], cuts[part]! + rights), to);
    to += rights;
  }
  return middle;
}

/** Moves the first `counts[part]` rows of each part to the front of all; returns the place after them. */
export function joinFronts(rows: Int32Array, cuts: readonly number[], counts: Int32Array): number {
  let to = cuts[0]!;
  for (let part = 0; part + 1 < cuts.length; part++) {
    rows.copyWithin(to, cuts[part]!, cuts[part]! + counts[part]!);
    to += counts[part]!;
  }
  return to;
}
