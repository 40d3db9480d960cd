/** Which rows of a group a filter covers. What holds for a whole batch is asked of the database; see `scan.ts`. */
import type { Db } from '../../db.ts';
import { askedColumns } from '../prediction-filters.ts';
import type { AskedColumn, ColumnFilter, PredictionFilter } from '../prediction-filters.ts';
import type { RiskLevel, RiskThresholds } from '../risk-levels.ts';
import { getSettings } from '../settings.ts';
import { daysOf } from './cells.ts';
import { textAt } from './encoding.ts';
import { missingLevel } from './group.ts';
import type { InputColumn, ScoredFeature, TextColumn } from './group.ts';
import { noSetRows, readSetRows } from './set-rows.ts';
import type { SetRows } from './set-rows.ts';

/** Scored rows as tests read them: a column is read when a test asks for it. */
export interface TestedRows {
  /** Of rows that can be asked for again: what is computed from them may be kept by it. Null: it may not. */
  readonly key: string | null;
  readonly rowCount: number;
  readonly features: readonly ScoredFeature[];
  probability(): Float64Array;
  identifiers(): TextColumn;
  /** Of the feature at that place. */
  input(place: number): InputColumn;
}

/** What of a filter is about the row itself, not about its batch. */
type RowFilter = Pick<PredictionFilter, 'risk' | 'search' | 'low' | 'high'> & ColumnFilter;

export type RowTest = (row: number) => boolean;

/** Probabilities in [low, high). */
export interface Bounds {
  readonly low: number;
  readonly high: number;
}

/** What a filter asks of probability and level. */
export interface ScoreTest {
  /** Of customers whose level the model says: the filter's limits and its level together. */
  readonly bounds: Bounds;
  /** The limits alone. */
  readonly limits: Bounds;
  /** Levels that people have set; empty where no level is asked for. */
  readonly set: SetRows;
}

export async function readScoreTest(db: Db, filter: RowFilter): Promise<ScoreTest> {
  return scoreTestOf(filter, await getSettings(db), filter.risk ? await readSetRows(db) : noSetRows);
}

export function scoreTestOf(filter: RowFilter, thresholds: RiskThresholds, set: SetRows): ScoreTest {
  const limits = boundsOf({ ...filter, risk: null }, thresholds);
  return { bounds: boundsOf(filter, thresholds), limits, set };
}

/** Within which the probability of a customer must be whose level a person has set, or nobody. */
export function boundsFor(
  { bounds, limits }: ScoreTest,
  set: RiskLevel | undefined,
  { risk }: RowFilter,
): Bounds {
  if (set === undefined) return bounds;
  return set === risk ? limits : nothing;
}

function boundsOf({ risk, low, high }: RowFilter, thresholds: RiskThresholds): Bounds {
  const level = risk ? levelBounds(risk, thresholds) : { low: -Infinity, high: Infinity };
  return { low: Math.max(level.low, low ?? -Infinity), high: Math.min(level.high, high ?? Infinity) };
}

/** No probability is in it. */
const nothing: Bounds = { low: 2, high: -1 };

function levelBounds(risk: string, { mediumFrom, highFrom }: RiskThresholds): Bounds {
  if (risk === 'high') return { low: highFrom, high: Infinity };
  if (risk === 'medium') return { low: mediumFrom, high: highFrom };
  return risk === 'low' ? { low: -Infinity, high: Math.min(mediumFrom, highFrom) } : nothing;
}

/** True where a row of a batch cannot be left out for what is in it. */
export function coversWholeBatches(filter: PredictionFilter): boolean {
  const { risk, search, low, high, segment, there } = filter;
  return (
    !risk &&
    !search &&
    askedColumns(filter).length === 0 &&
    low === null &&
    high === null &&
    segment === null &&
    there === null
  );
}

/** Those of the rows that meet all tests. Columns that no test asks about are not read. */
export function matchingRows(rows: Uint32Array, tests: readonly (() => RowTest)[]): Uint32Array {
  let kept = rows;
  for (const test of tests) kept = kept.length === 0 ? kept : keep(kept, test());
  return kept;
}

