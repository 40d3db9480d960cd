/** How many rows of a file figures are about, and why not all. */
import type { ViewHelpers } from './view-helpers.ts';

/** `rows` of `total`, of which at most `most` are read: of a smaller file only those that cannot be read are missing. */
export function partOfRows(h: ViewHelpers, rows: number, total: number, most: number): string {
  const why = total > most ? 'taken evenly from the file' : 'as the others could not be read';
  return `${h.count(rows)} of ${h.count(total)} rows, ${why}`;
}
