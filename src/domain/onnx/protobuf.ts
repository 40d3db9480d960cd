/**
 * The wire format of Protocol Buffers, as far as ONNX files need it: a message is a list of fields, each a number and a value.
 */

const VARINT = 0;
const BYTES = 2;

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
