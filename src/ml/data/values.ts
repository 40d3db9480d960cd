/**
 * Reading one cell of text. Strict on purpose: what is not clearly a number or a date is refused and reported,
 * instead of becoming a wrong number.
 */

export type DecimalSign = '.' | ',';

/**
 * A cell once it has been read: a number, a level as the model calls it, a date as `2026-11-20`, or null where it was
 * blank. Predictions are stored with these, and nothing reads their text a second time.
 */
export type CellValue = number | string | null;

/** What people write for 'no value' in any column. `None` and `No` are not here: they are levels. */
export const blanks: ReadonlySet<string> = new Set(['', 'na', 'n/a', '#n/a', 'null', 'nan']);

export function isBlank(text: string | undefined): boolean {
  return text === undefined || text === '' || blanks.has(text.trim().toLowerCase());
}

const plainNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i;
const grouped = {
  '.': /^[+-]?\d{1,3}(,\d{3})+(\.\d+)?$/,
  ',': /^[+-]?\d{1,3}([.  ]\d{3})+(,\d+)?$/,
} as const;
const currencyAround = /^([+-]?)[\s ]*[$€£¥][\s ]*|[\s ]*[$€£¥]$/g;

/** No number of a customer is larger, on either side: beyond fifteen digits a double cannot hold them all. */
export const largestNumber = 1e15;

/**
 * The number up to `largestNumber` that the text writes in this locale, or null. A currency sign and groups of three
 * are understood; `1e308`, `NaN`, `0x1F` and an ambiguous `1.234` in a comma locale with other groups are not numbers.
 */
export function parseNumber(text: string, decimal: DecimalSign): number | null {
  let digits = text.trim();
  if (decimal === '.' && plainNumber.test(digits)) return withinLimits(Number(digits));
  digits = digits.replace(currencyAround, '$1').replace('−', '-');
  if (grouped[decimal].test(digits)) digits = digits.replace(decimal === '.' ? /,/g : /[.  ]/g, '');
  if (decimal === ',') {
    if (digits.includes('.')) return null;
    digits = digits.replace(',', '.');
  }
  return plainNumber.test(digits) ? withinLimits(Number(digits)) : null;
}

/** The number, unless it is beyond `largestNumber` or none at all. */
export function withinLimits(value: number): number | null {
  return Math.abs(value) <= largestNumber ? value : null;
}

const isoDate =
  /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const dottedDate = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;
const dayMs = 86_400_000;

/**
 * Days since 1970-01-01 of `2026-11-20`, `2026/11/20` (a time of day may follow and is dropped) or
 * `20.11.2026`; null otherwise. Dates whose order of day and month cannot be known are refused.
 */
export function parseDate(text: string): number | null {
  const trimmed = text.trim();
  const iso = isoDate.exec(trimmed);
  if (iso) return daysOf(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const dotted = dottedDate.exec(trimmed);
  return dotted ? daysOf(Number(dotted[3]), Number(dotted[2]), Number(dotted[1])) : null;
}

function daysOf(year: number, month: number, day: number): number | null {
  const time = Date.UTC(year, month - 1, day);
  const date = new Date(time);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return exists ? time / dayMs : null;
}
