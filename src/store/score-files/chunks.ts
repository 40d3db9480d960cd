/**
 * A file of named typed arrays in chunks that are appended one after the other. A chunk is a head of 16 bytes (`magic`,
 * the length and the CRC-32 of its description), the description as JSON, and the arrays, each beginning at a multiple
 * of 8 so that it can be read into a typed array as it is. Numbers are little-endian. Each array has a CRC-32 for every
 * 16 kB of it: a reader checks what it reads, and reads little more than it asks for.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { DamagedRecord } from '../../errors.ts';
import type { AppError } from '../../errors.ts';
import { SpareMemory } from '../../spare-memory.ts';
import { takeMemory } from './column-memory.ts';

const magic = Buffer.from('HFCOLS1\n');
const headBytes = 16;
/** More would be no description of ours. */
const mostDescriptionBytes = 64 * 2 ** 20;
/** Of an array, with a CRC-32 of its own; a multiple of the size of every type. */
const pieceBytes = 16_384;

const arrayTypes = {
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
  i32: Int32Array,
  f32: Float32Array,
  f64: Float64Array,
} as const;
export type ArrayType = keyof typeof arrayTypes;
interface ArrayTypes {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
  readonly u32: Uint32Array;
  readonly i32: Int32Array;
  readonly f32: Float32Array;
  readonly f64: Float64Array;
}
export type ArrayOf<T extends ArrayType> = ArrayTypes[T];
export type ColumnArray = ArrayTypes[ArrayType];
export type NamedArrays = Readonly<Record<string, ColumnArray>>;

/** Where an array lies in its file. */
interface ArrayPlace {
  readonly type: ArrayType;
  readonly length: number;
  readonly offset: number;
  /** The CRC-32 of each piece. */
  readonly crcs: string;
}

export interface Chunk {
  /** What the writer said about it. */
  readonly meta: unknown;
  readonly arrays: ReadonlyMap<string, ArrayPlace>;
  /** Its first byte in the file, and the first one after it. */
  readonly start: number;
  readonly end: number;
}

/** Entries of an array in [from, until). */
export interface Part {
  readonly from: number;
  readonly until: number;
}

export interface ChunkFile {
  readonly chunks: readonly Chunk[];
  /** Changes with every write to the file. */
  readonly version: string;
  /** The array of that name and type, checked. @throws DamagedRecord */
  read<T extends ArrayType>(chunk: Chunk, name: string, type: T): ArrayOf<T>;
  /** A part of the array: the pieces that it lies in are read and checked. @throws DamagedRecord */
  readPart<T extends ArrayType>(chunk: Chunk, name: string, type: T, part: Part): ArrayOf<T>;
  /** The type that the array was written with. @throws DamagedRecord if there is none of that name */
  typeOf(chunk: Chunk, name: string): ArrayType;
  lengthOf(chunk: Chunk, name: string): number;
  /** The error for damage that a reader found itself. */
  readonly damaged: Damage;
  close(): void;
}

/** Name, type, length and the CRC-32s in hexadecimal: always eight digits each, so that they can be changed in place. */
type ArrayEntry = readonly [name: string, type: ArrayType, length: number, crcs: string];

interface Description {
  readonly meta: unknown;
  readonly arrays: readonly ArrayEntry[];
}

/** The bytes of a chunk, in `spare` memory where there is some. `meta` must be plain JSON. */
export function encodeChunk(meta: object, arrays: NamedArrays, spare = new SpareMemory()): Buffer {
  const parts = Object.entries(arrays).map(([name, array]) => ({ name, array, bytes: bytesOf(array) }));
  const entries = parts.map(({ name, array, bytes }) => entryOf(name, array, bytes));
  const description = Buffer.from(JSON.stringify({ meta, arrays: entries } satisfies Description));
  let at = padded(headBytes + description.length);
  const length = parts.reduce((end, { bytes }) => end + padded(bytes.length), at);
  const chunk = spare.take(length).subarray(0, length);
  writeHead(chunk, description);
  for (const { bytes } of parts) {
    chunk.set(bytes, at);
    chunk.fill(0, at + bytes.length, at + padded(bytes.length));
    at += padded(bytes.length);
  }
  return chunk;
}

