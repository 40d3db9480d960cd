/** From a row of a batch to the cells that the scoring function takes. Checking and scoring share it. */
import type { CsvRow } from '../csv/reader.ts';
import { foldLevel } from './mapping.ts';
import type { ColumnMapping, LevelMeanings } from './mapping.ts';
import type { RawCustomer } from '../scoring/customer-reading.ts';

/** A value of the file that was read as one of the model's. */
export interface Renaming {
  readonly feature: string;
  readonly found: string;
  readonly level: string;
}

export interface BatchCustomer extends RawCustomer {
  readonly renamings: readonly Renaming[];
}

/** The cells of a readable row by feature, with mapped values under the model's names. */
export function toCustomer(cells: readonly string[], mapping: ColumnMapping): BatchCustomer {
  const mapped = mapping.features.map((place) => (place === null ? undefined : cells[place]));
  const renamings = mapping.levels ? renameLevels(mapped, mapping.levels) : none;
  return {
    cells: mapped,
    value: mapping.value === null ? undefined : cells[mapping.value],
    renamings,
    ...(renamings.length > 0 ? { renamed: renamings.map(renamingWords) } : {}),
  };
}

const none: readonly Renaming[] = [];

/** Changes `cells` in place and returns what was changed. */
function renameLevels(cells: (string | undefined)[], levels: readonly LevelMeanings[]): Renaming[] {
  return levels.flatMap(({ place, feature, meanings }) => {
    const text = cells[place];
    // Own entries only: a cell may hold 'constructor'.
    if (text === undefined || !Object.hasOwn(meanings, foldLevel(text))) return [];
    const level = meanings[foldLevel(text)]!;
    cells[place] = level;
    return [{ feature, found: text.trim(), level }];
  });
}

function renamingWords({ feature, found, level }: Renaming): string {
  return `${feature}: '${found.slice(0, 60)}' read as ${level}`;
}

export function customerIdOf(cells: readonly string[], mapping: ColumnMapping): string | null {
  const text = mapping.identifier === null ? '' : identifierOf(cells[mapping.identifier] ?? '');
  return text === '' ? null : text;
}

export const identifierLength = 200;

/** What identifies a customer in a cell; empty: nothing. */
export function identifierOf(cell: string): string {
  return cell.trim().slice(0, identifierLength);
}

/** In place of a column where the row as a whole cannot be read. */
export const wholeRow = 'whole row';

/** Why a row that could not be read is rejected, in the shape of a cell's problem. */
export function unreadable(row: CsvRow): { column: string; found: string; expected: string } {
  return row.reading.ok
    ? { column: '', found: '', expected: '' }
    : { column: wholeRow, found: row.reading.found, expected: row.reading.expected };
}
