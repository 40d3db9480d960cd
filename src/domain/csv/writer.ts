/**
 * Writes CSV line by line. In files for people, formulas are escaped for spreadsheets. Files that Holdfast reads back
 * are exact.
 */

/** Byte order mark of files for people, so that Excel recognises UTF-8. */
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
  return safeCells(cells, delimiter) + lineEnd;
}

/** A line without its end. */
export function safeCells(cells: readonly CsvCell[], delimiter: string): string {
  let text = '';
  for (let i = 0; i < cells.length; i++)
    text += (i === 0 ? '' : delimiter) + safeCell(String(cells[i] ?? ''), delimiter);
  return text;
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
/** Characters that begin a formula in a spreadsheet, also in full width. */
const riskyStart = /^[=+\-@\t\r\0\uff1d\uff0b\uff0d\uff20]/;

/** Prefixes a formula with an apostrophe; a negative number stays as it is. */
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
