/**
 * When two texts are the same level: `TRUE`, `True` and ` true ` are one, and so are `1.0` and `1`. Files are joined from
 * several programs, and the spelling of a cell must not decide whether a customer counts as having left.
 */
import { isBlank } from './values.ts';

export interface LevelCount {
  /** As it is written most often. */
  readonly level: string;
  readonly count: number;
  /** Every way it is written, the most frequent first. */
  readonly spellings: readonly string[];
}

/** The same text for all spellings of a level. */
export function levelKey(text: string): string {
  const trimmed = text.trim();
  return (/^-?\d+\.0+$/.test(trimmed) ? trimmed.replace(/\.0+$/, '') : trimmed).toLowerCase();
}

export function isSameLevel(a: string, b: string): boolean {
  return a === b || levelKey(a) === levelKey(b);
}

/** The levels of a column, the most frequent first; blank cells are none. Stops when there are more than `most`. */
export function countLevels(cells: readonly string[], most = Infinity): LevelCount[] {
  const bySpelling = new Map<string, { count: number }>();
  const byKey = new Map<string, Map<string, { count: number }>>();
  for (const text of cells) {
    const known = bySpelling.get(text);
    if (known) known.count++;
    else if (!isBlank(text)) {
      const entry = { count: 1 };
      const key = levelKey(text);
      const spellings = byKey.get(key) ?? new Map<string, { count: number }>();
      byKey.set(key, spellings.set(text, entry));
      bySpelling.set(text, entry);
      if (byKey.size > most) break;
    }
  }
  return [...byKey.values()].map(toLevel).sort((a, b) => b.count - a.count);
}

/** Of spellings that are equally frequent the first by text stands, so that the order of the rows does not matter. */
function toLevel(counts: ReadonlyMap<string, { readonly count: number }>): LevelCount {
  const sorted = [...counts].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1));
  const spellings = sorted.map(([text]) => text);
  return {
    level: spellings[0]!,
    count: sorted.reduce((sum, [, { count }]) => sum + count, 0),
    spellings,
  };
}
