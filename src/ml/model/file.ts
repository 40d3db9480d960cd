/**
 * A model as bytes, and back bit for bit.
 *
 *   8 bytes   "HOLDFAST"
 *   4 bytes   format version, little-endian
 *   4 bytes   length h of the header
 *   h bytes   header: JSON in UTF-8; a typed array stands as { "$array": [type, offset, length] }
 *   …         the arrays, little-endian, each aligned to 8 bytes
 *   32 bytes  SHA-256 of everything before
 *
 * Reading checks magic, version, sizes and checksum before it believes a length, and how deep and how long the header
 * is before it is parsed. Each array stands once, in the order of the header. Numbers that are not finite are refused,
 * and shapes that do not fit together. It runs nothing: a pickle is not a model file.
 */
import type { Model } from './model.ts';
import { checkModel } from './model-check.ts';
import { maxMagnitude } from './shape.ts';

export const formatVersion = 1;

/** The file is not a model that this version can use; the message says why in plain words. */
export class ModelFileError extends Error {}

type Sha256 = (bytes: Uint8Array) => Uint8Array;

const magic = new TextEncoder().encode('HOLDFAST');
const headerStart = 16;
const checksumLength = 32;
/** Headers of trained models stay below a tenth of each of these. */
const maxHeaderLength = 16 * 1024 * 1024;
const maxHeaderDepth = 40;
const maxHeaderValues = 1_000_000;

const [quote, backslash, comma, openBrace, closeBrace, openBracket, closeBracket] = new TextEncoder().encode(
  '"\\,{}[]',
);

const arrayTypes = {
  f64: Float64Array,
  f32: Float32Array,
  i32: Int32Array,
  u32: Uint32Array,
  u16: Uint16Array,
  u8: Uint8Array,
} as const;
type ArrayType = keyof typeof arrayTypes;
type TypedArray = InstanceType<(typeof arrayTypes)[ArrayType]>;

export function encodeModelFile(model: Model, sha256: Sha256): Uint8Array {
  const arrays: TypedArray[] = [];
  let size = 0;
  const json = JSON.stringify(model, (_key, value: unknown) => {
    const type = arrayTypeOf(value);
    if (type === null) return value;
    const array = value as TypedArray;
    const offset = size;
    arrays.push(array);
    size = aligned(size + array.byteLength);
    return { $array: [type, offset, array.length] };
  });
  const header = new TextEncoder().encode(json);
  const dataStart = aligned(headerStart + header.length);
  const bytes = new Uint8Array(dataStart + size + checksumLength);
  bytes.set(magic);
  new DataView(bytes.buffer).setUint32(8, formatVersion, true);
  new DataView(bytes.buffer).setUint32(12, header.length, true);
  bytes.set(header, headerStart);
  let at = dataStart;
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at = aligned(at + array.byteLength);
  }
  bytes.set(sha256(bytes.subarray(0, -checksumLength)), bytes.length - checksumLength);
  return bytes;
}

/** @throws ModelFileError */
export function decodeModelFile(bytes: Uint8Array, sha256: Sha256): Model {
  const header = readHeader(bytes, sha256);
  const dataStart = aligned(headerStart + header.length);
  // A plain view: slicing a Node Buffer would not copy, and arrays must not share the file's memory.
  const whole = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = whole.subarray(dataStart, bytes.length - checksumLength);
  checkHeaderSize(header);
  let parsed: unknown;
  let next = 0;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(header), (key, value: unknown) => {
      if (key === '__proto__')
        throw new ModelFileError('The header of the model file has a forbidden name in it.');
      if (!isArrayReference(value)) return value;
      const [type, offset, length] = value.$array;
      // Named once, in order: a small file cannot ask for much memory.
      if (offset !== next) throw new ModelFileError('The arrays of the model file are out of order.');
      const array = readArray(data, [type, offset, length]);
      next = aligned(offset + array.byteLength);
      return array;
    });
  } catch (error) {
    if (error instanceof ModelFileError) throw error;
    throw new ModelFileError('The header of the model file cannot be read.');
  }
  if (next !== data.length) throw new ModelFileError('The model file holds more than its header names.');
  const problem = checkModel(parsed);
  if (problem !== null) throw new ModelFileError(`The model file does not fit together: ${problem}.`);
  return parsed as Model;
}

function readHeader(bytes: Uint8Array, sha256: Sha256): Uint8Array {
  if (bytes.length < headerStart + checksumLength || !magic.every((byte, i) => bytes[i] === byte)) {
    throw new ModelFileError('This is not a Holdfast model file.');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = view.getUint32(8, true);
  if (version < 1) throw new ModelFileError('The model file has a format that there never was.');
  if (version > formatVersion)
    throw new ModelFileError(
      `The model file has format ${version}; this version of Holdfast reads up to ${formatVersion}.`,
    );
  const length = view.getUint32(12, true);
  if (length > maxHeaderLength) throw new ModelFileError('The header of the model file is too large.');
  if (headerStart + length + checksumLength > bytes.length) {
    throw new ModelFileError('The model file is cut off or its sizes are wrong.');
  }
  const checksum = sha256(bytes.subarray(0, -checksumLength));
  if (!checksum.every((byte, i) => bytes[bytes.length - checksumLength + i] === byte)) {
    throw new ModelFileError('The checksum of the model file is wrong: it was changed or damaged.');
  }
  return bytes.subarray(headerStart, headerStart + length);
}

/** Before it is parsed: parsing deep nesting or very many values would take too much time and memory. */
function checkHeaderSize(header: Uint8Array): void {
  let depth = 0;
  let values = 0;
  let isInText = false;
  for (let i = 0; i < header.length; i++) {
    const character = header[i];
    if (isInText) {
      if (character === backslash) i++;
      else if (character === quote) isInText = false;
    } else if (character === quote) isInText = true;
    else if (character === comma) values++;
    else if (character === openBrace || character === openBracket) {
      depth++;
      values++;
    } else if (character === closeBrace || character === closeBracket) depth--;
    if (depth > maxHeaderDepth || values > maxHeaderValues)
      throw new ModelFileError('The header of the model file is nested too deeply or has too many values.');
  }
}

function readArray(
  data: Uint8Array,
  [type, offset, length]: readonly [ArrayType, number, number],
): TypedArray {
  const Type = arrayTypes[type];
  const end = offset + length * Type.BYTES_PER_ELEMENT;
  if (!(
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    end <= data.length
  )) {
    throw new ModelFileError('The model file names numbers that it does not hold.');
  }
  const array = new Type(data.slice(offset, end).buffer);
  // Infinity stands for 'no upper edge' nowhere in a model; NaN for nothing at all.
  if ((type === 'f64' || type === 'f32') && !array.every((value) => Math.abs(value) <= maxMagnitude)) {
    throw new ModelFileError('The model file holds numbers that are not finite or too large.');
  }
  return array;
}

function arrayTypeOf(value: unknown): ArrayType | null {
  for (const [type, Type] of Object.entries(arrayTypes)) if (value instanceof Type) return type as ArrayType;
  return null;
}

function isArrayReference(value: unknown): value is { $array: readonly [ArrayType, number, number] } {
  if (typeof value !== 'object' || value === null || !('$array' in value)) return false;
  const reference = value.$array;
  return (
    Array.isArray(reference) &&
    reference.length === 3 &&
    typeof reference[0] === 'string' &&
    reference[0] in arrayTypes
  );
}

function aligned(length: number): number {
  return (length + 7) & ~7;
}
