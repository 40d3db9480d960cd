/** The sample as CSV text: the history that models learn from, and the customers of today. */
import { exactLine } from '../csv/writer.ts';
import { generateCustomers, sampleColumns } from './generator.ts';
import type { SampleColumn } from './generator.ts';

export const historySize = 7_000;
export const currentSize = 2_000;
export const historySeed = 20_261_120;
const currentSeed = historySeed + 1;

/** The eight columns that the 'logistic regression with Flask' paper uses, as its file writes them. */
export const paperColumns = [
  'contract',
  'onlinesecurity',
  'techsupport',
  'internetservice',
  'onlinebackup',
  'tenure',
  'monthlycharges',
  'totalcharges',
] as const;

export function sampleHistory(): string {
  return toCsv(sampleColumns, historySize, historySeed);
}

/** Without the label, which is not known yet. */
export function sampleCurrentCustomers(): string {
  return toCsv(
    sampleColumns.filter((column) => column !== 'Churn'),
    currentSize,
    currentSeed,
  );
}

/** Streams generated customers as CSV, header first. */
export function* sampleLines(
  columns: readonly SampleColumn[],
  count: number,
  seed: number,
): Generator<string> {
  yield exactLine(columns);
  for (const customer of generateCustomers(count, seed))
    yield exactLine(columns.map((column) => customer[column]));
}

function toCsv(columns: readonly SampleColumn[], count: number, seed: number): string {
  return [...sampleLines(columns, count, seed)].join('');
}
