/**
 * Checks of values that were read from a file. A check returns what is wrong, in words that name the place, or null.
 * Values are those that JSON and typed arrays can hold.
 */
export type Check = (value: unknown, at: string) => string | null;

/** A check for every field of `T`: a field that is added to the type needs one. */
export type Fields<T> = { readonly [K in keyof Required<T>]: Check };

/** Larger numbers would overflow as soon as something is computed with them. */
export const maxMagnitude = 1e100;
const maxText = 10_000;

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

export function isFloats(value: unknown, length: number): value is Float64Array {
  return value instanceof Float64Array && value.length === length;
}

/** An object with these fields; further ones are not looked at. */
export function fields<T>(checks: Fields<T>): Check {
  const entries = Object.entries<Check>(checks);
  return (value, at) => {
    if (!isPlain(value)) return `${at} is missing`;
    for (const [name, check] of entries) {
      const problem = check(value[name], `${at}.${name}`);
      if (problem !== null) return problem;
    }
    return null;
  };
}

export function list(item: Check, most: number): Check {
  return (value, at) => {
    if (!Array.isArray(value)) return `${at} is no list`;
    if (value.length > most) return `${at} has more than ${most} entries`;
    for (const [i, entry] of value.entries()) {
      const problem = item(entry, `${at}[${i}]`);
      if (problem !== null) return problem;
    }
    return null;
  };
}

export function oneOf(...values: readonly unknown[]): Check {
  return (value, at) => (values.includes(value) ? null : `${at} is unknown`);
}

export function optional(check: Check): Check {
  return (value, at) => (value === undefined ? null : check(value, at));
}

export function nullable(check: Check): Check {
  return (value, at) => (value === null ? null : check(value, at));
}

export const text: Check = (value, at) =>
  typeof value === 'string' && value.length <= maxText ? null : `${at} is no text, or too long`;

export const flag: Check = (value, at) => (typeof value === 'boolean' ? null : `${at} is neither yes nor no`);

export const count: Check = (value, at) => (isCount(value) ? null : `${at} is no count`);

export const number: Check = (value, at) =>
  typeof value === 'number' && Math.abs(value) <= maxMagnitude ? null : `${at} is no number, or too large`;

/** From 0 to 1, with what rounding adds. */
export const share: Check = (value, at) =>
  typeof value === 'number' && value >= -1e-9 && value <= 1 + 1e-9 ? null : `${at} is no share`;
