/** Whether the first line of a file holds names of columns: asked where it looks like the rows below. */
import { AppError } from '../../errors.ts';
import { isBlank, parseDate, parseNumber } from '../../ml/data/values.ts';
import type { DecimalSign } from '../../ml/data/values.ts';
import { createRecordSplitter, isBlankRecord, readRecord } from './records.ts';
import type { Delimiter } from './records.ts';

/** The user's answer to what the first line contains. */
export type FirstLine = 'names' | 'data';

export interface FirstLineQuestion {
  readonly text: string;
  /** Of the file, the first ones. */
  readonly lines: readonly string[];
}

const question = 'What does the first line hold?';
const shownLines = 4;
const shownLength = 120;

/** @throws AppError 422 with the first lines when only a person can tell what the first one is */
export function askAboutFirstLine(
  sample: Buffer,
  isWhole: boolean,
  delimiter: Delimiter,
  decimal: DecimalSign,
): void {
  const spans = createRecordSplitter(delimiter)
    .split(sample, 0, isWhole)
    .filter((span) => !isBlankRecord(span))
    .slice(0, 100);
  const rows = spans.flatMap((span) => {
    const reading = readRecord(sample.subarray(span.start, span.end), delimiter, null);
    return reading.ok ? [reading.cells] : [];
  });
  const [first, ...below] = rows;
  if (!first || below.length === 0) return;
  const found =
    first.length === 1
      ? 'Only one column was found. Cells may be separated by commas, semicolons, tabs, vertical bars or spaces: save the file with one of these and upload it again, or say that it has one column only.'
      : looksLikeData(first, below, decimal)
        ? 'The first line looks like the rows below it, not like names of columns.'
        : null;
  if (found === null) return;
  const lines = spans
    .slice(0, shownLines)
    .map(({ start, end }) => sample.subarray(start, end).toString('utf8').slice(0, shownLength));
  throw new AppError(422, 'unclear-first-line', [`${found} ${question}`, ...lines].join('\n'));
}

/** The question and the first lines of the file; null when the message is another one. */
export function readQuestion(message: string | null): FirstLineQuestion | null {
  const [text = '', ...lines] = message?.split('\n') ?? [];
  return text.endsWith(question) ? { text, lines } : null;
}

/** The names of columns that have none. */
export function namesFor(columnCount: number): string[] {
  return Array.from({ length: columnCount }, (_, j) => `column_${j + 1}`);
}

/** The first line has numbers and dates where the rows below have them, and nothing suggests names. */
function looksLikeData(
  first: readonly string[],
  below: readonly (readonly string[])[],
  decimal: DecimalSign,
): boolean {
  const isFigure = (cell: string): boolean => parseNumber(cell, decimal) !== null || parseDate(cell) !== null;
  let figures = 0;
  for (const [j, cell] of first.entries()) {
    const cells = below.map((row) => row[j] ?? '').filter((one) => !isBlank(one));
    if (cells.length === 0 || isBlank(cell)) continue;
    if (cells.filter(isFigure).length > cells.length / 2) {
      if (!isFigure(cell)) return false;
      figures++;
    } else if (!cells.includes(cell) && new Set(cells).size < cells.length) return false;
  }
  return figures > 0;
}
