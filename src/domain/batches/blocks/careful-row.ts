/** The careful path for a whole record: its cells as text, read as those of any other customer. */
import { clearRows } from '../../../ml/data/row-reader.ts';
import { isBlankRow, readRecord } from '../../csv/records.ts';
import { safeCell } from '../../csv/writer.ts';
import { readCustomer } from '../../scoring/customer-reading.ts';
import { customerIdOf, toCustomer, unreadable } from '../rows.ts';
import { endRow, storeCell, storeIdentifier } from './block-rows.ts';
import type { BlockPlan } from './block-plan.ts';
import type { BlockRows } from './block-rows.ts';
import type { RecordPlace } from './typed-block.ts';

/** Adds the record to the accepted rows or to the rejected ones, unless it is blank. */
export function readRowCarefully(rows: BlockRows, bytes: Buffer, place: RecordPlace): void {
  const { plan } = rows;
  const record = bytes.subarray(place.start, place.end);
  if (record.length === 0 || isBlankRow(record, plan.delimiter)) return;
  const { cells, problems, monthlyValue } = readRecordCarefully(plan, record, place.rowNumber);
  if (problems.length > 0) {
    rows.rejects.push({ ...place, before: rows.count, cells, problems });
    return;
  }
  storeCells(rows, cells);
  storeIdentifier(rows, customerIdOf(cells, plan.mapping) ?? '');
  rows.monthlyValue[rows.count] = monthlyValue ?? NaN;
  const isPlain = !record.includes('"') && cells.every((cell) => safeCell(cell, plan.delimiter) === cell);
  rows.isPlain[rows.count] = isPlain ? 1 : 0;
  endRow(rows, place.rowNumber, place.start, place.end);
}

/** The cells of a record that is not blank, and why they cannot be scored. */
export function readRecordCarefully(plan: BlockPlan, record: Buffer, rowNumber: number) {
  const reading = readRecord(record, plan.delimiter, plan.uses.columnCount);
  const { cells } = reading;
  clearRows(plan.customer.batch);
  const { problems, monthlyValue } = reading.ok
    ? readCustomer(plan.customer, toCustomer(cells, plan.mapping), plan.decimal)
    : { problems: [unreadable({ rowNumber, reading })], monthlyValue: null };
  return { cells, problems, monthlyValue };
}

function storeCells(rows: BlockRows, cells: readonly string[]): void {
  const { readers, mapping } = rows.plan;
  readers.forEach((read, j) => {
    const place = mapping.features[j] ?? null;
    if (place !== null) storeCell(rows, read(cells[place]));
  });
}
