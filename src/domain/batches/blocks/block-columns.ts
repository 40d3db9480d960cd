/**
 * A block as columns in a file: what a check read, so that the scoring parses nothing again (`columns-reader.ts`). They are
 * those of a group of a score file, and beside them what only the scoring asks for. A cell with a note is kept as its text,
 * and a rejected row as its place: both are read again by what read them first.
 */
import { crc32 } from 'node:zlib';
import type { Column } from '../../../ml/data/table.ts';
import type { SpareMemory } from '../../../spare-memory.ts';
import { encodeChunk } from '../../../store/score-files/chunks.ts';
import type { ColumnArray } from '../../../store/score-files/chunks.ts';
import { addText, encodeRows, textColumn } from '../../../store/score-files/encoding.ts';
import type { GroupMeta } from '../../../store/score-files/encoding.ts';
import type { InputColumn, RowColumns } from '../../../store/score-files/group.ts';
import { isSame, narrowed } from '../../../store/score-files/narrow.ts';
import type { BlockPlan } from './block-plan.ts';
import type { BlockNotes } from './notes.ts';
import type { RawBlock, RejectedRow, TypedBlock } from './typed-block.ts';

/** Which bytes of the upload the columns were read from. */
export interface BlockPlace {
  readonly offset: number;
  readonly byteLength: number;
  /** CRC-32 of the bytes. */
  readonly crc: number;
  readonly records: number;
  readonly recordCount: number;
}

export interface BlockMeta extends GroupMeta {
  readonly block: BlockPlace;
}

/** Arrays that a group of a score file does not have. */
export const ownArrays = {
  isPlain: 'block.isPlain',
  noteEnds: 'block.noteEnds',
  noteCodes: 'block.noteCodes',
  noteFeatures: 'block.noteFeatures',
  noteTexts: 'block.noteTexts',
  rejects: 'block.rejects',
} as const;
export const takenArray = (feature: number): string => `block.taken${feature}`;
export const isOwn = (name: string): boolean => name.startsWith('block.');

/** In `block.rejects`: `before`, `rowNumber`, `start` and `end` of each row. */
export const numbersPerReject = 4;

/** The columns of a block as they stand in a group of a score file. */
export function rowColumnsOf(block: TypedBlock): RowColumns {
  const { rowCount, rowNumbers, lengths, monthlyValue, noted, identifiers, inputs } = block;
  const offsets = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) offsets[row] = block.offset + block.starts[row]!;
  return { rowCount, rowNumbers, offsets, lengths, monthlyValue, noted, identifiers, inputs };
}

/** The block as a chunk of a file, in `spare` memory. */
export function encodeBlock(block: TypedBlock, raw: RawBlock, plan: BlockPlan, spare: SpareMemory): Buffer {
  const { meta, arrays } = encodeRows(rowColumnsOf(block));
  const own: Record<string, ColumnArray> = {};
  if (block.isPlain.includes(0)) own[ownArrays.isPlain] = block.isPlain;
  addTaken(own, block, plan);
  addNotes(own, block.noteCodes);
  if (block.rejects.length > 0) own[ownArrays.rejects] = placesOf(block.rejects);
  const { bytes, offset, records, recordCount } = raw;
  const place: BlockPlace = { offset, byteLength: bytes.length, crc: crc32(bytes), records, recordCount };
  return encodeChunk({ ...meta, block: place } satisfies BlockMeta, { ...arrays, ...own }, spare);
}

/** What the model takes, where a policy has put something else in the place of an input. */
function addTaken(own: Record<string, ColumnArray>, { inputs, table }: TypedBlock, plan: BlockPlan): void {
  table.columns.forEach((column, j) => {
    const input = inputs[j]!;
    if (plan.isShared[j] || isAsRead(column, input)) return;
    own[takenArray(j)] = column.kind === 'number' ? column.values : narrowed(column.codes, raisedBy);
  });
}

/** Codes begin at UNSEEN (−2). */
export const raisedBy = 2;

function isAsRead(column: Column, input: InputColumn): boolean {
  if (column.kind === 'number') return input.kind === 'number' && isSame(column.values, input.values);
  return input.kind === 'level' && isSameCodes(column.codes, input.codes);
}

function isSameCodes(a: Int32Array, b: Int32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function addNotes(own: Record<string, ColumnArray>, { ends, codes, cells }: BlockNotes): void {
  if (cells.length === 0) return;
  own[ownArrays.noteEnds] = ends;
  own[ownArrays.noteCodes] = codes;
  own[ownArrays.noteFeatures] = Uint32Array.from(cells, ({ feature }) => feature);
  addText(own, ownArrays.noteTexts, textColumn(cells.map(({ text = '' }) => text)));
}

function placesOf(rejects: readonly RejectedRow[]): Uint32Array {
  return Uint32Array.from(
    rejects.flatMap(({ before, rowNumber, start, end }) => [before, rowNumber, start, end]),
  );
}
