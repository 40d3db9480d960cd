/** The fields of the form that matches columns: which of them says what became of customers. */
import type { OutcomeColumn } from '../domain/batches/outcome-column.ts';

const mostWords = 50;
const longestWord = 100;

/** Null: no column was chosen. */
export function readOutcomeColumn(
  values: Readonly<Record<string, unknown>>,
  placeOf: (name: string) => number | null,
): OutcomeColumn | null {
  const place = placeOf('outcome');
  if (place === null) return null;
  const left = wordsOf(values['outcomeLeft']);
  return { place, day: placeOf('outcomeDay'), left, stayed: wordsOf(values['outcomeStayed']) };
}

/** 'Yes, left' → what cells are compared with. */
function wordsOf(text: unknown): string[] {
  const words = (typeof text === 'string' ? text : '')
    .split(',')
    .map((word) => word.trim().toLowerCase().slice(0, longestWord))
    .filter(Boolean);
  return [...new Set(words)].slice(0, mostWords);
}
