/**
 * What one condition of a churn rule says about every row: 1 it holds, 0 it does not, 255 unknown, because the cell is
 * blank or cannot be read.
 */
import { Unprocessable } from '../../../errors.ts';
import { isSameLevel } from '../../../ml/data/levels.ts';
import { isBlank, parseDate, parseNumber } from '../../../ml/data/values.ts';
import type { DecimalSign } from '../../../ml/data/values.ts';

export const unknown = 255;

/** The cells of the condition's column, one a row, as what the condition needs. */
export interface ConditionCells {
  readonly column: string;
  /** NaN: blank, or no number. */
  numbers(): Float64Array;
  /** Days since 1970-01-01; NaN: blank, or no date. */
  days(): Float64Array;
  /** 1 where the cell is the level, 0 where it is another, 255 where it is blank. */
  areLevel(level: string): Uint8Array;
  /** 1 where the cell has a value. */
  areFilled(): Uint8Array;
}

export function textCells(column: string, cells: readonly string[], decimal: DecimalSign): ConditionCells {
  return {
    column,
    numbers: () => readValues(cells, (text) => parseNumber(text, decimal)),
    days: () => readValues(cells, parseDate),
    areLevel: (level) =>
      Uint8Array.from(cells, (text) => (isBlank(text) ? unknown : Number(isSameLevel(text, level)))),
    areFilled: () => Uint8Array.from(cells, (text) => Number(!isBlank(text))),
  };
}

/** Tests one value; NaN never reaches it. */
type ValueTest = (value: number) => boolean;

/** `testOf` gets all values, NaN where there is none, for conditions that depend on the others' values. */
export function testNumbers(cells: ConditionCells, testOf: (values: Float64Array) => ValueTest): Uint8Array {
  const values = cells.numbers();
  if (!hasValue(values)) throw unusable(`The column '${cells.column}' has no numbers that can be read.`);
  return answersOf(values, testOf(values));
}

/** As `testNumbers`, with days since 1970-01-01. */
export function testDates(cells: ConditionCells, testOf: (days: Float64Array) => ValueTest): Uint8Array {
  const days = cells.days();
  if (!hasValue(days)) throw unusable(`The column '${cells.column}' has no dates that can be read.`);
  return answersOf(days, testOf(days));
}

export function testLevel(cells: ConditionCells, level: string): Uint8Array {
  const wanted = level.trim();
  const answers = cells.areLevel(wanted);
  if (!answers.includes(1)) throw unusable(`No row has '${wanted}' in the column '${cells.column}'.`);
  return answers;
}

/** Blank cells answer here: the condition asks whether there is a value. */
export function testFilled(cells: ConditionCells): Uint8Array {
  const { column } = cells;
  const answers = cells.areFilled();
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
