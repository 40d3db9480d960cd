/** Single cells of the columns of a group. */
import type { CellValue } from '../../ml/data/values.ts';
import { missingLevel } from './group.ts';
import type { InputColumn, ScoredFeature } from './group.ts';

const dayMs = 86_400_000;

/** As predictions of single customers hold it: a number, a level, an ISO date, or null where it is not known. */
export function cellOf({ type, levels }: ScoredFeature, input: InputColumn, row: number): CellValue {
  if (input.kind === 'level') return levelText(levels, input.others, input.codes[row]!);
  const value = input.values[row]!;
  if (Number.isNaN(value)) return null;
  return type === 'date' ? new Date(value * dayMs).toISOString().slice(0, 10) : value;
}

function levelText(levels: readonly string[], others: readonly string[], code: number): string | null {
  if (code === missingLevel) return null;
  return levels[code] ?? others[code - levels.length] ?? null;
}

/** Days since 1970-01-01 of a date as `cellOf` writes it; NaN for any other text. */
export function daysOf(text: string): number {
  return /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(text) / dayMs : NaN;
}

/** NaN is what columns hold where nothing is known. */
export function numberOrNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}
