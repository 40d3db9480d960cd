/**
 * Everything that Holdfast writes as CSV, line by line. Files for people are safe: a spreadsheet that opens one runs
 * none of its cells. Files that are read back here are exact.
 */

/** In front of files for people: without it Excel takes UTF-8 for something else. */
export const byteOrderMark = '\ufeff';

export type CsvCell = string | number | null;

export interface LineStyle {
  readonly delimiter?: string;
  readonly lineEnd?: '\n' | '\r\n';
}

/** For people. Null is an empty cell. */
export function safeLine(
  cells: readonly CsvCell[],
  { delimiter = ',', lineEnd = '\n' }: LineStyle = {},
): string {
  let text = '';
  for (let i = 0; i < cells.length; i++)
    text += (i === 0 ? '' : delimiter) + safeCell(String(cells[i] ?? ''), delimiter);
  return text + lineEnd;
}

/** For reading back: each cell as it is, quoted where any reader could take it for several cells or lines. */
export function exactLine(
  cells: readonly CsvCell[],
  { delimiter = ',', lineEnd = '\n' }: LineStyle = {},
): string {
  return cells.map((cell) => exactCell(String(cell ?? ''))).join(delimiter) + lineEnd;
}

const special = /[",;\t|\r\n]/;

function exactCell(text: string): string {
  return special.test(text) ? quoted(text) : text;
}

const plainCell = /^[\p{L}\p{N}_.:/ ()-]*$/u;
const numberCell = /^[+-]?\d[\d.,]*(e[+-]?\d+)?$/i;
/** What a spreadsheet takes for the beginning of a formula, also in full width. */
const riskyStart = /^[=+\-@\t\r\0\uff1d\uff0b\uff0d\uff20]/;

/** A text that a spreadsheet would run gets an apostrophe in front; a negative number does not. */
export function safeCell(cell: string, delimiter: string): string {
  const text = riskyStart.test(cell) && !numberCell.test(cell) ? `'${cell}` : cell;
  if (plainCell.test(text)) return text;
  const needsQuotes =
    text.includes('"') || text.includes(delimiter) || text.includes('\n') || text.includes('\r');
  return needsQuotes ? quoted(text) : text;
}

/** What a cell was before `safeCell`; a text that itself began with an apostrophe cannot be distinguished. */
export function withoutApostrophe(cell: string): string {
  const original = cell.slice(1);
  const isEscaped = cell.startsWith("'") && riskyStart.test(original) && !numberCell.test(original);
  return isEscaped ? original : cell;
}

function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
