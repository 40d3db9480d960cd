/** Reads blocks back as a check typed them (`block-columns.ts`). */
import { crc32 } from 'node:zlib';
import { DamagedRecord } from '../../../errors.ts';
import type { Column } from '../../../ml/data/table.ts';
import { openChunks } from '../../../store/score-files/chunks.ts';
import { giveBack, takeMemory } from '../../../store/score-files/column-memory.ts';
import { textAt } from '../../../store/score-files/encoding.ts';
import type { EncodedRows, GroupMeta } from '../../../store/score-files/encoding.ts';
import type { InputColumn } from '../../../store/score-files/group.ts';
import { readColumn, readInput, readNarrow, readText } from '../../../store/score-files/stored.ts';
import type { StoredRows } from '../../../store/score-files/stored.ts';
import { isOwn, numbersPerReject, ownArrays, raisedBy, takenArray } from './block-columns.ts';
import type { BlockMeta } from './block-columns.ts';
import type { BlockPlan } from './block-plan.ts';
import { readRecordCarefully } from './careful-row.ts';
import { createNoteWords } from './notes.ts';
import type { BlockNotes } from './notes.ts';
import type { RawBlock, RejectedRow, TypedBlock } from './typed-block.ts';

/**
 * Null: nothing was kept of the block, or what was kept is damaged or of other bytes, and it has to be read from its own.
 * The block before it is not to be used any more.
 */
export function createColumnsReader(plan: BlockPlan): (raw: RawBlock) => TypedBlock | null {
  let used: ArrayBufferView[] = [];
  const keep: Keep = (array) => {
    used.push(array);
    return array;
  };
  return (raw) => {
    used.forEach(giveBack);
    used = [];
    try {
      return readBack(raw, plan, keep);
    } catch (error) {
      if (error instanceof DamagedRecord) return null;
      throw error;
    }
  };
}

/** The array's memory is in use until the next block. */
type Keep = <T extends ArrayBufferView>(array: T) => T;

function readBack(raw: RawBlock, plan: BlockPlan, keep: Keep): TypedBlock | null {
  if (raw.columns === null) return null;
  const file = openChunks(raw.columns);
  try {
    const chunk = file.chunks[0]!;
    // The CRC of the description was checked: `encodeBlock` wrote it.
    const { block: place, ...meta } = chunk.meta as BlockMeta;
    if (place.offset !== raw.offset || place.crc !== crc32(raw.bytes)) return null;
    const rows = { file, chunk, part: { from: 0, until: meta.rowCount } };
    return toBlock({ rows, meta, plan, keep }, raw);
  } finally {
    file.close();
  }
}

interface Reading {
  readonly rows: StoredRows;
  readonly meta: GroupMeta;
  readonly plan: BlockPlan;
  readonly keep: Keep;
}

function toBlock(reading: Reading, { bytes, offset, recordCount }: RawBlock): TypedBlock {
  const { rows, meta, plan, keep } = reading;
  const { rowCount } = meta;
  const inputs = plan.features.map((feature, j) => readInput(rows, j, feature));
  for (const input of inputs) keep(input.kind === 'number' ? input.values : input.codes);
  const identifiers = readText(rows, 'identifiers');
  keep(identifiers.bytes);
  keep(identifiers.ends);
  const noteCodes = notesOf(reading);
  return {
    bytes,
    offset,
    rowCount,
    rowNumbers: keep(readColumn(rows, 'rowNumbers')),
    starts: startsOf(reading, offset),
    lengths: keep(readColumn(rows, 'lengths')),
    isPlain: isPlainOf(reading),
    identifiers,
    monthlyValue: keep(readColumn(rows, 'monthlyValue')),
    inputs,
    table: { rowCount, columns: inputs.map((input, j) => takenColumn(reading, input, j)) },
    noted: keep(readColumn(rows, 'noted')),
    notes: createNoteWords(noteCodes, plan.renamingOrder),
    noteCodes,
    rejects: rejectsOf(reading, bytes),
    encoded: encodedOf(reading),
    recordCount,
    next: offset + bytes.length,
  };
}

