/** Compares scores that were computed elsewhere with Holdfast's own, row by row of a file with the records and their scores. */
import { AppError } from '../../errors.ts';
import { clearRows, toTable } from '../../ml/data/row-reader.ts';
import { isBlank, parseNumber } from '../../ml/data/values.ts';
import { predictModel, type Model } from '../../ml/model/model.ts';
import type { ColumnMapping } from '../batches/mapping.ts';
import { customerIdOf, toCustomer } from '../batches/rows.ts';
import type { FirstLine } from '../csv/first-line.ts';
import type { CsvIntake } from '../csv/intake.ts';
import { withPreparedCsv } from '../csv/prepared.ts';
import { readCsvChunks, type CsvRow } from '../csv/reader.ts';
import { createCustomerReader, readCustomer, type CustomerReader } from '../scoring/customer-reading.ts';
import { mapColumns } from '../scoring/file.ts';

export interface VerifyOptions {
  /** The column with their probability; null: `churn_probability` or `probability`. */
  readonly column: string | null;
  /** Scores that differ by more are over it, > 0. */
  readonly tolerance: number;
  readonly allowMissing: boolean;
  readonly firstLine: FirstLine | null;
}

export interface Verification {
  /** Rows that both gave a score. */
  readonly compared: number;
  readonly largestDifference: number;
  readonly overTolerance: number;
  /** Rows that neither could score. */
  readonly scoredByNone: number;
  /** Rows that only one could score, or whose probability cannot be read. */
  readonly scoredByOne: number;
  /** The row with the largest difference, as a spreadsheet counts, and its customer. */
  readonly worst: { readonly row: number; readonly customer: string | null } | null;
}

const rowsAtOnce = 1_000;
const usualColumns = ['churn_probability', 'probability'];

/** @throws AppError when the file lacks columns of the model, or the probability */
export function verifyScores(model: Model, path: string, options: VerifyOptions): Promise<Verification> {
  const compare = (prepared: string, { header, format }: CsvIntake): Verification => {
    const mapping = mapColumns(model, header, options);
    const place = placeOfProbability(header, options.column);
    const reader = createCustomerReader(model.schema, rowsAtOnce);
    const shape = { delimiter: format.delimiter, columnCount: header.length };
    let total = nothing;
    for (const { rows } of readCsvChunks(prepared, shape, rowsAtOnce)) {
      const own = scoreRows({ model, reader, mapping, decimal: format.decimal }, rows);
      rows.forEach(({ reading, rowNumber }, i) => {
        const text = reading.cells[place] ?? '';
        const theirs = isBlank(text) ? null : (parseNumber(text, format.decimal) ?? NaN);
        const customer = customerIdOf(reading.cells, mapping);
        total = added(total, { theirs, ours: own[i]!, row: rowNumber, customer }, options.tolerance);
      });
    }
    return total;
  };
  return withPreparedCsv(path, compare, options.firstLine);
}

const nothing: Verification = {
  compared: 0,
  largestDifference: 0,
  overTolerance: 0,
  scoredByNone: 0,
  scoredByOne: 0,
  worst: null,
};

/** Whether the scores are the same as far as the tolerance goes. */
export function agrees({ compared, overTolerance, scoredByOne }: Verification): boolean {
  return compared > 0 && overTolerance === 0 && scoredByOne === 0;
}

/** What both say of a row; null: not scored; NaN: no number. */
interface Pair {
  readonly theirs: number | null;
  readonly ours: number | null;
  readonly row: number;
  readonly customer: string | null;
}

function added(total: Verification, { theirs, ours, row, customer }: Pair, tolerance: number): Verification {
  if (theirs === null && ours === null) return { ...total, scoredByNone: total.scoredByNone + 1 };
  if (theirs === null || ours === null || Number.isNaN(theirs))
    return { ...total, scoredByOne: total.scoredByOne + 1 };
  const difference = Math.abs(theirs - ours);
  const isWorst = difference > total.largestDifference;
  return {
    ...total,
    compared: total.compared + 1,
    largestDifference: Math.max(total.largestDifference, difference),
    overTolerance: total.overTolerance + Number(difference > tolerance),
    worst: isWorst ? { row, customer } : total.worst,
  };
}

interface Scoring {
  readonly model: Model;
  readonly reader: CustomerReader;
  readonly mapping: ColumnMapping;
  readonly decimal: CsvIntake['format']['decimal'];
}

/** Probabilities in the order of the rows; null for a row that cannot be scored. */
function scoreRows({ model, reader, mapping, decimal }: Scoring, rows: readonly CsvRow[]): (number | null)[] {
  clearRows(reader.batch);
  const isRead = rows.map(
    ({ reading }) =>
      reading.ok && readCustomer(reader, toCustomer(reading.cells, mapping), decimal).problems.length === 0,
  );
  const probabilities = predictModel(model, toTable(reader.batch));
  let next = 0;
  return isRead.map((read) => (read ? probabilities[next++]! : null));
}

/** @throws AppError 422 */
function placeOfProbability(header: readonly string[], column: string | null): number {
  const wanted = column === null ? usualColumns : [column];
  const place = header.findIndex((name) => wanted.includes(name));
  if (place >= 0) return place;
  const message = `The file has no column ${wanted.join(' or ')}. It has ${header.join(', ')}.`;
  throw new AppError(422, 'no-probability', message);
}
