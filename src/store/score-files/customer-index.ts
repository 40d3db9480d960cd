/**
 * Which rows of a batch are of which customer: a hash of each identifier with its row, sorted by hash and row. Hashes of
 * different identifiers can be equal, so whoever finds one compares the identifiers themselves. The file can be made
 * again from the scores, and is when it is missing or does not fit them.
 */
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DamagedRecord } from '../../errors.ts';
import { privateFile } from '../../private-files.ts';
import { encodeChunk, openChunkFile } from './chunks.ts';
import type { ChunkFile } from './chunks.ts';
import { giveBack } from './column-memory.ts';
import { textColumn } from './encoding.ts';
import { groupOf } from './group-view.ts';
import type { TextColumn } from './group.ts';
import { customersFile } from './names.ts';
import type { ScoreFile } from './reader.ts';
import { openScoresOf } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/** Rows with an identifier; sorted by hash, rows of the same hash ascending. */
export interface CustomerIndex {
  readonly hashes: Uint32Array;
  readonly rows: Uint32Array;
}

/** The identifiers of all rows: about 14 bytes a row. */
export function readIdentifiers(file: ScoreFile): TextColumn {
  const ends = new Uint32Array(file.rowCount);
  let bytes: Buffer<ArrayBuffer> = Buffer.allocUnsafeSlow(0);
  let row = 0;
  let start = 0;
  // One group after the other: all of them beside the whole would be twice the memory.
  for (const group of file.groups.keys()) {
    const part = file.identifiers(group);
    // What was erased of a group leaves bytes behind its last text.
    const length = part.ends.at(-1) ?? 0;
    const share = (row + part.ends.length) / file.rowCount;
    if (start + length > bytes.length) bytes = longer(bytes, start + length, share);
    bytes.set(part.bytes.subarray(0, length), start);
    for (const end of part.ends) ends[row++] = start + end;
    start += length;
    giveBack(part.bytes);
    giveBack(part.ends);
  }
  return { bytes: bytes.subarray(0, start), ends };
}

/** `share`: of all rows those that need so many bytes. Others are likely to be as long, but need not be. */
function longer(bytes: Buffer<ArrayBuffer>, needed: number, share: number): Buffer<ArrayBuffer> {
  const larger = Buffer.allocUnsafeSlow(Math.ceil(Math.min((1.1 * needed) / share, 2 * needed + 2 ** 24)));
  larger.set(bytes);
  return larger;
}

export function buildIndex({ bytes, ends }: TextColumn): CustomerIndex {
  const hashes = new Uint32Array(ends.length);
  const rows = new Uint32Array(ends.length);
  let count = 0;
  let start = 0;
  for (let row = 0; row < ends.length; row++) {
    const end = ends[row]!;
    if (end > start) {
      hashes[count] = hashOf(bytes, start, end);
      rows[count++] = row;
    }
    start = end;
  }
  return sortByHash({ hashes: hashes.subarray(0, count), rows: rows.subarray(0, count) });
}

/** The entries of some rows. */
export function keepRows({ hashes, rows }: CustomerIndex, isKept: (row: number) => boolean): CustomerIndex {
  const kept = { hashes: new Uint32Array(rows.length), rows: new Uint32Array(rows.length) };
  let count = 0;
  for (let i = 0; i < rows.length; i++) {
    if (!isKept(rows[i]!)) continue;
    kept.hashes[count] = hashes[i]!;
    kept.rows[count++] = rows[i]!;
  }
  return { hashes: kept.hashes.subarray(0, count), rows: kept.rows.subarray(0, count) };
}

/** FNV-1a, its bits mixed once more: similar identifiers differ in all bits. */
export function hashOf(bytes: Uint8Array, from: number, until: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < until; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}

const digitBits = 11;

/** A radix sort, three digits of eleven bits, lowest first: rows of the same hash keep their order. */
function sortByHash(index: CustomerIndex): CustomerIndex {
  const count = index.hashes.length;
  let from = index;
  let to: CustomerIndex = { hashes: new Uint32Array(count), rows: new Uint32Array(count) };
  for (let shift = 0; shift < 32; shift += digitBits) {
    sortByDigit(from, to, shift);
    [from, to] = [to, from];
  }
  return from;
}

/** Its arrays are looked up once: this runs three million times for a million rows. */
function sortByDigit(from: CustomerIndex, to: CustomerIndex, shift: number): void {
  const mask = 2 ** digitBits - 1;
  const { hashes, rows } = from;
  const { hashes: sortedHashes, rows: sortedRows } = to;
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
    sortedRows[place] = rows[i]!;
  }
}

