/**
 * From raw text to the typed columns that a model takes: the one place that form, CSV and API go through,
 * so that the same customer is the same numbers everywhere.
 *
 * A blank is missing, never zero. A level that training did not hold is unseen and noted. A number outside
 * the training range is used and noted. Text where a number belongs refuses the row.
 */
import type { Feature } from './schema.ts';
import { MISSING, UNSEEN } from './table.ts';
import type { Column, Table } from './table.ts';
import { isBlank, parseDate, parseNumber } from './values.ts';
import type { DecimalSign } from './values.ts';

/** Why a row cannot be scored. */
export interface CellProblem {
  readonly column: string;
  readonly found: string;
  readonly expected: string;
}

/** What was done about a cell of a row that is scored. */
export interface CellNote {
  readonly column: string;
  readonly kind: 'missing' | 'unseen' | 'out-of-range';
  readonly found: string;
}

export interface RowReading {
  readonly problems: readonly CellProblem[];
  readonly notes: readonly CellNote[];
}

/** Typed columns of a fixed capacity that rows are read into, one after the other. */
export interface RowBatch {
  readonly features: readonly Feature[];
  readonly capacity: number;
  rowCount: number;
  readonly columns: readonly BatchColumn[];
}

interface BatchColumn {
  readonly feature: Feature;
  readonly values: Float64Array;
  readonly codes: Int32Array;
  /** Exact level, and its folded form, to its code. */
  readonly codeOf: ReadonlyMap<string, number>;
}

const nothing: readonly never[] = Object.freeze([]);
const clean: RowReading = Object.freeze({ problems: nothing, notes: nothing });

export function createRowBatch(features: readonly Feature[], capacity: number): RowBatch {
  const columns = features.map((feature) => ({
    feature,
    values: new Float64Array(isNumeric(feature) ? capacity : 0),
    codes: new Int32Array(isNumeric(feature) ? 0 : capacity),
    codeOf: levelCodes(feature.levels),
  }));
  return { features, capacity, rowCount: 0, columns };
}

export function clearRows(batch: RowBatch): void {
  batch.rowCount = 0;
}

/**
 * Reads one row, its cells in the order of the batch's features. A row with problems is not added.
 * @throws RangeError when the batch is full.
 */
export function addRow(
  batch: RowBatch,
  cells: readonly (string | undefined)[],
  decimal: DecimalSign,
): RowReading {
  const row = batch.rowCount;
  if (row >= batch.capacity) throw new RangeError('the batch is full');
  let problems: CellProblem[] | undefined;
  let notes: CellNote[] | undefined;
  for (let j = 0; j < batch.columns.length; j++) {
    const column = batch.columns[j]!;
    const text = cells[j];
    const result = isNumeric(column.feature)
      ? readNumber(column, row, text, decimal)
      : readLevel(column, row, text);
    if (result === null) continue;
    if ('kind' in result) (notes ??= []).push(result);
    else (problems ??= []).push(result);
  }
  if (!problems) batch.rowCount++;
  return problems || notes ? { problems: problems ?? nothing, notes: notes ?? nothing } : clean;
}

/** The rows read so far; the arrays are views that the next `clearRows` invalidates. */
export function toTable(batch: RowBatch): Table {
  return {
    rowCount: batch.rowCount,
    columns: batch.columns.map((column) => filledPart(column, batch.rowCount)),
  };
}

function readNumber(
  column: BatchColumn,
  row: number,
  text: string | undefined,
  decimal: DecimalSign,
): CellNote | CellProblem | null {
  const { feature, values } = column;
  if (text === undefined || isBlank(text)) {
    values[row] = NaN;
    return { column: feature.name, kind: 'missing', found: '' };
  }
  const value = feature.type === 'date' ? parseDate(text) : parseNumber(text, decimal);
  if (value === null) return { column: feature.name, found: text, expected: expectation(feature, decimal) };
  values[row] = value;
  const { range } = feature;
  const outside = range !== null && (value < range.min || value > range.max);
  return outside ? { column: feature.name, kind: 'out-of-range', found: text } : null;
}

function readLevel(column: BatchColumn, row: number, text: string | undefined): CellNote | null {
  const { feature, codes, codeOf } = column;
  const exact = text === undefined ? undefined : codeOf.get(text);
  if (exact !== undefined) {
    codes[row] = exact;
    return null;
  }
  if (text === undefined || isBlank(text)) {
    codes[row] = MISSING;
    return { column: feature.name, kind: 'missing', found: '' };
  }
  const code = codeOf.get(foldedKey(text)) ?? UNSEEN;
  codes[row] = code;
  return code === UNSEEN ? { column: feature.name, kind: 'unseen', found: text } : null;
}

/** Levels are found as written, then ignoring case and outer spaces, then `1.0` for `1`, where that is unambiguous. */
function levelCodes(levels: readonly string[]): ReadonlyMap<string, number> {
  const codes = new Map<string, number>();
  const ambiguous = new Set<string>();
  levels.forEach((level, code) => {
    const key = foldedKey(level);
    if (codes.has(key)) ambiguous.add(key);
    codes.set(key, code);
  });
  for (const key of ambiguous) codes.delete(key);
  levels.forEach((level, code) => codes.set(level, code));
  return codes;
}

/** NUL in front keeps folded keys apart from levels as written. */
function foldedKey(text: string): string {
  const trimmed = text.trim();
  return `\0${(/^-?\d+\.0+$/.test(trimmed) ? trimmed.replace(/\.0+$/, '') : trimmed).toLowerCase()}`;
}

function expectation(feature: Feature, decimal: DecimalSign): string {
  if (feature.type === 'date') return 'a date such as 2026-11-20';
  const { range } = feature;
  const written = (value: number): string => String(value).replace('.', decimal);
  return range === null ? 'a number' : `a number such as ${written(range.median)}`;
}

function filledPart(column: BatchColumn, rowCount: number): Column {
  const { name, levels } = column.feature;
  if (isNumeric(column.feature)) return { kind: 'number', name, values: column.values.subarray(0, rowCount) };
  return { kind: 'category', name, levels, codes: column.codes.subarray(0, rowCount) };
}

/** Numbers and dates are arrays of numbers; categories and booleans are codes. */
export function isNumeric(feature: Pick<Feature, 'type'>): boolean {
  return feature.type === 'number' || feature.type === 'date';
}
