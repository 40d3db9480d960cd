/** The rows of a prepared upload, one after the other as the form reads a customer: what blocks are compared with. */
import { clearRows, lastRow, toTable } from '../../src/ml/data/row-reader.ts';
import type { CellProblem } from '../../src/ml/data/row-reader.ts';
import type { CellValue } from '../../src/ml/data/values.ts';
import type { BlockSource } from '../../src/domain/batches/blocks/block-plan.ts';
import { customerIdOf, toCustomer, unreadable } from '../../src/domain/batches/rows.ts';
import type { CsvRow } from '../../src/domain/csv/reader.ts';
import { readCsvChunks } from '../../src/domain/csv/reader.ts';
import { createCustomerReader, readCustomer } from '../../src/domain/scoring/customer-reading.ts';
import { noteWords } from '../../src/domain/scoring/explanations.ts';

export type RowReport =
  | {
      readonly rowNumber: number;
      readonly identifier: string;
      readonly monthlyValue: number;
      readonly inputs: readonly CellValue[];
      /** What the model takes: numbers, or codes of levels. */
      readonly taken: readonly number[];
      readonly notes: readonly string[];
    }
  | {
      readonly rowNumber: number;
      readonly cells: readonly string[];
      readonly problems: readonly CellProblem[];
    };

export function readSingly(path: string, source: BlockSource): RowReport[] {
  const { delimiter } = source.format;
  const chunks = [...readCsvChunks(path, { delimiter, columnCount: source.columnCount }, 100)];
  return chunks.flatMap(({ rows }) => rows.map((row) => readRow(row, source)));
}

function readRow(row: CsvRow, { schema, mapping, format }: BlockSource): RowReport {
  const { rowNumber, reading } = row;
  const { cells } = reading;
  if (!reading.ok) return { rowNumber, cells, problems: [unreadable(row)] };
  const reader = createCustomerReader(schema);
  clearRows(reader.batch);
  const customer = toCustomer(cells, mapping);
  const { problems, notes, monthlyValue } = readCustomer(reader, customer, format.decimal);
  if (problems.length > 0) return { rowNumber, cells, problems };
  const { columns } = toTable(reader.batch);
  return {
    rowNumber,
    identifier: customerIdOf(cells, mapping) ?? '',
    monthlyValue: monthlyValue ?? NaN,
    inputs: Object.values(lastRow(reader.batch)),
    taken: columns.map((column) => (column.kind === 'number' ? column.values[0]! : column.codes[0]!)),
    notes: [...(customer.renamed ?? []), ...notes.map(noteWords)],
  };
}
