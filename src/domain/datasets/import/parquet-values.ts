/** The values of a Parquet column as text, exactly: format.apache.org's LogicalTypes.md says what they mean. */
import { isUtf8 } from 'node:buffer';
import type { SchemaElement } from 'hyparquet';
import { isoText } from './iso-text.ts';

const perSecond = { MILLIS: 1000, MICROS: 1_000_000, NANOS: 1_000_000_000 };
/** Significant digits that may tell a 32-bit float from its neighbours; nine always do. */
const floatDigits = [6, 7, 8, 9];

/** How the values of a column are written; null stands for no value, in any of them. */
export function textWriter(element: SchemaElement): (value: unknown) => string {
  const { type, converted_type: converted, logical_type: logical } = element;
  if (isDecimal(element)) {
    const scale = element.scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0);
    return (value) => decimalText(value, scale);
  }
  if (logical?.type === 'TIME') return (value) => timeText(value, perSecond[logical.unit]);
  if (converted === 'TIME_MILLIS') return (value) => timeText(value, perSecond.MILLIS);
  if (converted === 'TIME_MICROS') return (value) => timeText(value, perSecond.MICROS);
  return type === 'FLOAT' ? floatText : plainText;
}

/** The element for reading: decimals as the whole numbers that are stored, since a float would change digits. */
export function asStored(element: SchemaElement): SchemaElement {
  if (!isDecimal(element)) return element;
  const stored = { ...element };
  delete stored.converted_type;
  delete stored.logical_type;
  return stored;
}

function isDecimal({ converted_type: converted, logical_type: logical }: SchemaElement): boolean {
  return converted === 'DECIMAL' || logical?.type === 'DECIMAL';
}

function decimalText(value: unknown, scale: number): string {
  if (value === null) return '';
  const whole = wholeNumber(value);
  const digits = (whole < 0n ? -whole : whole).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  const fraction = digits.slice(point).replace(/0+$/, '');
  return `${whole < 0n ? '-' : ''}${digits.slice(0, point)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Bytes are a big-endian number in two's complement. */
function wholeNumber(value: unknown): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value as number | bigint);
  if (value.length === 0) return 0n;
  return BigInt.asIntN(value.length * 8, BigInt(`0x${Buffer.from(value).toString('hex')}`));
}

function timeText(value: unknown, unit: number): string {
  if (value === null) return '';
  return new Date(Math.floor((Number(value) / unit) * 1000)).toISOString().slice(11, 19);
}

/** 0.1 in 32 bits is 0.10000000149… in 64: the shortest text that means the same 32 bits is what was meant. */
function floatText(value: unknown): string {
  if (typeof value !== 'number' || !Number.isFinite(value)) return '';
  const shortest = floatDigits
    .map((digits) => Number(value.toPrecision(digits)))
    .find((rounded) => Math.fround(rounded) === value);
  return String(shortest ?? value);
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null) return '';
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : '';
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return isoText(value);
  if (value instanceof Uint8Array) return bytesText(value);
  throw new TypeError('A value of a kind that no flat Parquet column has');
}

/** Many programs write text without declaring it as text. */
function bytesText(value: Uint8Array): string {
  return Buffer.from(value).toString(isUtf8(value) ? 'utf8' : 'hex');
}
