/**
 * From raw text to the typed columns that a model takes: the one place that form, CSV and API go through,
 * so that the same customer is the same numbers everywhere.
 *
 * A blank is missing, never zero. The feature's policy decides what is done with a missing cell, a level that training
 * did not have, or a number outside the training range; the default policy uses the value and adds a note. Text where a
 * number belongs rejects the row.
 */
import { levelKey } from './levels.ts';
import { usualPolicy } from './schema.ts';
import type { AllowedRange, Feature, Policy } from './schema.ts';
import { MISSING, UNSEEN } from './table.ts';
import type { Column, Table } from './table.ts';
import { isBlank, parseDate, parseNumber, withinLimits } from './values.ts';
import type { CellValue, DecimalSign } from './values.ts';

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
  /** Which limit a number is beyond, where the feature has a policy or limits of its own. */
  readonly beyond?: string;
  /** What was scored in its place, by the feature's policy; empty: as if the cell were blank. */
  readonly used?: string;
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
  readonly policy: Policy;
  readonly limits: AllowedRange;
  readonly values: Float64Array;
  readonly codes: Int32Array;
  /** Exact level, and its folded form, to its code. */
  readonly codeOf: ReadonlyMap<string, number>;
  /** What the row before said, as read and before any policy. */
  read: CellValue;
}

const nothing: readonly never[] = Object.freeze([]);
const clean: RowReading = Object.freeze({ problems: nothing, notes: nothing });

export function createRowBatch(features: readonly Feature[], capacity: number): RowBatch {
  const columns = features.map((feature) => ({
    feature,
    policy: feature.policy ?? usualPolicy,
    limits: feature.allowed ?? feature.range ?? { min: null, max: null },
    values: new Float64Array(isNumeric(feature) ? capacity : 0),
    codes: new Int32Array(isNumeric(feature) ? 0 : capacity),
    codeOf: levelCodes(feature.levels),
    read: null,
  }));
  return { features, capacity, rowCount: 0, columns };
}

export function clearRows(batch: RowBatch): void {
  batch.rowCount = 0;
}

/**
 * Reads one row, its cells in the order of the batch's features: text as it came, or values that were read before. A
 * row with problems is not added.
 * @throws RangeError when the batch is full.
 */
export function addRow(
  batch: RowBatch,
  cells: readonly (CellValue | undefined)[],
  decimal: DecimalSign,
): RowReading {
  const row = batch.rowCount;
  if (row >= batch.capacity) throw new RangeError('the batch is full');
  let problems: CellProblem[] | undefined;
  let notes: CellNote[] | undefined;
  for (let j = 0; j < batch.columns.length; j++) {
    const column = batch.columns[j]!;
    const cell = cells[j] ?? undefined;
    const result = isNumeric(column.feature)
      ? readNumber(column, row, cell, decimal)
      : readLevel(column, row, cell?.toString());
    if (result === null) continue;
    if ('kind' in result) (notes ??= []).push(result);
    else (problems ??= []).push(result);
  }
  if (!problems) batch.rowCount++;
  return problems || notes ? { problems: problems ?? nothing, notes: notes ?? nothing } : clean;
}

/**
 * The values of the row that `addRow` read last, by feature: what the customer is, whatever a policy put in its
 * place. Text that could not be read stays text.
 */
export function lastRow(batch: RowBatch): Record<string, CellValue> {
  const row = Object.create(null) as Record<string, CellValue>;
  for (const { feature, read } of batch.columns) row[feature.name] = read;
  return row;
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
  cell: string | number | undefined,
  decimal: DecimalSign,
): CellNote | CellProblem | null {
  const { feature, policy, values } = column;
  if (cell === undefined || (typeof cell === 'string' && isBlank(cell))) {
    const typical = policy.missing === 'typical' ? feature.range?.median : undefined;
    values[row] = typical ?? NaN;
    column.read = null;
    return missingCell(column, typical === undefined ? undefined : written(typical, feature, decimal));
  }
  const value = valueOf(feature, cell, decimal);
  if (value === null) {
    column.read = typeof cell === 'string' ? cell.trim() : cell;
    return { column: feature.name, found: String(cell), expected: expectation(feature, cell, decimal) };
  }
  values[row] = value;
  column.read = feature.type === 'date' ? written(value, feature, decimal) : value;
  const bound = boundOf(value, column.limits);
  return bound === null ? null : outOfRange(column, row, String(cell), bound, decimal);
}

