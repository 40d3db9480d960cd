/** How a file was read, one sentence for each decision that was made from its contents. */
import type { FirstLine } from '../../csv/first-line.ts';
import type { TableIntake } from './convert.ts';

/** The notes of an intake report what is unusual; these add the usual decisions. */
export function readingNotes({ source, format }: TableIntake, firstLine: FirstLine | null): string[] {
  const names =
    firstLine === 'data'
      ? 'The first line is data, as you answered; the columns were named column_1, column_2 and so on.'
      : 'The first line has the column names.';
  if (source !== 'csv') return [...format.notes, names];
  const usual = [
    format.encoding === 'utf-8' ? 'The encoding is UTF-8.' : null,
    format.delimiter === ',' ? 'Cells are separated by commas.' : null,
    format.decimal === '.' ? 'Numbers have a decimal point.' : null,
  ];
  return [...usual.filter((note) => note !== null), ...format.notes, names];
}