function startsOf({ rows, keep }: Reading, offset: number): Uint32Array {
  const offsets = keep(readColumn(rows, 'offsets'));
  const starts = keep(new Uint32Array(takeMemory(4 * offsets.length), 0, offsets.length));
  for (let row = 0; row < starts.length; row++) starts[row] = offsets[row]! - offset;
  return starts;
}

function isPlainOf({ rows: { file, chunk }, meta: { rowCount }, keep }: Reading): Uint8Array {
  if (chunk.arrays.has(ownArrays.isPlain)) return keep(file.read(chunk, ownArrays.isPlain, 'u8'));
  return keep(new Uint8Array(takeMemory(rowCount), 0, rowCount)).fill(1);
}

/** What the model takes: the input itself, unless a policy put something else in its place. */
function takenColumn({ rows, plan, keep }: Reading, input: InputColumn, j: number): Column {
  const { name, levels } = plan.features[j]!;
  const isStored = rows.chunk.arrays.has(takenArray(j));
  if (input.kind === 'number') {
    const values = isStored ? keep(rows.file.read(rows.chunk, takenArray(j), 'f64')) : input.values;
    return { kind: 'number', name, values };
  }
  const codes = isStored ? takenCodes(rows, takenArray(j), keep) : input.codes;
  return { kind: 'category', name, levels, codes };
}

function takenCodes(rows: StoredRows, name: string, keep: Keep): Int32Array {
  const stored = keep(readNarrow(rows, name));
  const codes = keep(new Int32Array(takeMemory(4 * stored.length), 0, stored.length));
  for (let i = 0; i < codes.length; i++) codes[i] = stored[i]! - raisedBy;
  return codes;
}

function notesOf({ rows: { file, chunk }, meta: { rowCount }, plan, keep }: Reading): BlockNotes {
  const { absent: everywhere, readers } = plan;
  if (!chunk.arrays.has(ownArrays.noteEnds)) {
    const ends = keep(new Uint32Array(takeMemory(4 * rowCount), 0, rowCount)).fill(0);
    return { ends, codes: new Uint32Array(0), cells: [], everywhere };
  }
  const features = file.read(chunk, ownArrays.noteFeatures, 'u32');
  const texts = readText({ file, chunk, part: { from: 0, until: features.length } }, ownArrays.noteTexts);
  return {
    ends: keep(file.read(chunk, ownArrays.noteEnds, 'u32')),
    codes: keep(file.read(chunk, ownArrays.noteCodes, 'u32')),
    cells: Array.from(features, (feature, i) => readers[feature]!(textAt(texts, i))),
    everywhere,
  };
}

function rejectsOf({ rows: { file, chunk }, plan }: Reading, bytes: Buffer): RejectedRow[] {
  if (!chunk.arrays.has(ownArrays.rejects)) return [];
  const numbers = file.read(chunk, ownArrays.rejects, 'u32');
  return Array.from({ length: numbers.length / numbersPerReject }, (_, i) => {
    const [before, rowNumber, start, end] = fourOf(numbers, i * numbersPerReject);
    const { cells, problems } = readRecordCarefully(plan, bytes.subarray(start, end), rowNumber);
    return { before, rowNumber, start, end, cells, problems };
  });
}

function fourOf(numbers: Uint32Array, at: number): [number, number, number, number] {
  return [numbers[at]!, numbers[at + 1]!, numbers[at + 2]!, numbers[at + 3]!];
}

/** A group of the score file takes the columns over as they are. */
function encodedOf({ rows: { file, chunk }, meta, plan, keep }: Reading): EncodedRows {
  const names = [...chunk.arrays.keys()].filter((name) => !isOwn(name));
  const arrays = names.map((name) => [name, keep(file.read(chunk, name, file.typeOf(chunk, name)))] as const);
  return { meta, arrays: Object.fromEntries(arrays), featureCount: plan.features.length };
}
