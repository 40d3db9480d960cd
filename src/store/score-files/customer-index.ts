/**
 * Which rows of a batch are of which customer: a hash of each identifier with its row, sorted by hash and row, in a file
 * with a chunk for each slice of the hashes. Whoever finds a row compares the identifier itself. The file can be made
 * again from the scores, and is when it is missing or does not fit them.
 */
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { DamagedRecord } from '../../errors.ts';
import { privateFile } from '../../private-files.ts';
import { SpareMemory } from '../../spare-memory.ts';
import { encodeChunk, openChunkFile } from './chunks.ts';
import type { Chunk, ChunkFile } from './chunks.ts';
import { giveBack, takeMemory } from './column-memory.ts';
import { hashOf, isSameText, SliceReader, sliceOf, slicesOf } from './customers.ts';
import type { Customers, Slice } from './customers.ts';
import { textColumn } from './encoding.ts';
import { groupOf } from './group-view.ts';
import { customersFile } from './names.ts';
import type { ScoreFile } from './reader.ts';
import { openScoresOf } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/** Of the first chunk; `slices` is missing in files of earlier versions, which have one chunk. */
interface IndexMeta {
  readonly rows?: unknown;
  readonly bytes?: unknown;
  readonly slices?: unknown;
}

/** Makes the index of a batch from its scores. `visit` sees the customers of each slice. */
export function makeIndex(
  store: ScoreStore,
  batch: ScoredBatch,
  file: ScoreFile,
  visit: (customers: Customers, slice: Slice) => void = () => undefined,
): void {
  const slices = slicesOf(store, file.rowCount);
  const meta = { kind: 'customers', rows: batch.scoreRows, bytes: batch.scoreBytes, slices: slices.length };
  const reader = new SliceReader();
  writeWhole(store, batch, (append) => {
    for (const slice of slices) {
      const customers = reader.ofFile(file, slice);
      const rows = rowsByHash(customers);
      append(meta, { hashes: customers.hashes, rows });
      giveBack(rows);
      visit(customers, slice);
    }
  });
}

function rowsByHash({ places, rows }: Customers): Uint32Array {
  const byHash = new Uint32Array(takeMemory(4 * places.length), 0, places.length);
  for (let i = 0; i < places.length; i++) byHash[i] = rows[places[i]!]!;
  return byHash;
}

/** Takes rows out of the index of a batch. */
export function dropRows(store: ScoreStore, batch: ScoredBatch, dropped: readonly number[]): void {
  withIndexFile(store, batch, (index) => {
    writeWhole(store, batch, (append) => {
      for (const chunk of index.chunks) {
        const hashes = index.read(chunk, 'hashes', 'u32');
        const rows = index.read(chunk, 'rows', 'u32');
        const isKept = (_: number, i: number): boolean => !dropped.includes(rows[i]!);
        append(chunk.meta as object, {
          hashes: hashes.filter(isKept),
          rows: rows.filter(isKept),
        });
      }
    });
  });
}

type AppendChunk = (
  meta: object,
  arrays: { readonly hashes: Uint32Array; readonly rows: Uint32Array },
) => void;

/** Whole or not at all; nothing waits for the disk, since it can be made again. */
function writeWhole({ folder }: ScoreStore, batch: ScoredBatch, work: (append: AppendChunk) => void): void {
  const path = join(folder, customersFile(batch.file));
  // Several threads may make the same index.
  const partial = `${path}.${process.pid}-${threadId}.part`;
  const descriptor = openSync(partial, 'w', privateFile);
  const spare = new SpareMemory();
  try {
    work((meta, arrays) => {
      const bytes = encodeChunk(meta, arrays, spare);
      for (let written = 0; written < bytes.length;) written += writeSync(descriptor, bytes, written);
      spare.give(bytes);
    });
    renameSync(partial, path);
  } finally {
    closeSync(descriptor);
    rmSync(partial, { force: true });
  }
}

/** The rows of a batch with this identifier, ascending. Only a few entries of the index are read. */
export function findRows(store: ScoreStore, batch: ScoredBatch, customerId: string): number[] {
  const wanted = textColumn([customerId]);
  const hash = hashOf(wanted.bytes, 0, wanted.bytes.length);
  const candidates = withIndexFile(store, batch, (index) => candidatesIn(index, hash));
  if (candidates?.length === 0) return [];
  const file = openScoresOf(store, batch);
  try {
    const rows = candidates ?? candidatesAnew(store, batch, file, hash);
    return rows.filter((row) => {
      const group = groupOf(file, row);
      const from = row - file.groups[group]!.firstRow;
      return isSameText(file.identifiers(group, { from, until: from + 1 }), 0, wanted, 0);
    });
  } finally {
    file.close();
  }
}

function candidatesAnew(store: ScoreStore, batch: ScoredBatch, file: ScoreFile, hash: number): number[] {
  const rows: number[] = [];
  makeIndex(store, batch, file, (customers) => {
    for (const [i, other] of customers.hashes.entries())
      if (other === hash) rows.push(customers.rows[customers.places[i]!]!);
  });
  return rows;
}

/** How many entries are read at once. */
const entriesAtOnce = 1024;

function candidatesIn(index: ChunkFile, hash: number): number[] {
  const chunk = index.chunks[sliceOf(hash, index.chunks.length)]!;
  const count = index.lengthOf(chunk, 'hashes');
  const hashesOf = (from: number, until: number): Uint32Array =>
    index.readPart(chunk, 'hashes', 'u32', { from, until: Math.min(until, count) });
  const rows: number[] = [];
  for (let from = firstEntry(hashesOf, count, hash); from < count; from += entriesAtOnce) {
    const until = Math.min(from + entriesAtOnce, count);
    const others = hashesOf(from, until).findIndex((other) => other !== hash);
    const equal = others === -1 ? until - from : others;
    rows.push(...index.readPart(chunk, 'rows', 'u32', { from, until: from + equal }));
    if (others !== -1) break;
  }
  return rows;
}

/** The first entry of a hash, or where it would be. */
function firstEntry(
  hashesOf: (from: number, until: number) => Uint32Array,
  count: number,
  hash: number,
): number {
  let first = 0;
  for (let end = count; first < end;) {
    const middle = (first + end) >>> 1;
    if (hashesOf(middle, middle + 1)[0]! < hash) first = middle + 1;
    else end = middle;
  }
  return first;
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
    const { rows, bytes, slices = 1 } = metaOf(index.chunks[0]);
    const fits = rows === scoreRows && bytes === scoreBytes && slices === index.chunks.length;
    return fits ? work(index) : undefined;
  } catch (error) {
    if (error instanceof DamagedRecord) return undefined;
    throw error;
  } finally {
    index?.close();
  }
}

/** The CRC of the description was checked: `makeIndex` wrote it. */
function metaOf(chunk: Chunk | undefined): IndexMeta {
  return chunk?.meta ?? {};
}
