/** Pieces of SQL that are the same in all databases. */
import type { Dialect } from './dialects.ts';
import { addColumn, type Steps } from './steps.ts';

/** A number as a double; in brackets where it is negative. */
export function literal({ literal: write }: Dialect, value: number): string {
  if (value === 0) return write('0');
  const digits = write(String(Math.abs(value)));
  return value < 0 ? `(-${digits})` : digits;
}

export function text({ hasBackslashEscapes }: Dialect, value: string): string {
  if (!hasBackslashEscapes) return `'${value.replaceAll("'", "''")}'`;
  const escaped = value.replace(/[\\']/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `'${escaped}'`;
}

export function identifier({ identifierQuote: quote }: Dialect, name: string): string {
  return `${quote}${name.replaceAll(quote, quote + quote)}${quote}`;
}

/** Halves in brackets: a flat sum of a thousand terms is a thousand levels deep for a parser. */
export function balanced(
  terms: readonly string[],
  join: (left: string, right: string) => string = (left, right) => `(${left} + ${right})`,
): string {
  if (terms.length <= 1) return terms[0] ?? '0';
  const middle = Math.ceil(terms.length / 2);
  return join(balanced(terms.slice(0, middle), join), balanced(terms.slice(middle), join));
}

/** Texts one after the other. */
export function concatenated(terms: readonly string[]): string {
  return balanced(terms, (left, right) => `(${left} || ${right})`);
}

/** `least` where the column is below it, `most` where it is above. */
export function clamped(dialect: Dialect, column: string, least: number, most: number): string {
  const [low, high] = [literal(dialect, least), literal(dialect, most)];
  return `CASE WHEN ${column} < ${low} THEN ${low} WHEN ${column} > ${high} THEN ${high} ELSE ${column} END`;
}

/** Adds σ(margin); beyond ±700 the exponential function is an error in some databases. */
export function addSigmoid(steps: Steps, margin: string): string {
  const { dialect } = steps;
  const m = addColumn(steps, 'm', margin);
  const one = literal(dialect, 1);
  return addColumn(steps, 'p', `${one} / (${one} + EXP(-(${clamped(dialect, m, -700, 700)})))`);
}

/** Adds the log-odds of a probability that is cut to [cut, 1 − cut]. */
export function addCutLogit(steps: Steps, probability: string, cut: number): string {
  const { dialect } = steps;
  const q = addColumn(steps, 'q', clamped(dialect, probability, cut, 1 - cut));
  return addColumn(steps, 'l', `LN(${q} / (${literal(dialect, 1)} - ${q}))`);
}

/** The piece that a number lies in, by halving: piece i lies below `ends[i]`, the last one above all. */
export function pieceOf(
  dialect: Dialect,
  column: string,
  ends: readonly number[],
  pieces: readonly string[],
  compare: '<' | '<=',
): string {
  if (ends.length === 0) return pieces[0]!;
  const middle = ends.length >> 1;
  const below = pieceOf(dialect, column, ends.slice(0, middle), pieces.slice(0, middle + 1), compare);
  const above = pieceOf(dialect, column, ends.slice(middle + 1), pieces.slice(middle + 1), compare);
  return `CASE WHEN ${column} ${compare} ${literal(dialect, ends[middle]!)} THEN ${below} ELSE ${above} END`;
}
