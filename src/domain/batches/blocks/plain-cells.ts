/** Cells that can be read from their bytes alone. Everything else takes the careful path, which decides. */

const zero = 0x30;
const plus = 0x2b;
const minus = 0x2d;
const point = 0x2e;
const comma = 0x2c;
const slash = 0x2f;
const day = 86_400_000;

/** More digits may not fit into an integer of 32 bits. */
const fewDigits = 9;
/** More digits, and the nearest double is not a quotient of two exact ones. */
const manyDigits = 15;
const powersOfTen = Float64Array.from({ length: manyDigits + 1 }, (_, k) => 10 ** k);

/**
 * The number that `[+-]digits[sign digits]` writes, exactly as `Number` reads it: both the digits and the power of ten
 * are exact, so their quotient is rounded once. NaN: the bytes are anything else.
 */
export function plainNumber(bytes: Uint8Array, start: number, end: number, sign: number): number {
  const first = bytes[start]!;
  const from = first === minus || first === plus ? start + 1 : start;
  let whole = 0;
  let split = -1;
  for (let at = from; at < end; at++) {
    const digit = bytes[at]! - zero;
    if (digit >= 0 && digit <= 9) whole = (Math.imul(whole, 10) + digit) | 0;
    else if (bytes[at] === sign && split < 0) split = at;
    else return NaN;
  }
  const digits = end - from - (split < 0 ? 0 : 1);
  if (digits <= 0 || digits > manyDigits) return NaN;
  if (digits > fewDigits) whole = wideDigits(bytes, from, end);
  const value = split < 0 ? whole : whole / powersOfTen[end - split - 1]!;
  return first === minus ? -value : value;
}

function wideDigits(bytes: Uint8Array, from: number, end: number): number {
  let whole = 0;
  for (let at = from; at < end; at++) {
    const digit = bytes[at]! - zero;
    if (digit >= 0 && digit <= 9) whole = whole * 10 + digit;
  }
  return whole;
}

/** Days since 1970-01-01 of `2026-11-20` or `2026/11/20`; NaN: the bytes are anything else. */
export function plainDate(bytes: Uint8Array, start: number, end: number): number {
  if (end - start !== 10 || !isDateSign(bytes[start + 4]!) || !isDateSign(bytes[start + 7]!)) return NaN;
  const year = digitsAt(bytes, start, 4);
  const month = digitsAt(bytes, start + 5, 2);
  const date = digitsAt(bytes, start + 8, 2);
  // No month is shorter than 28 days; years of three digits are for the careful path.
  const isPlain = year >= 1000 && month >= 1 && month <= 12 && date >= 1 && date <= 28;
  return isPlain ? Date.UTC(year, month - 1, date) / day : NaN;
}

function isDateSign(byte: number): boolean {
  return byte === minus || byte === slash;
}

/** −1: they are not all digits. */
function digitsAt(bytes: Uint8Array, start: number, count: number): number {
  let whole = 0;
  for (let at = start; at < start + count; at++) {
    const digit = bytes[at]! - zero;
    if (digit < 0 || digit > 9) return -1;
    whole = whole * 10 + digit;
  }
  return whole;
}

/** What follows 0xEF in the full-width forms of `=`, `+`, `-` and `@`. */
const fullWidth = [0x9d, 0x8b, 0x8d, 0xa0];

/** Whether `safeCell` would put an apostrophe before the cell; its first byte is one of `= + - @`, a tab or 0xEF. */
export function isFormula(bytes: Uint8Array, start: number, end: number): boolean {
  if (start === end) return false;
  if (bytes[start] === 0xef) return bytes[start + 1] === 0xbc && fullWidth.includes(bytes[start + 2]!);
  return !isNumberLike(bytes, start, end);
}

/** `[+-]digits, points and commas[e[+-]digits]`, which `safeCell` leaves as it is. */
function isNumberLike(bytes: Uint8Array, start: number, end: number): boolean {
  let at = afterSign(bytes, start);
  if (!isDigit(bytes[at]!)) return false;
  while (at < end && (isDigit(bytes[at]!) || bytes[at] === point || bytes[at] === comma)) at++;
  if (at === end) return true;
  if ((bytes[at]! | 0x20) !== 0x65) return false;
  at = afterSign(bytes, at + 1);
  const exponent = at;
  while (at < end && isDigit(bytes[at]!)) at++;
  return at === end && at > exponent;
}

function afterSign(bytes: Uint8Array, at: number): number {
  return bytes[at] === plus || bytes[at] === minus ? at + 1 : at;
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte <= 0x39;
}
