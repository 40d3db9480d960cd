/** The careful path for a whole record: its cells as text, read as those of any other customer. */
import { clearRows } from '../../../ml/data/row-reader.ts';
import { isBlankRow, readRecord } from '../../csv/records.ts';
import { safeCell } from '../../csv/writer.ts';
import { readCustomer } from '../../scoring/customer-reading.ts';
import { customerIdOf, toCustomer, unreadable } from '../rows.ts';
import { endRow, storeCell, storeIdentifier } from './block-rows.ts';
import type { BlockRows } from './block-rows.ts';

export interface RecordPlace {
  readonly rowNumber: number;
  readonly start: number;
  /** Without the line end. */
  readonly end: number;
}

/** Adds the record to the accepted rows or to the rejected ones, unless it is blank. */
export function readRowCarefully(rows: BlockRows, bytes: Buffer, place: RecordPlace): void {
  const { plan } = rows;
  const record = bytes.subarray(place.start, place.end);
  if (record.length === 0 || isBlankRow(record, plan.delimiter)) return;
  const reading = readRecord(record, plan.delimiter, plan.uses.columnCount);
  const { rowNumber } = place;
  const { cells } = reading;
  clearRows(plan.customer.batch);
  const { problems, monthlyValue } = reading.ok
    ? readCustomer(plan.customer, toCustomer(cells, plan.mapping), plan.decimal)
    : { problems: [unreadable({ rowNumber, reading })], monthlyValue: null };
  if (problems.length > 0) {
    rows.rejects.push({ before: rows.count, rowNumber, cells, problems });
    return;
  }
  storeCells(rows, cells);
  storeIdentifier(rows, customerIdOf(cells, plan.mapping) ?? '');
  rows.monthlyValue[rows.count] = monthlyValue ?? NaN;
  const isPlain = !record.includes('"') && cells.every((cell) => safeCell(cell, plan.delimiter) === cell);
  rows.isPlain[rows.count] = isPlain ? 1 : 0;
  endRow(rows, rowNumber, place.start, place.end);
}

function storeCells(rows: BlockRows, cells: readonly string[]): void {
  const { readers, mapping } = rows.plan;
  readers.forEach((read, j) => {
    const place = mapping.features[j] ?? null;
    if (place !== null) storeCell(rows, read(cells[place]));
  });
}
