/** Compares stored values of customers with typed values. */
import { parseNumber } from '../../ml/data/values.ts';
import type { CellValue } from '../../ml/data/values.ts';

/** A number typed into a form, with either decimal sign. */
export function typedNumber(text: string): number | null {
  return parseNumber(text, '.') ?? parseNumber(text, ',');
}

/** A number, or that of a level which is a whole number, such as `1`; null: neither. Every country writes those alike. */
export function numberOf(value: CellValue): number | null {
  if (typeof value === 'number') return value;
  return value !== null && /^[+-]?\d{1,15}(\.0)?$/.test(value) ? Number(value) : null;
}

/** True when a customer's value equals a typed one: 29.85 is '29,85', and 'Yes' is 'yes'. */
export function isAsked(value: CellValue, asked: string): boolean {
  if (value === null) return false;
  const number = numberOf(value);
  return number === null ? fold(String(value)) === fold(asked) : number === typedNumber(asked);
}

/** Two models may call one thing differently: 1 is '1', and 'yes' is 'Yes'. */
export function isSameValue(a: CellValue, b: CellValue): boolean {
  if (a === null || b === null) return a === b;
  const number = numberOf(a);
  return number === null ? fold(String(a)) === fold(String(b)) : number === numberOf(b);
}

function fold(text: string): string {
  return text.trim().toLowerCase();
}

/** A day, counted from 1970-01-01, as it stands among the inputs of a customer: '2026-11-20'. */
export function dateText(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10);
}
