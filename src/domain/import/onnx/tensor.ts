/** Constants of an ONNX file. */
import { unpackNumbers, type Decoded } from '../../onnx/protobuf.ts';
import { unusable } from '../outside-model.ts';

/** Row-major; a number has no dimensions. */
export interface Tensor {
  readonly type: number;
  readonly dimensions: readonly number[];
  readonly values: Float64Array | readonly string[];
}

/** Numbers of types, as in the files. */
export const types = {
  float: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  text: 8,
  bool: 9,
  double: 11,
} as const;

interface Encoding {
  /** Bytes of an element where they stand in a row; 0: never. */
  readonly width: number;
  readonly read: (view: DataView, at: number) => number;
  /** The field and form of a list. */
  readonly list: readonly [number, 'varint' | 'float' | 'double'];
}

const encodings: ReadonlyMap<number, Encoding> = new Map<number, Encoding>([
  [types.float, { width: 4, read: (view, at) => view.getFloat32(at, true), list: [4, 'float'] }],
  [types.double, { width: 8, read: (view, at) => view.getFloat64(at, true), list: [10, 'double'] }],
  [types.int64, { width: 8, read: (view, at) => Number(view.getBigInt64(at, true)), list: [7, 'varint'] }],
  [types.int32, { width: 4, read: (view, at) => view.getInt32(at, true), list: [5, 'varint'] }],
  [types.uint8, { width: 1, read: (view, at) => view.getUint8(at), list: [5, 'varint'] }],
  [types.int8, { width: 1, read: (view, at) => view.getInt8(at), list: [5, 'varint'] }],
  [types.bool, { width: 1, read: (view, at) => view.getUint8(at), list: [5, 'varint'] }],
]);

const decoder = new TextDecoder();
const external = 1;

/** @throws AppError 422 where it is incomplete, of another type, or in another file */
export function readTensor(message: Decoded): Tensor {
  const type = numberOf(message, 2);
  const dimensions = unpackNumbers(message.get(1), 'varint');
  if (numberOf(message, 14) === external)
    throw unusable('The file keeps its numbers in other files. Save the model as one file.');
  const values = type === types.text ? readTexts(message) : readNumbers(message, type);
  const count = dimensions.reduce((product, size) => product * size, 1);
  if (!(values.length === count && dimensions.every((size) => size >= 0)))
    throw unusable(
      `A constant has ${values.length} values, but the dimensions ${dimensions.join(' × ') || 'of one'}.`,
    );
  return { type, dimensions, values };
}

function readTexts(message: Decoded): string[] {
  return (message.get(6) ?? []).map((value) => (typeof value === 'number' ? '' : decoder.decode(value)));
}

function readNumbers(message: Decoded, type: number): Float64Array {
  const encoding = encodings.get(type);
  if (!encoding) throw unusable(`A constant is of the type ${type} of ONNX, which cannot be imported.`);
  const raw = message.get(9)?.[0];
  if (!(raw instanceof Uint8Array)) {
    const [field, form] = encoding.list;
    return Float64Array.from(unpackNumbers(message.get(field), form));
  }
  const { width, read } = encoding;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  return Float64Array.from({ length: Math.floor(raw.length / width) }, (_, i) => read(view, i * width));
}

function numberOf(message: Decoded, field: number): number {
  const value = message.get(field)?.[0];
  return typeof value === 'number' ? value : 0;
}
