/** A row of a batch on its way to the scoring function: which cells go where. Checking and scoring share it. */
import type { CsvRow } from './csv/reader.ts';
import type { ColumnMapping } from './mapping.ts';
import type { RawCustomer } from './scoring.ts';

/** The mapped cells of a row that could be read. */
export function toCustomer(cells: readonly string[], mapping: ColumnMapping): RawCustomer {
  return {
    cells: mapping.features.map((place) => (place === null ? undefined : cells[place])),
    value: mapping.value === null ? undefined : cells[mapping.value],
  };
}

export function customerIdOf(cells: readonly string[], mapping: ColumnMapping): string | null {
  const text = mapping.identifier === null ? '' : (cells[mapping.identifier] ?? '').trim();
  return text === '' ? null : text.slice(0, 200);
}

/** Why a row that could not be read is rejected, in the shape of a cell's problem. */
export function unreadable(row: CsvRow): { column: string; found: string; expected: string } {
  return row.reading.ok
    ? { column: '', found: '', expected: '' }
    : { column: 'whole row', found: row.reading.found, expected: row.reading.expected };
}
