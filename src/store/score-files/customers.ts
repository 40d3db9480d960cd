/**
 * The customers of a batch by the hash of their identifier, one slice of all hashes after the other, so that memory does
 * not grow with the number of rows. Different identifiers can have the same hash: the identifiers themselves are compared.
 */
import { giveBack } from './column-memory.ts';
import { textColumn } from './encoding.ts';
import type { TextColumn } from './group.ts';
import type { ScoreFile } from './reader.ts';
import type { ScoreStore } from './store.ts';

/** One of `count` equal parts of all hashes. */
export interface Slice {
  readonly number: number;
  readonly count: number;
}

/** Rows with an identifier whose hash lies in a slice. */
export interface Customers {
  /** Ascending; of the same hash in the order of the rows. */
  readonly hashes: Uint32Array;
  /** Of each hash: its place in `rows` and `identifiers`. */
  readonly places: Uint32Array;
  /** Rows of the batch, ascending. */
  readonly rows: Uint32Array;
  readonly identifiers: TextColumn;
}

/** About 40 MB. Each further slice is one more pass over the identifiers: 0.03 s for a million of them. */
const rowsPerSlice = 2 ** 20;

/** Slices of about as many rows as may be in memory at once. */
export function slicesOf({ rowsAtOnce = rowsPerSlice }: ScoreStore, rowCount: number): Slice[] {
  const count = Math.max(1, Math.ceil(rowCount / rowsAtOnce));
  return Array.from({ length: count }, (_, number) => ({ number, count }));
}

/** The number of the slice that a hash lies in. */
export function sliceOf(hash: number, count: number): number {
  return Math.floor((hash / 2 ** 32) * count);
}

