/** A row of a batch on its way to the scoring function: which cells go where. Checking and scoring share it. */
import type { CsvRow } from './csv/reader.ts';
import { foldLevel } from './mapping.ts';
import type { ColumnMapping, LevelMeanings } from './mapping.ts';
import type { RawCustomer } from './scoring.ts';

/** The mapped cells of a row that could be read, levels that people explained under the model's names. */
export function toCustomer(cells: readonly string[], mapping: ColumnMapping): RawCustomer {
  const mapped = mapping.features.map((place) => (place === null ? undefined : cells[place]));
  const renamed = mapping.levels ? explainLevels(mapped, mapping.levels) : [];
  return {
    cells: mapped,
    value: mapping.value === null ? undefined : cells[mapping.value],
    ...(renamed.length > 0 ? { renamed } : {}),
  };
}

/** Changes `cells` in place and says what was changed, in words. */
function explainLevels(cells: (string | undefined)[], levels: readonly LevelMeanings[]): string[] {
  return levels.flatMap(({ place, feature, meanings }) => {
    const text = cells[place];
    // Own entries only: a file may well say 'constructor'.
    if (text === undefined || !Object.hasOwn(meanings, foldLevel(text))) return [];
    const level = meanings[foldLevel(text)]!;
    if (level === text) return [];
    cells[place] = level;
    return [`${feature}: '${text.trim().slice(0, 60)}' read as ${level}`];
  });
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