function valueOf({ type }: Feature, cell: string | number, decimal: DecimalSign): number | null {
  if (type === 'date') return parseDate(String(cell));
  return typeof cell === 'number' ? withinLimits(cell) : parseNumber(cell, decimal);
}

function readLevel(
  column: BatchColumn,
  row: number,
  text: string | undefined,
): CellNote | CellProblem | null {
  const { feature, policy, codes, codeOf } = column;
  const exact = text === undefined ? undefined : codeOf.get(text);
  if (exact !== undefined) {
    codes[row] = exact;
    column.read = text!;
    return null;
  }
  column.read = null;
  if (text === undefined || isBlank(text)) {
    // Models from before the mode was kept have their first level stand in.
    const typical = policy.missing === 'typical' ? (feature.mode ?? feature.levels[0]) : undefined;
    codes[row] = (typical === undefined ? undefined : codeOf.get(typical)) ?? MISSING;
    return missingCell(column, typical);
  }
  const code = codeOf.get(foldedKey(text));
  column.read = code === undefined ? text.trim() : feature.levels[code]!;
  codes[row] = code ?? (policy.unseen === 'missing' ? MISSING : UNSEEN);
  return code === undefined ? unseenLevel(column, text) : null;
}

function missingCell({ feature, policy }: BatchColumn, used: string | undefined): CellNote | CellProblem {
  if (policy.missing === 'refuse') return { column: feature.name, found: '', expected: 'a value' };
  const note = { column: feature.name, kind: 'missing', found: '' } as const;
  return used === undefined ? note : { ...note, used };
}

function unseenLevel({ feature, policy }: BatchColumn, found: string): CellNote | CellProblem {
  if (policy.unseen === 'refuse') {
    const levels = feature.levels.slice(0, 10).join(', ');
    return {
      column: feature.name,
      found,
      expected: `one of ${levels}${feature.levels.length > 10 ? ' …' : ''}`,
    };
  }
  const note = { column: feature.name, kind: 'unseen', found } as const;
  return policy.unseen === 'missing' ? { ...note, used: '' } : note;
}

function outOfRange(
  { feature, policy, limits, values }: BatchColumn,
  row: number,
  found: string,
  bound: number,
  decimal: DecimalSign,
): CellNote | CellProblem {
  if (policy.outOfRange === 'refuse') {
    return { column: feature.name, found, expected: limitWords(feature, limits, decimal) };
  }
  const note = { column: feature.name, kind: 'out-of-range', found } as const;
  if (feature.policy === undefined && feature.allowed === undefined) return note;
  const limit = written(bound, feature, decimal);
  const side = values[row]! > bound ? 'above' : 'below';
  const beyond = `${side} the ${feature.allowed ? 'allowed' : 'training'} range (${limit})`;
  if (policy.outOfRange === 'use') return { ...note, beyond };
  values[row] = bound;
  return { ...note, beyond, used: limit };
}

/** '0 to 72', 'at least 0', 'at most 72'. */
function limitWords(feature: Feature, { min, max }: AllowedRange, decimal: DecimalSign): string {
  const low = min === null ? null : written(min, feature, decimal);
  const high = max === null ? null : written(max, feature, decimal);
  if (low === null) return `at most ${high ?? ''}`;
  return high === null ? `at least ${low}` : `${low} to ${high}`;
}

/** The limit that the value is beyond; null: it is within. */
function boundOf(value: number, { min, max }: AllowedRange): number | null {
  if (min !== null && value < min) return min;
  return max !== null && value > max ? max : null;
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
  return `\0${levelKey(text)}`;
}

function expectation(feature: Feature, found: string | number, decimal: DecimalSign): string {
  if (feature.type === 'date') return 'a date such as 2026-11-20';
  if (isTooLarge(found)) return 'a number of at most 15 digits before the decimal sign';
  const { range } = feature;
  return range === null ? 'a number' : `a number such as ${written(range.median, feature, decimal)}`;
}

/** `1e308`, or digits without end. */
function isTooLarge(found: string | number): boolean {
  return typeof found === 'number' || /^\s*[+-]?(\d+e\d+|\d{16,})/i.test(found);
}

/** As a person would write it in that file. */
export function written(value: number, { type }: Feature, decimal: DecimalSign): string {
  if (type === 'date') return new Date(value * 86_400_000).toISOString().slice(0, 10);
  return String(value).replace('.', decimal);
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
