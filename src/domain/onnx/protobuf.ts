/**
 * The wire format of Protocol Buffers, as far as ONNX files need it: a message is a list of fields, each a number and a value.
 */

const VARINT = 0;
const DOUBLE = 1;
const BYTES = 2;
const FLOAT = 5;

type FieldValue = number | string | Uint8Array | Message;
/** Field number → its values; nothing is written for an empty list. */
export type Message = ReadonlyMap<number, readonly FieldValue[]>;

/** Builds a message from fields in the order in which they are written. */
export function message(fields: Readonly<Record<number, FieldValue | readonly FieldValue[]>>): Message {
  return new Map(
    Object.entries(fields).map(([number, value]) => [
      Number(number),
      Array.isArray(value) ? (value as FieldValue[]) : [value as FieldValue],
    ]),
  );
}

/** Numbers are whole, and written as varints; text in UTF-8. */
export function encodeMessage(fields: Message): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, values] of fields)
    for (const value of values) {
      const isNumber = typeof value === 'number';
      parts.push(varint((number << 3) | (isNumber ? VARINT : BYTES)));
      if (isNumber) parts.push(varint(value));
      else {
        const bytes = bytesOf(value);
        parts.push(varint(bytes.length), bytes);
      }
    }
  return Buffer.concat(parts);
}

function bytesOf(value: string | Uint8Array | Message): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value);
  return value instanceof Uint8Array ? value : encodeMessage(value);
}

/** Negative numbers take ten bytes: two's complement of 64 bits. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest >= 128n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

/** The bytes are no message. */
export class DamagedMessage extends RangeError {}

/** Field number → its values as they are on the wire: bytes are text, bytes, a message, or a packed list. */
export type Decoded = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

/** Numbers of 64 bits beyond 2^53 are rounded. @throws DamagedMessage */
export function decodeMessage(bytes: Uint8Array): Decoded {
  const fields = new Map<number, (number | Uint8Array)[]>();
  const reader = createReader(bytes);
  while (!reader.isAtEnd()) {
    const tag = reader.varint();
    const value = readValue(reader, tag % 8);
    const number = Math.floor(tag / 8);
    const values = fields.get(number);
    if (values) values.push(value);
    else fields.set(number, [value]);
  }
  return fields;
}

/** A list of numbers, each a field of its own or several of them packed. `wire`: what a packed one is. */
export function unpackNumbers(
  values: readonly (number | Uint8Array)[] | undefined,
  wire: 'varint' | 'float' | 'double',
): number[] {
  const numbers: number[] = [];
  for (const value of values ?? []) {
    if (typeof value === 'number') numbers.push(value);
    else {
      const reader = createReader(value);
      while (!reader.isAtEnd()) numbers.push(reader[wire]());
    }
  }
  return numbers;
}

type Reader = ReturnType<typeof createReader>;

function readValue(reader: Reader, wire: number): number | Uint8Array {
  if (wire === VARINT) return reader.varint();
  if (wire === BYTES) return reader.bytes(reader.varint());
  if (wire === DOUBLE) return reader.double();
  if (wire === FLOAT) return reader.float();
  throw new DamagedMessage(`a field has the wire type ${wire}`);
}

function createReader(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  /** Moves on, and gives where it was. */
  const skip = (length: number): number => {
    if (!(length >= 0 && length <= bytes.length - at))
      throw new DamagedMessage('the bytes end within a field');
    at += length;
    return at - length;
  };
  return {
    isAtEnd: () => at === bytes.length,
    /** As a number with a sign, of 64 bits in two's complement. */
    varint: (): number => {
      let low = 0;
      let high = 0;
      for (let shift = 0; shift < 70; shift += 7) {
        const byte = view.getUint8(skip(1));
        const part = byte & 127;
        if (shift < 28) low |= part << shift;
        else if (shift === 28) {
          low |= part << 28;
          high |= part >>> 4;
        } else high |= shift < 63 ? part << (shift - 32) : (part & 1) << 31;
        if (byte < 128) return (high | 0) * 2 ** 32 + (low >>> 0);
      }
      throw new DamagedMessage('a number has more than ten bytes');
    },
    double: () => view.getFloat64(skip(8), true),
    float: () => view.getFloat32(skip(4), true),
    bytes: (length: number) => {
      const from = skip(length);
      return bytes.subarray(from, from + length);
    },
  };
}
