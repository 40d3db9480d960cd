/**
 * The result files of a batch: the original columns in their order, followed by the columns of Holdfast, with the
 * delimiter and decimal sign of the upload. Cells that a spreadsheet would run as formulas are escaped.
 */
import type { CellProblem } from '../../ml/data/row-reader.ts';
import type { CsvFormat } from '../csv/intake.ts';
import { safeLine } from '../csv/writer.ts';
import { problemWords } from '../scoring/explanations.ts';

const appended = [
  'Churn',
  'churn_probability',
  'risk_level',
  'reason_1',
  'reason_2',
  'reason_3',
  'recommended_action',
  'expected_saving',
  'model_version',
  'notes',
] as const;

/** Where a column of Holdfast stands behind those of the upload. */
export function appendedPlace(name: (typeof appended)[number]): number {
  return appended.indexOf(name);
}

/** A name that the upload already has gets the suffix `_predicted`. */
export function scoredHeader(header: readonly string[], format: CsvFormat): string {
  const taken = new Set(header.map((name) => name.toLowerCase()));
  const names = appended.map((name) => {
    let free: string = name;
    while (taken.has(free.toLowerCase())) free += '_predicted';
    return free;
  });
  return line([...header, ...names], format);
}

interface RejectedRow {
  readonly rowNumber: number;
  readonly cells: readonly string[];
  readonly problems: readonly CellProblem[];
}

export interface LineShape {
  readonly columnCount: number;
  readonly format: CsvFormat;
}

/** A rejected row in the file of all rows: its cells, and the reason in the column of notes. */
export function unscoredLine({ cells, problems }: RejectedRow, { columnCount, format }: LineShape): string {
  const empty = appended.slice(1).map(() => '');
  const reason = `Not scored: ${problems.map(problemWords).join('; ')}`;
  return line([...fitted(cells, columnCount, format), ...empty, reason], format);
}

export function rejectedHeader(header: readonly string[], format: CsvFormat): string {
  return line(['row', 'column', 'reason', ...header], format);
}

/** One line per rejected row with all its problems. A ragged row is padded or joined, so that no cell is lost. */
export function rejectedLine(
  { rowNumber, cells, problems }: RejectedRow,
  { columnCount, format }: LineShape,
): string {
  const columns = problems.map(({ column }) => column).join('; ');
  const reason = problems.map(problemWords).join('; ');
  return line([String(rowNumber), columns, reason, ...fitted(cells, columnCount, format)], format);
}

/** As many cells as the header has; surplus cells are joined in the last one. */
function fitted(cells: readonly string[], columnCount: number, { delimiter }: CsvFormat): string[] {
  const first = Array.from({ length: columnCount - 1 }, (_, i) => cells[i] ?? '');
  return [...first, cells.slice(columnCount - 1).join(delimiter)];
}

function line(cells: readonly string[], { delimiter }: CsvFormat): string {
  return safeLine(cells, { delimiter, lineEnd: '\r\n' });
}
