/** Reading a customer: the columns of a model and, beside them, what the customer pays. Checking and scoring share it. */
import { addRow, createRowBatch } from '../ml/row-reader.ts';
import type { RowBatch, RowReading } from '../ml/row-reader.ts';
import type { Schema } from '../ml/schema.ts';
import { isBlank, parseNumber } from '../ml/values.ts';
import type { CellValue, DecimalSign } from '../ml/values.ts';
import { foldName } from './column-names.ts';

/** A customer as text, or with values that were read before. */
export interface RawCustomer {
  /** One a feature, in the schema's order; undefined: not given. */
  readonly cells: readonly (CellValue | undefined)[];
  /** The monthly value where it is no feature. */
  readonly value?: string | undefined;
  /** Levels that were read as others, in words. */
  readonly renamed?: readonly string[];
}

export interface CustomerReader {
  readonly batch: RowBatch;
  /** How the column of the monthly value is called, and its place among the features; −1: it is none of them. */
  readonly valueName: string;
  readonly valuePlace: number;
}

export interface CustomerReading extends RowReading {
  /** Null: not known. */
  readonly monthlyValue: number | null;
}

export function createCustomerReader({ features, value }: Schema, capacity = 1): CustomerReader {
  const name = value ?? 'Monthly value';
  const valuePlace =
    value === null ? -1 : features.findIndex((feature) => foldName(feature.name) === foldName(name));
  return { batch: createRowBatch(features, capacity), valueName: name, valuePlace };
}

/** Reads one customer into the reader's batch; one with problems is not added. */
export function readCustomer(
  { batch, valueName, valuePlace }: CustomerReader,
  { cells, value }: RawCustomer,
  decimal: DecimalSign,
): CustomerReading {
  const reading = addRow(batch, cells, decimal);
  if (valuePlace >= 0) {
    const read = batch.columns[valuePlace]!.read;
    return { ...reading, monthlyValue: typeof read === 'number' ? read : null };
  }
  if (value === undefined || isBlank(value)) return { ...reading, monthlyValue: null };
  const monthlyValue = parseNumber(value, decimal);
  if (monthlyValue !== null) return { ...reading, monthlyValue };
  if (reading.problems.length === 0) batch.rowCount--;
  const problem = { column: valueName, found: value, expected: `an amount such as 49${decimal}90` };
  return { ...reading, problems: [...reading.problems, problem], monthlyValue: null };
}
