/** For keys that many rows may share: open addressing in one typed array, as a Map ends at 16 million entries. */

/** For each row the first one with the same key; the row itself where there is none before it, and where its key is NaN. */
export function firstRows(keys: Float64Array): Int32Array {
  const mask = 2 ** Math.ceil(Math.log2(2 * Math.max(1, keys.length))) - 1;
  /** Row + 1; 0: free. */
  const slots = new Int32Array(mask + 1);
  const first = new Int32Array(keys.length);
  for (let row = 0; row < keys.length; row++) {
    const key = keys[row]!;
    first[row] = row;
    if (key !== key) continue;
    let slot = hashOf(key) & mask;
    while (slots[slot]! > 0 && keys[slots[slot]! - 1] !== key) slot = (slot + 1) & mask;
    if (slots[slot] === 0) slots[slot] = row + 1;
    else first[row] = slots[slot]! - 1;
  }
  return first;
}

/** Rows whose key an earlier row has. */
export function countRepeats(first: Int32Array): number {
  let count = 0;
  for (let row = 0; row < first.length; row++) if (first[row] !== row) count++;
  return count;
}

/** Of all 53 bits of a whole number. */
function hashOf(key: number): number {
  const low = key | 0;
  const high = (key / 2 ** 32) | 0;
  const mixed = Math.imul(low ^ Math.imul(high, 0x9e3779b1), 0x85ebca6b);
  return mixed ^ (mixed >>> 15);
}
