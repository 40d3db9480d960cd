/** The rows of a customer are found through the index, however many slices it has and whoever wrote it. */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeChunk, openChunkFile } from '../../../src/store/score-files/chunks.ts';
import { dropRows, findRows, makeIndex } from '../../../src/store/score-files/customer-index.ts';
import { hashOf } from '../../../src/store/score-files/customers.ts';
import { customersFile } from '../../../src/store/score-files/names.ts';
import { findScoredBatch, withScoresOf } from '../../../src/store/score-files/store.ts';
import type { ScoreStore, ScoredBatch } from '../../../src/store/score-files/store.ts';
import { createScoreStore, insertPlainBatch, writeScores } from '../../helpers/plain-scores.ts';

const customers = Array.from({ length: 300 }, (_, i) => (i % 10 === 9 ? null : `customer ${i % 100}`));
const expectedRows = (id: string): number[] => customers.flatMap((one, row) => (one === id ? [row] : []));

let store: ScoreStore & { readonly close: () => Promise<void> };
let batch: ScoredBatch;
let path: string;
beforeEach(async () => {
  store = await createScoreStore();
  const { id, file } = await insertPlainBatch(store);
  const rows = customers.map((customerId, i) => ({ rowNumber: i + 2, probability: 0.5, customerId }));
  await writeScores(store, { id, file }, { features: [], actions: [] }, rows, 50);
  batch = (await findScoredBatch(store.db, id))!;
  path = join(store.folder, customersFile(file));
});
afterEach(() => store.close());

function make(rowsAtOnce: number): void {
  withScoresOf(store, batch, (file) => {
    makeIndex({ ...store, rowsAtOnce }, batch, file);
  });
}

function countChunks(): number {
  const index = openChunkFile(path, null);
  index.close();
  return index.chunks.length;
}

function checkRows(): void {
  for (const id of new Set(customers))
    if (id !== null) expect(findRows(store, batch, id)).toEqual(expectedRows(id));
  expect(findRows(store, batch, 'nobody')).toEqual([]);
}

describe('the index of customers', () => {
  it.each([1000, 100, 7])('finds all rows of a customer with %i rows at once in memory', (rowsAtOnce) => {
    make(rowsAtOnce);
    expect(countChunks()).toBe(Math.ceil(customers.length / rowsAtOnce));
    checkRows();
  });

  it('is made when somebody is looked for and there is none', () => {
    expect(findRows(store, batch, 'customer 5')).toEqual(expectedRows('customer 5'));
    expect(existsSync(path)).toBe(true);
  });

  it('is made again where a slice is missing', () => {
    make(100);
    const bytes = readFileSync(path);
    const index = openChunkFile(path, null);
    index.close();
    writeFileSync(path, bytes.subarray(0, index.chunks[1]!.end));
    checkRows();
    expect(readFileSync(path).equals(bytes)).toBe(false);
  });

  it('is read as earlier versions wrote it: one chunk that does not say how many there are', () => {
    const entries = customers
      .flatMap((id, row) => (id === null ? [] : [{ row, hash: hashOf(Buffer.from(id), 0, id.length) }]))
      .sort((a, b) => a.hash - b.hash || a.row - b.row);
    const meta = { kind: 'customers', rows: batch.scoreRows, bytes: batch.scoreBytes };
    const hashes = Uint32Array.from(entries, ({ hash }) => hash);
    const bytes = encodeChunk(meta, { hashes, rows: Uint32Array.from(entries, ({ row }) => row) });
    writeFileSync(path, bytes);
    checkRows();
    expect(readFileSync(path)).toEqual(bytes);
  });

  it('gives up rows that were erased, and stays as it is where there are none', () => {
    make(100);
    dropRows(store, batch, [15, 115]);
    expect(findRows(store, batch, 'customer 15')).toEqual([215]);
    expect(findRows(store, batch, 'customer 16')).toEqual(expectedRows('customer 16'));
    expect(countChunks()).toBe(3);
    rmSync(path);
    dropRows(store, batch, [1]);
    expect(existsSync(path)).toBe(false);
  });
});