/** True where two rows have the same identifier. */
export function isSameText(a: TextColumn, rowA: number, b: TextColumn, rowB: number): boolean {
  const startA = rowA === 0 ? 0 : a.ends[rowA - 1]!;
  const startB = rowB === 0 ? 0 : b.ends[rowB - 1]!;
  const length = a.ends[rowA]! - startA;
  if (b.ends[rowB]! - startB !== length) return false;
  for (let i = 0; i < length; i++) if (a.bytes[startA + i] !== b.bytes[startB + i]) return false;
  return true;
}

/** Whole or not at all; nothing waits for the disk, since it can be made again. */
export function writeIndex(
  { folder }: ScoreStore,
  batch: ScoredBatch,
  { hashes, rows }: CustomerIndex,
): void {
  const path = join(folder, customersFile(batch.file));
  const meta = { kind: 'customers', rows: batch.scoreRows, bytes: batch.scoreBytes };
  writeFileSync(`${path}.part`, encodeChunk(meta, { hashes, rows }), { mode: privateFile });
  renameSync(`${path}.part`, path);
}

/** The index of a batch, made again where there is none that fits. */
export function readIndex(store: ScoreStore, batch: ScoredBatch, file: ScoreFile): CustomerIndex {
  const stored = withIndexFile(store, batch, (index) => ({
    hashes: index.read(index.chunks[0]!, 'hashes', 'u32'),
    rows: index.read(index.chunks[0]!, 'rows', 'u32'),
  }));
  if (stored) return stored;
  const built = buildIndex(readIdentifiers(file));
  writeIndex(store, batch, built);
  return built;
}

/** The rows of a batch with this identifier, ascending. Only a few entries of the index are read. */
export function findRows(store: ScoreStore, batch: ScoredBatch, customerId: string): number[] {
  const wanted: TextColumn = textColumn([customerId]);
  const hash = hashOf(wanted.bytes, 0, wanted.bytes.length);
  const candidates = withIndexFile(store, batch, (index) => candidatesIn(index, hash));
  if (candidates?.length === 0) return [];
  const file = openScoresOf(store, batch);
  try {
    const rows = candidates ?? readIndexRows(readIndex(store, batch, file), hash);
    return rows.filter((row) => {
      const group = groupOf(file, row);
      const from = row - file.groups[group]!.firstRow;
      return isSameText(file.identifiers(group, { from, until: from + 1 }), 0, wanted, 0);
    });
  } finally {
    file.close();
  }
}

/** How many entries are read at once. */
const entriesAtOnce = 1024;

function candidatesIn(index: ChunkFile, hash: number): number[] {
  const chunk = index.chunks[0]!;
  const count = index.lengthOf(chunk, 'hashes');
  const hashesOf = (from: number, until: number): Uint32Array =>
    index.readPart(chunk, 'hashes', 'u32', { from, until: Math.min(until, count) });
  let first = 0;
  for (let end = count; first < end;) {
    const middle = (first + end) >>> 1;
    if (hashesOf(middle, middle + 1)[0]! < hash) first = middle + 1;
    else end = middle;
  }
  const rows: number[] = [];
  for (let from = first; from < count; from += entriesAtOnce) {
    const until = Math.min(from + entriesAtOnce, count);
    const others = hashesOf(from, until).findIndex((other) => other !== hash);
    const equal = others === -1 ? until - from : others;
    rows.push(...index.readPart(chunk, 'rows', 'u32', { from, until: from + equal }));
    if (others !== -1) break;
  }
  return rows;
}

function readIndexRows({ hashes, rows }: CustomerIndex, hash: number): number[] {
  const first = firstOf(hashes, hash);
  const found: number[] = [];
  for (let i = first; hashes[i] === hash; i++) found.push(rows[i]!);
  return found;
}

/** The first place of a hash in sorted ones, or where it would be. */
export function firstOf(hashes: Uint32Array, hash: number): number {
  let low = 0;
  let high = hashes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (hashes[middle]! < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** undefined: there is none, or it was not made from these scores. */
function withIndexFile<T>(
  { folder }: ScoreStore,
  { file, scoreRows, scoreBytes }: ScoredBatch,
  work: (index: ChunkFile) => T,
): T | undefined {
  let index: ChunkFile | undefined;
  try {
    index = openChunkFile(join(folder, customersFile(file)), null);
    const meta = index.chunks[0]?.meta as { readonly rows?: unknown; readonly bytes?: unknown } | undefined;
    return meta?.rows === scoreRows && meta.bytes === scoreBytes ? work(index) : undefined;
  } catch (error) {
    if (error instanceof DamagedRecord) return undefined;
    throw error;
  } finally {
    index?.close();
  }
}