/** To be made one after the other: a column that no row is left for stays unread. The cheapest come first. */
export function filterTests(view: TestedRows, filter: RowFilter, scores: ScoreTest): (() => RowTest)[] {
  const tests: (() => RowTest)[] = [];
  const { bounds } = scores;
  if (!scores.set.isEmpty) tests.push(() => isOfLevel(view, filter, scores));
  else if (bounds.low !== -Infinity || bounds.high !== Infinity) tests.push(() => isWithin(view, bounds));
  for (const asked of askedColumns(filter)) tests.push(...inputTests(view, asked));
  const { search } = filter;
  if (search) tests.push(() => contains(view.identifiers(), search));
  return tests;
}

function keep(rows: Uint32Array, test: RowTest): Uint32Array {
  const kept = new Uint32Array(rows.length);
  let count = 0;
  for (const row of rows) if (test(row)) kept[count++] = row;
  return kept.subarray(0, count);
}

function isWithin(view: TestedRows, { low, high }: Bounds): RowTest {
  const probability = view.probability();
  return (row) => probability[row]! >= low && probability[row]! < high;
}

function isOfLevel(view: TestedRows, filter: RowFilter, scores: ScoreTest): RowTest {
  const probability = view.probability();
  const set = scores.set.inGroup(view);
  return (row) => {
    const { low, high } = boundsFor(scores, set.get(row), filter);
    return probability[row]! >= low && probability[row]! < high;
  };
}

const never: RowTest = () => false;

function inputTests(view: TestedRows, { column, level, from, to }: AskedColumn): (() => RowTest)[] {
  const feature = view.features.findIndex(({ name }) => name === column);
  const tests: (() => RowTest)[] = [];
  if (level !== null)
    tests.push(() => (feature === -1 ? missingColumn(level) : isLevel(view, feature, level)));
  if (from !== null || to !== null)
    tests.push(() => (feature === -1 ? never : isBetween(view, feature, from ?? -Infinity, to ?? Infinity)));
  return tests;
}

/** A model without the column knows no value of it. */
function missingColumn(level: string): RowTest {
  return () => level === '';
}

function isLevel(view: TestedRows, feature: number, level: string): RowTest {
  const input = view.input(feature);
  const { type, levels } = view.features[feature]!;
  if (input.kind === 'number') {
    const { values } = input;
    if (level === '') return (row) => Number.isNaN(values[row]!);
    // A number is no text; a date is compared as the text that it is shown as.
    const days = type === 'date' ? daysOf(level) : NaN;
    return Number.isNaN(days) ? never : (row) => values[row] === days;
  }
  const { codes } = input;
  const known = levels.indexOf(level);
  const other = input.others.indexOf(level);
  const code =
    level === '' ? missingLevel : known !== -1 ? known : other === -1 ? null : levels.length + other;
  return code === null ? never : (row) => codes[row] === code;
}

/** Text is in no interval, nor is a date: it is shown as text. */
function isBetween(view: TestedRows, feature: number, from: number, to: number): RowTest {
  const input = view.input(feature);
  if (input.kind !== 'number' || view.features[feature]!.type === 'date') return never;
  const { values } = input;
  return (row) => values[row]! >= from && values[row]! < to;
}

/** Upper and lower case are the same. */
function contains(texts: TextColumn, search: string): RowTest {
  const wanted = search.toLowerCase();
  const needle = Buffer.from(wanted);
  // Bytes of other letters change with the case, even in number.
  if (needle.some((byte) => byte >= 0x80)) return (row) => textAt(texts, row).toLowerCase().includes(wanted);
  return containsAscii(texts, needle);
}

const lowered = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte,
);

/** Byte by byte in one function: a million identifiers are searched with every page of a list. */
function containsAscii({ bytes, ends }: TextColumn, needle: Uint8Array): RowTest {
  const first = needle[0]!;
  const length = needle.length;
  return (row) => {
    const last = ends[row]! - length;
    for (let at = row === 0 ? 0 : ends[row - 1]!; at <= last; at++) {
      if (lowered[bytes[at]!] !== first) continue;
      let same = 1;
      while (same < length && lowered[bytes[at + same]!] === needle[same]) same++;
      if (same === length) return true;
    }
    return false;
  };
}
