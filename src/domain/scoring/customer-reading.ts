/** Reads a customer: the inputs of a model and the monthly revenue. Shared by checking and scoring. */
import { addRow, createRowBatch } from '../../ml/data/row-reader.ts';
import type { RowBatch, RowReading } from '../../ml/data/row-reader.ts';
import type { Schema } from '../../ml/data/schema.ts';
import { isBlank, parseNumber } from '../../ml/data/values.ts';
import type { CellValue, DecimalSign } from '../../ml/data/values.ts';
import { foldName } from '../csv/column-names.ts';
import type { HadAction } from '../retention/past/questions.ts';

/** A customer as text, or with values that were read before. */
export interface RawCustomer {
  /** One a feature, in the schema's order; undefined: not given. */
  readonly cells: readonly (CellValue | undefined)[];
  /** The monthly value where it is no feature. */
  readonly value?: string | undefined;
  /** Notes on levels that were mapped to others. */
  readonly renamed?: readonly string[];
  /** What was done for the customer before; without it, nothing was. */
  readonly had?: HadAction;
}

/** Monthly revenue is below this, as in the forms of rules and costs, so that sums over all customers stay exact. */
export const largestAmount = 999_999_999.99;

export interface CustomerReader {
  readonly batch: RowBatch;
  /** The name of the monthly revenue column, and its place among the features; −1 if it is not a feature. */
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
  const amount = valuePlace >= 0 ? featureAmount(batch, valuePlace) : textAmount(value, decimal);
  if (amount === null || Math.abs(amount) <= largestAmount) return { ...reading, monthlyValue: amount };
  // Written so that an amount that is no number is refused as well.
  if (reading.problems.length === 0) batch.rowCount--;
  const found = String(valuePlace >= 0 ? cells[valuePlace] : value);
  const expected = Number.isNaN(amount)
    ? `an amount such as 49${decimal}90`
    : 'an amount of at most nine digits before the decimal sign';
  const problem = { column: valueName, found, expected };
  return { ...reading, problems: [...reading.problems, problem], monthlyValue: null };
}

/** Text that could not be read is a problem of the feature already. */
function featureAmount(batch: RowBatch, place: number): number | null {
  const { read } = batch.columns[place]!;
  return typeof read === 'number' ? read : null;
}

/** NaN: the text is no amount; null: it is blank. */
function textAmount(text: string | undefined, decimal: DecimalSign): number | null {
  return text === undefined || isBlank(text) ? null : (parseNumber(text, decimal) ?? NaN);
}