/** Bytes that are to be written at a place of a file. */
export interface Patch {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** What turns arrays of a chunk into others of the same type and length, where they lie, with their CRC-32s. */
export function patchesFor(chunk: Chunk, changed: ReadonlyMap<string, ColumnArray>): Patch[] {
  const patches: Patch[] = [];
  const entries = [...chunk.arrays].map(([name, { type, length, offset, crcs }]): ArrayEntry => {
    const array = changed.get(name);
    if (!array) return [name, type, length, crcs];
    const bytes = bytesOf(array);
    patches.push({ offset, bytes });
    return entryOf(name, array, bytes);
  });
  const description = Buffer.from(
    JSON.stringify({ meta: chunk.meta, arrays: entries } satisfies Description),
  );
  const head = Buffer.alloc(padded(headBytes + description.length));
  writeHead(head, description);
  return [...patches, { offset: chunk.start, bytes: head }];
}

function writeHead(chunk: Buffer, description: Buffer): void {
  magic.copy(chunk);
  chunk.writeUInt32LE(description.length, 8);
  chunk.writeUInt32LE(crc32(description), 12);
  description.copy(chunk, headBytes);
  const end = headBytes + description.length;
  chunk.fill(0, end, padded(end));
}

function entryOf(name: string, array: ColumnArray, bytes: Uint8Array): ArrayEntry {
  const type = (Object.keys(arrayTypes) as ArrayType[]).find((one) => array instanceof arrayTypes[one])!;
  return [name, type, array.length, crcsOf(bytes)];
}

/** The error for what is wrong with a file: DamagedRecord, or DamagedScores for a score file. */
export type Damage = (problem: string) => AppError;

/** Names the file itself, for those that nobody uploaded. */
export function damagedFile(path: string, remedy = ''): Damage {
  return (problem) => new DamagedRecord(`file ${basename(path)}`, problem, remedy);
}

/** The first `bytes` bytes of a file; what follows them does not count. null: all. @throws what `damaged` gives */
export function openChunkFile(path: string, bytes: number | null, damaged = damagedFile(path)): ChunkFile {
  return openPart(path, { start: 0, end: bytes }, damaged);
}

/** A chunk of a file, or several in a row. */
export interface ChunkPlace {
  readonly path: string;
  readonly start: number;
  readonly end: number;
}

/** No other chunks of the file than those. @throws DamagedRecord */
export function openChunks({ path, start, end }: ChunkPlace): ChunkFile {
  return openPart(path, { start, end }, damagedFile(path));
}

function openPart(
  path: string,
  { start, end }: { readonly start: number; readonly end: number | null },
  damaged: Damage,
): ChunkFile {
  const descriptor = openOr(path, damaged);
  try {
    const { size, mtimeNs } = fstatSync(descriptor, { bigint: true });
    const until = end ?? Number(size);
    if (Number(size) < until) throw damaged('it is cut short');
    const chunks = listChunks(descriptor, start, until, damaged);
    return createReader(descriptor, chunks, { damaged, version: `${path} ${size} ${mtimeNs}` });
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function createReader(
  descriptor: number,
  chunks: readonly Chunk[],
  { damaged, version }: Pick<ChunkFile, 'damaged' | 'version'>,
): ChunkFile {
  const placeOf = (chunk: Chunk, name: string): ArrayPlace => {
    const place = chunk.arrays.get(name);
    if (!place) throw damaged(`it has no column '${name}'`);
    return place;
  };
  const readPart: ChunkFile['readPart'] = (chunk, name, type, { from, until }) => {
    const { type: stored, length, offset, crcs } = placeOf(chunk, name);
    if (stored !== type) throw damaged(`column '${name}' has another type`);
    const Type = arrayTypes[type];
    const size = Type.BYTES_PER_ELEMENT;
    const first = Math.floor((from * size) / pieceBytes);
    const start = first * pieceBytes;
    const end = Math.min(length * size, Math.ceil((until * size) / pieceBytes) * pieceBytes);
    const bytes = new Uint8Array(takeMemory(end - start), 0, end - start);
    fill(bytes, descriptor, offset + start);
    if (!crcs.startsWith(crcsOf(bytes), first * crcDigits))
      throw damaged(`column '${name}' at byte ${offset} was changed`);
    return new Type(bytes.buffer, from * size - start, until - from) as ArrayOf<typeof type>;
  };
  return {
    chunks,
    version,
    damaged,
    typeOf: (chunk, name) => placeOf(chunk, name).type,
    lengthOf: (chunk, name) => placeOf(chunk, name).length,
    read: (chunk, name, type) => readPart(chunk, name, type, { from: 0, until: placeOf(chunk, name).length }),
    readPart,
    close: () => {
      closeSync(descriptor);
    },
  };
}

function listChunks(descriptor: number, first: number, bytes: number, damaged: Damage): Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = first; start < bytes;) {
    const chunk = readChunk(descriptor, start, bytes, damaged);
    if (chunk.end > bytes) throw damaged(`the part at byte ${start} is cut short`);
    chunks.push(chunk);
    start = chunk.end;
  }
  return chunks;
}

function readChunk(descriptor: number, start: number, bytes: number, damaged: Damage): Chunk {
  const changed = (): AppError => damaged(`the part at byte ${start} was changed`);
  if (start + headBytes > bytes) throw damaged(`the part at byte ${start} is cut short`);
  const head = readExactly(descriptor, start, headBytes);
  if (!head.subarray(0, 8).equals(magic)) throw changed();
  const length = head.readUInt32LE(8);
  if (length > mostDescriptionBytes || start + headBytes + length > bytes) throw changed();
  const json = readExactly(descriptor, start + headBytes, length);
  if (crc32(json) !== head.readUInt32LE(12)) throw changed();
  // The CRC says that these are the bytes which `encodeChunk` wrote.
  return placed(JSON.parse(json.toString()) as Description, start, padded(start + headBytes + length));
}

function placed({ meta, arrays }: Description, start: number, dataStart: number): Chunk {
  let offset = dataStart;
  const places = arrays.map(([name, type, length, crcs]) => {
    const place: ArrayPlace = { type, length, offset, crcs };
    offset += padded(length * arrayTypes[type].BYTES_PER_ELEMENT);
    return [name, place] as const;
  });
  return { meta, arrays: new Map(places), start, end: offset };
}

function readExactly(descriptor: number, offset: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(length);
  fill(bytes, descriptor, offset);
  return bytes;
}

/** Zeros where the file is shorter. */
function fill(bytes: Uint8Array, descriptor: number, offset: number): void {
  let read = 0;
  while (read < bytes.length) {
    const count = readSync(descriptor, bytes, read, bytes.length - read, offset + read);
    if (count === 0) break;
    read += count;
  }
  // Memory that was used before could still hold the very bytes that are missing.
  bytes.fill(0, read);
}

function openOr(path: string, damaged: Damage): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw damaged('it is missing');
    throw ['EACCES', 'EPERM', 'EIO'].includes(code) ? damaged('it cannot be opened') : error;
  }
}

function bytesOf(array: ColumnArray): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The next multiple of 8. */
function padded(length: number): number {
  return Math.ceil(length / 8) * 8;
}

const crcDigits = 8;

function crcsOf(bytes: Uint8Array): string {
  let crcs = '';
  for (let start = 0; start < bytes.length; start += pieceBytes)
    crcs += crc32(bytes.subarray(start, start + pieceBytes))
      .toString(16)
      .padStart(crcDigits, '0');
  return crcs;
}
