/**
 * What one condition of a churn rule says about every row: 1 it holds, 0 it does not, 255 unknown, because the cell is
 * blank or cannot be read.
 */
import { Unprocessable } from '../../../errors.ts';
import { isSameLevel } from '../../../ml/data/levels.ts';
import { isBlank, parseDate, parseNumber } from '../../../ml/data/values.ts';
import type { DecimalSign } from '../../../ml/data/values.ts';

export const unknown = 255;

/** The cells of the condition's column, and how the file writes numbers. */
export interface ConditionCells {
  readonly column: string;
  readonly cells: readonly string[];
  readonly decimal: DecimalSign;
}

/** Tests one value; NaN never reaches it. */
type ValueTest = (value: number) => boolean;

/** `testOf` gets all values, NaN where there is none, for conditions that depend on the others' values. */
export function testNumbers(
  { column, cells, decimal }: ConditionCells,
  testOf: (values: Float64Array) => ValueTest,
): Uint8Array {
  const values = readValues(cells, (text) => parseNumber(text, decimal));
  if (!hasValue(values)) throw unusable(`The column '${column}' has no numbers that can be read.`);
  return answersOf(values, testOf(values));
}

/** As `testNumbers`, with days since 1970-01-01. */
export function testDates(
  { column, cells }: ConditionCells,
  testOf: (days: Float64Array) => ValueTest,
): Uint8Array {
  const days = readValues(cells, parseDate);
  if (!hasValue(days)) throw unusable(`The column '${column}' has no dates that can be read.`);
  return answersOf(days, testOf(days));
}

export function testLevel({ column, cells }: ConditionCells, level: string): Uint8Array {
  const wanted = level.trim();
  const answers = Uint8Array.from(cells, (text) =>
    isBlank(text) ? unknown : Number(isSameLevel(text, wanted)),
  );
  if (!answers.includes(1)) throw unusable(`No row has '${wanted}' in the column '${column}'.`);
  return answers;
}

/** Blank cells answer here: the condition asks whether there is a value. */
export function testFilled({ column, cells }: ConditionCells): Uint8Array {
  const answers = Uint8Array.from(cells, (text) => Number(!isBlank(text)));
  if (!answers.includes(1)) throw unusable(`The column '${column}' has no value in any row.`);
  if (!answers.includes(0))
    throw unusable(`The column '${column}' has a value in every row, so no customer would have stayed.`);
  return answers;
}

export function largest(values: Float64Array): number {
  let max = -Infinity;
  for (const value of values) if (value > max) max = value;
  return max;
}

/** Interpolates between the two nearest values, as numpy does by default; missing values are left out. */
export function percentileOf(values: Float64Array, percent: number): number {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const place = ((sorted.length - 1) * percent) / 100;
  const below = Math.floor(place);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return low + (place - below) * (high - low);
}

function readValues(cells: readonly string[], parse: (text: string) => number | null): Float64Array {
  return Float64Array.from(cells, (text) => (isBlank(text) ? NaN : (parse(text) ?? NaN)));
}

function hasValue(values: Float64Array): boolean {
  return values.some((value) => !Number.isNaN(value));
}

function answersOf(values: Float64Array, holds: ValueTest): Uint8Array {
  return Uint8Array.from(values, (value) => (Number.isNaN(value) ? unknown : Number(holds(value))));
}

function unusable(message: string): Unprocessable {
  return new Unprocessable([{ field: 'column', message }]);
}
