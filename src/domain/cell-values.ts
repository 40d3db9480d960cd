/** Text that customers came with, compared as a person would. */
import { parseNumber } from '../ml/values.ts';

/** Customers come with either decimal sign. */
export function numberIn(text: string): number | null {
  return parseNumber(text, '.') ?? parseNumber(text, ',');
}

/** '29,85' is 29.85, and 'yes' is 'Yes'. */
export function isSameValue(a: string, b: string): boolean {
  const number = numberIn(a);
  return number === null ? a.trim().toLowerCase() === b.trim().toLowerCase() : number === numberIn(b);
}