/** FNV-1a, its bits mixed once more: similar identifiers differ in all bits. */
export function hashOf(bytes: Uint8Array, from: number, until: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < until; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

/** Reads each slice into the memory of the one before it, which is gone then. */
export class SliceReader {
  private hashes = new Uint32Array(0);
  private rows = new Uint32Array(0);
  private ends = new Uint32Array(0);
  private bytes = new Uint8Array(0);
  private count = 0;
  private readonly sorting = new HashSorting();

  ofFile(file: ScoreFile, slice: Slice): Customers {
    this.count = 0;
    // Memory that is not written to costs nothing.
    const expected = Math.ceil((1.1 * file.rowCount) / slice.count);
    for (const [group, { firstRow }] of file.groups.entries()) {
      const identifiers = file.identifiers(group);
      this.reserve(identifiers, expected);
      this.add(identifiers, firstRow, slice);
      giveBack(identifiers.bytes);
      giveBack(identifiers.ends);
    }
    return this.sorted();
  }

  /** The row of a text is its place in the list. */
  ofTexts(texts: readonly string[], slice: Slice): Customers {
    this.count = 0;
    const identifiers = textColumn(texts);
    this.reserve(identifiers, texts.length);
    this.add(identifiers, 0, slice);
    return this.sorted();
  }

  /** Room for these texts; `expected`: how many there will be in all. */
  private reserve({ ends }: TextColumn, expected: number): void {
    const added = ends.length;
    const addedBytes = ends.at(-1) ?? 0;
    const rows = Math.max(expected, this.count + added);
    this.hashes = longer(Uint32Array, this.hashes, rows);
    this.rows = longer(Uint32Array, this.rows, rows);
    this.ends = longer(Uint32Array, this.ends, rows);
    const used = this.count === 0 ? 0 : this.ends[this.count - 1]!;
    const bytes = Math.max(used + addedBytes, Math.ceil((addedBytes / added) * expected));
    this.bytes = longer(Uint8Array, this.bytes, bytes);
  }

  /** Its arrays are looked up once: this runs for every row of a batch. */
  private add(texts: TextColumn, firstRow: number, { number, count }: Slice): void {
    const { hashes, rows, ends, bytes } = this;
    let place = this.count;
    let to = place === 0 ? 0 : ends[place - 1]!;
    // Of a single slice the bytes are copied at once.
    if (count === 1) bytes.set(texts.bytes.subarray(0, texts.ends.at(-1) ?? 0), to);
    let start = 0;
    for (let i = 0; i < texts.ends.length; i++) {
      const from = start;
      start = texts.ends[i]!;
      if (start === from) continue;
      const hash = hashOf(texts.bytes, from, start);
      if (count > 1 && sliceOf(hash, count) !== number) continue;
      if (count === 1) to += start - from;
      else for (let at = from; at < start; at++) bytes[to++] = texts.bytes[at]!;
      hashes[place] = hash;
      rows[place] = firstRow + i;
      ends[place++] = to;
    }
    this.count = place;
  }

  private sorted(): Customers {
    const { count } = this;
    const identifiers = { bytes: this.bytes, ends: this.ends.subarray(0, count) };
    return {
      ...this.sorting.sort(this.hashes.subarray(0, count)),
      rows: this.rows.subarray(0, count),
      identifiers,
    };
  }
}

function longer<T extends Uint8Array | Uint32Array>(
  Kind: new (length: number) => T,
  array: T,
  length: number,
): T {
  if (length <= array.length) return array;
  const larger = new Kind(Math.max(length, Math.ceil(1.25 * array.length)));
  larger.set(array);
  return larger;
}

type SortedHashes = Pick<Customers, 'hashes' | 'places'>;

const digitBits = 11;

/** A radix sort, three digits of eleven bits, lowest first: places of the same hash keep their order. */
class HashSorting {
  private one = entriesFor(0);
  private other = entriesFor(0);

  sort(hashes: Uint32Array): SortedHashes {
    const { length } = hashes;
    if (length > this.one.hashes.length) {
      // The next slice is about as long, but not quite.
      this.one = entriesFor(1.1 * length);
      this.other = entriesFor(1.1 * length);
    }
    for (let i = 0; i < length; i++) this.other.places[i] = i;
    const first = { hashes, places: this.other.places.subarray(0, length) };
    const [one, other] = [firstOf(this.one, length), firstOf(this.other, length)];
    sortByDigit(first, one, 0);
    sortByDigit(one, other, digitBits);
    sortByDigit(other, one, 2 * digitBits);
    return one;
  }
}

function entriesFor(count: number): SortedHashes {
  return { hashes: new Uint32Array(Math.ceil(count)), places: new Uint32Array(Math.ceil(count)) };
}

function firstOf({ hashes, places }: SortedHashes, count: number): SortedHashes {
  return { hashes: hashes.subarray(0, count), places: places.subarray(0, count) };
}

/** Its arrays are looked up once: this runs three million times for a million rows. */
function sortByDigit(from: SortedHashes, to: SortedHashes, shift: number): void {
  const mask = 2 ** digitBits - 1;
  const { hashes, places } = from;
  const { hashes: sortedHashes, places: sortedPlaces } = to;
  const next = new Uint32Array(mask + 1);
  const count = hashes.length;
  for (let i = 0; i < count; i++) next[(hashes[i]! >>> shift) & mask]!++;
  let start = 0;
  for (let digit = 0; digit <= mask; digit++) {
    const ofDigit = next[digit]!;
    next[digit] = start;
    start += ofDigit;
  }
  for (let i = 0; i < count; i++) {
    const hash = hashes[i]!;
    const place = next[(hash >>> shift) & mask]!++;
    sortedHashes[place] = hash;
    sortedPlaces[place] = places[i]!;
  }
}

/** Drops the entries of the other rows, in place. */
export function keepRows(customers: Customers, isKept: (row: number, place: number) => boolean): Customers {
  const { hashes, places, rows } = customers;
  let count = 0;
  for (let i = 0; i < hashes.length; i++) {
    const place = places[i]!;
    if (!isKept(rows[place]!, place)) continue;
    hashes[count] = hashes[i]!;
    places[count++] = place;
  }
  return { ...customers, ...firstOf(customers, count) };
}

/** True where two texts are the same. */
export function isSameText(a: TextColumn, i: number, b: TextColumn, j: number): boolean {
  const startA = i === 0 ? 0 : a.ends[i - 1]!;
  const startB = j === 0 ? 0 : b.ends[j - 1]!;
  const length = a.ends[i]! - startA;
  if (b.ends[j]! - startB !== length) return false;
  for (let at = 0; at < length; at++) if (a.bytes[startA + at] !== b.bytes[startB + at]) return false;
  return true;
}

/**
 * Pairs of rows of the same slice with the same identifier, found by going along both. Of `b` each customer may have one
 * row only: a customer with very many rows in both would be very many pairs.
 */
export function visitSame(
  a: Customers,
  b: Customers,
  visit: (rowA: number, rowB: number, placeB: number) => void,
): void {
  for (let i = 0, j = 0; i < a.hashes.length && j < b.hashes.length;) {
    if (a.hashes[i]! < b.hashes[j]!) i++;
    else if (a.hashes[i]! > b.hashes[j]!) j++;
    else {
      const hash = a.hashes[i]!;
      let end = j;
      while (b.hashes[end] === hash) end++;
      for (; a.hashes[i] === hash; i++)
        for (let k = j; k < end; k++) {
          const [placeA, placeB] = [a.places[i]!, b.places[k]!];
          if (isSameText(a.identifiers, placeA, b.identifiers, placeB))
            visit(a.rows[placeA]!, b.rows[placeB]!, placeB);
        }
      j = end;
    }
  }
}

/** Visits all rows of each customer but the last. */
export function visitRepeated(
  { hashes, places, rows, identifiers }: Customers,
  visit: (row: number) => void,
): void {
  for (let from = 0, until = 1; from < hashes.length; from = until++) {
    while (hashes[until] === hashes[from]) until++;
    const kept: number[] = [];
    if (until - from > 1)
      for (let i = until - 1; i >= from; i--) {
        const place = places[i]!;
        if (kept.some((last) => isSameText(identifiers, last, identifiers, place))) visit(rows[place]!);
        else kept.push(place);
      }
  }
}
