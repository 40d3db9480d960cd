/**
 * The levels of a category while its rows are being read: what cells say becomes a number at once, and which of these are
 * spellings of one level, and which levels there are in the end, is decided when all rows have been counted.
 */
import { levelKey } from '../../../ml/data/levels.ts';
import { byNumberThenText } from '../../../ml/data/schema-inference.ts';
import { UNSEEN } from '../../../ml/data/table.ts';

/** A column with more spellings is no category: those that come later are not told apart. */
const mostSpellings = 100_000;
/** Levels beyond those that were known before, the most frequent ones. */
const mostLevels = 1_000;

interface Level {
  readonly name: string;
  readonly isKnown: boolean;
  /** Of the spelling that the name is. */
  readonly nameCount: number;
  readonly count: number;
}

export class LevelsInReading {
  readonly #spellings: string[];
  readonly #idOf: Map<string, number>;
  readonly #counts: number[];
  readonly #knownCount: number;

  /** `known`: levels whose names stay as they are, and which are levels however few rows have them. */
  constructor(known: readonly string[]) {
    this.#spellings = [...known];
    this.#idOf = new Map(known.map((level, id) => [level, id]));
    this.#counts = known.map(() => 0);
    this.#knownCount = known.length;
  }

  /** The number of a spelling; UNSEEN where there are too many. Known levels have their places as numbers. */
  idOf(spelling: string): number {
    const known = this.#idOf.get(spelling);
    if (known !== undefined) return known;
    if (this.#spellings.length === mostSpellings) return UNSEEN;
    this.#counts.push(0);
    this.#idOf.set(spelling, this.#spellings.length);
    return this.#spellings.push(spelling) - 1;
  }

  count(id: number): void {
    if (id >= 0) this.#counts[id]!++;
  }

  /** The levels in display order, and the code of each number; UNSEEN for those that are rare among too many. */
  finish(): { readonly levels: string[]; readonly codeOf: Int32Array } {
    const byKey = this.#levelsByKey();
    const kept = [...byKey.values()]
      .sort(
        (a, b) => Number(b.isKnown) - Number(a.isKnown) || b.count - a.count || (a.name < b.name ? -1 : 1),
      )
      .slice(0, Math.max(mostLevels, this.#knownCount))
      .filter(({ count }) => count > 0)
      .map(({ name }) => name)
      .sort(byNumberThenText);
    const placeOf = new Map(kept.map((name, code) => [levelKey(name), code]));
    return {
      levels: kept,
      codeOf: Int32Array.from(this.#spellings, (text) => placeOf.get(levelKey(text)) ?? UNSEEN),
    };
  }

  /** Of spellings that are equally frequent the first by text is the name, so that the order of rows does not matter. */
  #levelsByKey(): Map<string, Level> {
    const byKey = new Map<string, Level>();
    this.#spellings.forEach((name, id) => {
      const isKnown = id < this.#knownCount;
      const own = this.#counts[id]!;
      const level = { name, isKnown, nameCount: own, count: own };
      const other = byKey.get(levelKey(name));
      byKey.set(levelKey(name), other === undefined ? level : joined(other, level));
    });
    return byKey;
  }
}

function joined(a: Level, b: Level): Level {
  const count = a.count + b.count;
  if (a.isKnown) return { ...a, count };
  const isFirst = a.nameCount > b.nameCount || (a.nameCount === b.nameCount && a.name < b.name);
  return isFirst ? { ...a, count } : { ...b, count };
}
