/**
 * Erasing a customer from the scores of batches, in place. What is to be written is stored first, in a file that holds
 * nothing of the customer; it is applied again where a crash came in between, so that no score file stays half written.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DamagedRecord } from '../../errors.ts';
import { privateFile } from '../../private-files.ts';
import { encodeChunk, openChunkFile, patchesFor } from './chunks.ts';
import type { ColumnArray, Patch } from './chunks.ts';
import { dropRows, findRows } from './customer-index.ts';
import { inputArray, othersArray, textArrays } from './encoding.ts';
import { groupOf } from './group-view.ts';
import { noReason, reasonsPerRow } from './group.ts';
import type { ScoredFeature, TextColumn } from './group.ts';
import { erasureFile, scoreFile } from './names.ts';
import { damageOf, listScoredBatches, openScoresOf } from './store.ts';
import type { ScoreStore, ScoredBatch } from './store.ts';

/**
 * Overwrites the identifier, inputs, values, reasons and action of the customer's rows in every score file, and takes
 * them out of the indexes. The probability stays. Can be repeated. Gives how many rows were overwritten. The rows of
 * `predictions` and the CSV files are not touched: erase those first, their records are found by the identifier.
 */
export async function eraseCustomer(store: ScoreStore, customerId: string): Promise<number> {
  let erased = 0;
  for (const batch of await listScoredBatches(store.db)) {
    finishErasure(store, batch);
    const rows = findRows(store, batch, customerId);
    if (rows.length === 0) continue;
    eraseRows(store, batch, rows);
    erased += rows.length;
  }
  return erased;
}

function eraseRows(store: ScoreStore, batch: ScoredBatch, rows: readonly number[]): void {
  prepareErasure(store, batch, rows);
  finishErasure(store, batch);
  dropRows(store, batch, rows);
}

function patchesOf(store: ScoreStore, batch: ScoredBatch, rows: readonly number[]): Patch[] {
  const scores = openScoresOf(store, batch);
  const chunks = openChunkFile(join(store.folder, scoreFile(batch.file)), batch.scoreBytes, damageOf(batch));
  try {
    return [...new Set(rows.map((row) => groupOf(scores, row)))].flatMap((group) => {
      const { firstRow, rowCount } = scores.groups[group]!;
      const inGroup = rows.map((row) => row - firstRow).filter((row) => row >= 0 && row < rowCount);
      // The header is the first chunk.
      const chunk = chunks.chunks[group + 1]!;
      const changed = new Map<string, ColumnArray>();
      for (const [name, { type }] of chunk.arrays) changed.set(name, chunks.read(chunk, name, type));
      eraseCells(changed, scores.header.features, inGroup);
      return patchesFor(chunk, changed);
    });
  } finally {
    chunks.close();
    scores.close();
  }
}

/** In the arrays of a group. */
function eraseCells(
  arrays: ReadonlyMap<string, ColumnArray>,
  features: readonly ScoredFeature[],
  rows: readonly number[],
): void {
  for (const row of rows) {
    // A column that is not stored says nothing, or what another one says.
    for (const name of ['monthlyValue', 'expectedSaving']) arrays.get(name)?.fill(NaN, row, row + 1);
    for (const name of ['actions', 'noted']) arrays.get(name)?.fill(0, row, row + 1);
    const [from, until] = [row * reasonsPerRow, (row + 1) * reasonsPerRow];
    // In a byte it is 255.
    arrays.get('reasonFeatures')!.fill(noReason, from, until);
    arrays.get('reasonPoints')!.fill(0, from, until);
    emptyText(textOf(arrays, 'identifiers'), row);
    for (const feature of features.keys()) {
      const input = arrays.get(inputArray(feature))!;
      // Codes and hundredths are stored raised by one: 0 is 'not known'.
      input[row] = input instanceof Float64Array ? NaN : 0;
    }
  }
  features.forEach(({ levels }, feature) => {
    emptyUnusedTexts(arrays, feature, levels.length);
  });
}

function textOf(arrays: ReadonlyMap<string, ColumnArray>, name: string): TextColumn {
  const names = textArrays(name);
  return { bytes: arrays.get(names.bytes) as Uint8Array, ends: arrays.get(names.ends) as Uint32Array };
}

/** The texts after it move up, and what they leave is overwritten. */
function emptyText({ bytes, ends }: TextColumn, place: number): void {
  const start = place === 0 ? 0 : ends[place - 1]!;
  const length = ends[place]! - start;
  bytes.copyWithin(start, ends[place]!);
  bytes.fill(0, bytes.length - length);
  for (let i = place; i < ends.length; i++) ends[i]! -= length;
}

/** Texts that were no level, and that no row has any more. Their codes follow those of the levels. */
function emptyUnusedTexts(
  arrays: ReadonlyMap<string, ColumnArray>,
  feature: number,
  levelCount: number,
): void {
  const name = othersArray(feature);
  if (!arrays.has(textArrays(name).ends)) return;
  const texts = textOf(arrays, name);
  const used = new Set(arrays.get(inputArray(feature)));
  texts.ends.forEach((_, k) => {
    if (!used.has(levelCount + k + 1)) emptyText(texts, k);
  });
}

/** Stores what is to be written over these rows; nothing is overwritten yet. */
export function prepareErasure(store: ScoreStore, batch: ScoredBatch, rows: readonly number[]): void {
  const path = join(store.folder, erasureFile(batch.file));
  const patches = patchesOf(store, batch, rows);
  const bytes = encodeChunk(
    { kind: 'erasure' },
    {
      offsets: Float64Array.from(patches, ({ offset }) => offset),
      lengths: Uint32Array.from(patches, ({ bytes }) => bytes.length),
      bytes: Buffer.concat(patches.map((patch) => patch.bytes)),
    },
  );
  writeFileSync(`${path}.part`, bytes, { mode: privateFile, flush: true });
  renameSync(`${path}.part`, path);
}

/** Applies what is stored, if anything is: doing it twice changes nothing. */
function finishErasure({ folder }: ScoreStore, { file }: ScoredBatch): void {
  const path = join(folder, erasureFile(file));
  if (!existsSync(path)) return;
  const descriptor = openSync(join(folder, scoreFile(file)), 'r+');
  try {
    for (const { offset, bytes } of readPatches(path)) writeSync(descriptor, bytes, 0, bytes.length, offset);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  rmSync(path);
}

/** None from a file that was not written to its end: nothing was overwritten then. */
function readPatches(path: string): Patch[] {
  try {
    const file = openChunkFile(path, null);
    try {
      const chunk = file.chunks[0]!;
      const offsets = file.read(chunk, 'offsets', 'f64');
      const bytes = file.read(chunk, 'bytes', 'u8');
      let start = 0;
      return Array.from(file.read(chunk, 'lengths', 'u32'), (length, i) => {
        start += length;
        return { offset: offsets[i]!, bytes: bytes.subarray(start - length, start) };
      });
    } finally {
      file.close();
    }
  } catch (error) {
    if (error instanceof DamagedRecord) return [];
    throw error;
  }
}
