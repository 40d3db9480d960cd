/** The columns of a group, or of a part of its rows, from how `encodeGroup` stores them. */
import type { ArrayOf, Chunk, ChunkFile, Part } from './chunks.ts';
import { giveBack, takeMemory } from './column-memory.ts';
import { inputArray, othersArray, plainColumns, textArrays, textAt } from './encoding.ts';
import type { GroupMeta, PlainColumn } from './encoding.ts';
import { noReason, reasonsPerRow } from './group.ts';
import type { InputColumn, ScoredFeature, TextColumn } from './group.ts';
import type { NarrowArray } from './narrow.ts';

/** Rows of a group. */
export interface StoredRows {
  readonly file: ChunkFile;
  readonly chunk: Chunk;
  readonly part: Part;
}

type ColumnOf<N extends PlainColumn> = ArrayOf<(typeof plainColumns)[N]>;

/** Those that are not always stored as they are read. */
const readers: { readonly [N in PlainColumn]?: (rows: StoredRows) => ColumnOf<N> } = {
  rowNumbers: (rows) => {
    const { firstRowNumber } = metaOf(rows);
    if (firstRowNumber === undefined) return readPlain(rows, 'rowNumbers');
    const numbers = new Uint32Array(memoryOf(rows, 4), 0, countOf(rows));
    for (let i = 0, next = firstRowNumber + rows.part.from; i < numbers.length; i++) numbers[i] = next++;
    return numbers;
  },
  offsets: (rows) => {
    const { firstOffset } = metaOf(rows);
    if (firstOffset === undefined) return readPlain(rows, 'offsets');
    return numbersFrom(readNarrow(rows, 'offsets'), (distance) => firstOffset + distance);
  },
  lengths: (rows) => {
    const stored = readNarrow(rows, 'lengths');
    const lengths = new Uint32Array(memoryOf(rows, 4), 0, stored.length);
    lengths.set(stored);
    giveBack(stored);
    return lengths;
  },
  monthlyValue: (rows) => {
    const { monthlyFeature } = metaOf(rows);
    return monthlyFeature === undefined ? readPlain(rows, 'monthlyValue') : readNumbers(rows, monthlyFeature);
  },
  reasonFeatures: (rows) => {
    if (rows.file.typeOf(rows.chunk, 'reasonFeatures') !== 'u8') return readPlain(rows, 'reasonFeatures');
    const stored = rows.file.readPart(
      rows.chunk,
      'reasonFeatures',
      'u8',
      entriesOf('reasonFeatures', rows.part),
    );
    const places = new Uint16Array(takeMemory(2 * stored.length), 0, stored.length);
    for (let i = 0; i < stored.length; i++) places[i] = stored[i] === 0xff ? noReason : stored[i]!;
    giveBack(stored);
    return places;
  },
  noted: (rows) =>
    rows.chunk.arrays.has('noted')
      ? readPlain(rows, 'noted')
      : new Uint8Array(memoryOf(rows, 1), 0, countOf(rows)).fill(0),
};

export function readColumn<N extends PlainColumn>(rows: StoredRows, name: N): ColumnOf<N> {
  const reader = readers[name];
  return reader ? reader(rows) : readPlain(rows, name);
}

function readPlain<N extends PlainColumn>({ file, chunk, part }: StoredRows, name: N): ColumnOf<N> {
  return file.readPart<(typeof plainColumns)[N]>(chunk, name, plainColumns[name], entriesOf(name, part));
}

function entriesOf(name: PlainColumn, { from, until }: Part): Part {
  const perRow = name === 'reasonFeatures' || name === 'reasonPoints' ? reasonsPerRow : 1;
  return { from: from * perRow, until: until * perRow };
}

/** The CRC of the description was checked: `encodeGroup` wrote it. */
function metaOf({ chunk }: StoredRows): GroupMeta {
  return chunk.meta as GroupMeta;
}

function countOf({ part }: StoredRows): number {
  return part.until - part.from;
}

function memoryOf(rows: StoredRows, bytesEach: number): ArrayBuffer {
  return takeMemory(bytesEach * countOf(rows));
}

export function readInput(rows: StoredRows, place: number, { type }: ScoredFeature): InputColumn {
  return type === 'number' || type === 'date'
    ? { kind: 'number', values: readNumbers(rows, place) }
    : readLevels(rows, place);
}

/** Stored as they are, or as hundredths raised by one. */
function readNumbers(rows: StoredRows, place: number): Float64Array {
  const { file, chunk, part } = rows;
  if (file.typeOf(chunk, inputArray(place)) === 'f64')
    return file.readPart(chunk, inputArray(place), 'f64', part);
  return numbersFrom(readNarrow(rows, inputArray(place)), (raised) =>
    raised === 0 ? NaN : (raised - 1) / 100,
  );
}

function numbersFrom(stored: NarrowArray, numberOf: (stored: number) => number): Float64Array {
  const numbers = new Float64Array(takeMemory(8 * stored.length), 0, stored.length);
  for (let i = 0; i < stored.length; i++) numbers[i] = numberOf(stored[i]!);
  giveBack(stored);
  return numbers;
}

export function readText({ file, chunk, part: { from, until } }: StoredRows, name: string): TextColumn {
  const names = textArrays(name);
  const start = from === 0 ? 0 : endOf(file, chunk, names.ends, from - 1);
  const ends = file.readPart(chunk, names.ends, 'u32', { from, until });
  const bytes = file.readPart(chunk, names.bytes, 'u8', { from: start, until: ends.at(-1) ?? start });
  if (start > 0) for (let i = 0; i < ends.length; i++) ends[i]! -= start;
  return { bytes, ends };
}

function endOf(file: ChunkFile, chunk: Chunk, name: string, row: number): number {
  const ends = file.readPart(chunk, name, 'u32', { from: row, until: row + 1 });
  const [end] = ends;
  giveBack(ends);
  return end!;
}

function readLevels(rows: StoredRows, feature: number): InputColumn {
  const { file, chunk } = rows;
  const stored = readNarrow(rows, inputArray(feature));
  const codes = new Int32Array(takeMemory(4 * stored.length), 0, stored.length);
  for (let i = 0; i < stored.length; i++) codes[i] = stored[i]! - 1;
  giveBack(stored);
  const names = textArrays(othersArray(feature));
  if (!chunk.arrays.has(names.bytes)) return { kind: 'level', codes, others: [] };
  const part = { from: 0, until: file.lengthOf(chunk, names.ends) };
  const texts = readText({ file, chunk, part }, othersArray(feature));
  return { kind: 'level', codes, others: Array.from(texts.ends, (_, i) => textAt(texts, i)) };
}

export function readNarrow({ file, chunk, part }: StoredRows, name: string): NarrowArray {
  const type = file.typeOf(chunk, name);
  if (type !== 'u8' && type !== 'u16' && type !== 'u32')
    throw file.damaged(`column '${name}' has another type`);
  return file.readPart(chunk, name, type, part);
}
