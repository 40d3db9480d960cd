/** Members of groups that were computed: by the nearest middle, or by fifths of three numbers. */
import type { FifthsPart, NearestColumn, NearestPart } from '../segment-documents.ts';
import { daysOf } from './cells.ts';
import { missingLevel } from './group.ts';
import type { InputColumn } from './group.ts';
import type { RowTest, TestedRows } from './row-filter.ts';

const never: RowTest = () => false;

/** Customers of a model without one of the columns are in no group. */
export function nearestTest(rows: TestedRows, { grouping, columns, place }: NearestPart): RowTest {
  if (!columns.every(({ name }) => placeOf(rows, name) !== -1)) return never;
  const nearest = keptGroups(rows.key && `${grouping} ${rows.key}`, () => nearestGroups(rows, columns));
  return (row) => nearest[row] === place;
}

/**
 * The nearest groups of rows that were looked at lately, one byte a row: computing them takes ten times as long as all
 * else that a page does.
 */
const kept = new Map<string, Uint8Array>();
const mostKeptBytes = 24 * 2 ** 20;
let keptBytes = 0;

function keptGroups(key: string | null, compute: () => Uint8Array): Uint8Array {
  if (key === null) return compute();
  const known = kept.get(key) ?? compute();
  if (!kept.delete(key)) keptBytes += known.length;
  kept.set(key, known);
  for (const [oldest, groups] of kept) {
    if (keptBytes <= mostKeptBytes) break;
    kept.delete(oldest);
    keptBytes -= groups.length;
  }
  return known;
}

function nearestGroups(rows: TestedRows, columns: readonly NearestColumn[]): Uint8Array {
  const groups = groupsOf(columns[0]!);
  const distances = new Float64Array(rows.rowCount * groups);
  for (const column of columns) addDistances(distances, rows, column);
  const nearest = new Uint8Array(rows.rowCount);
  for (let row = 0, at = 0; row < nearest.length; row++, at += groups) {
    let least = 0;
    for (let group = 1; group < groups; group++)
      if (distances[at + group]! < distances[at + least]!) least = group;
    nearest[row] = least;
  }
  return nearest;
}

function placeOf({ features }: TestedRows, name: string): number {
  return features.findIndex((feature) => feature.name === name);
}

function groupsOf(column: NearestColumn): number {
  return column.kind === 'number' ? column.centres.length : column.shares.length;
}

/** Squared, row by row, of each group. */
function addDistances(distances: Float64Array, rows: TestedRows, column: NearestColumn): void {
  const place = placeOf(rows, column.name);
  const input = rows.input(place);
  if (column.kind === 'level') addLevels(distances, input, rows.features[place]!.levels, column);
  else
    addNumbers(
      distances,
      input.kind === 'number' ? input.values : new Float64Array(rows.rowCount).fill(NaN),
      column,
    );
}

/** What is not known counts as the average. */
function addNumbers(
  distances: Float64Array,
  values: Float64Array,
  { isLog, mean, deviation, centres }: Extract<NearestColumn, { kind: 'number' }>,
): void {
  const middles = Float64Array.from(centres);
  let at = 0;
  for (const value of values) {
    const scaled = ((isLog ? Math.log1p(value) : value) - mean) / deviation;
    const known = Number.isFinite(scaled) ? scaled : 0;
    for (const middle of middles) {
      const difference = known - middle;
      distances[at++]! += difference * difference;
    }
  }
}

/** Looked up by code: a level is at 1 of itself and 0 of the others, one that is not known there at 0 of all. */
function addLevels(
  distances: Float64Array,
  input: InputColumn,
  known: readonly string[],
  column: Extract<NearestColumn, { kind: 'level' }>,
): void {
  // A number where a level is expected is none of the levels.
  const texts = input.kind === 'number' ? [] : ['', ...known, ...input.others];
  const byCode = Float64Array.from([...texts, null].flatMap((text) => distancesTo(text, column)));
  const groups = column.shares.length;
  const none = texts.length * groups;
  for (let at = 0, row = 0; at < distances.length; row++) {
    let from = input.kind === 'number' ? none : (input.codes[row]! - missingLevel) * groups;
    for (const until = from + groups; from < until; from++) distances[at++]! += byCode[from]!;
  }
}

function distancesTo(
  level: string | null,
  { levels, weight, shares }: Extract<NearestColumn, { kind: 'level' }>,
): number[] {
  const place = level === null ? -1 : levels.indexOf(level);
  return shares.map((own) => {
    const squares = own.reduce((sum, share) => sum + share ** 2, 0);
    return weight ** 2 * (place === -1 ? squares : squares + 1 - 2 * own[place]!);
  });
}

export function fifthsTest(rows: TestedRows, { columns, cells }: FifthsPart): RowTest {
  const scores = columns.map((column) => scoreOf(rows, column));
  const [recency, frequency, spend] = scores;
  if (!recency || !frequency || !spend) return never;
  const isMember = Uint8Array.from({ length: 25 }, (_, cell) => Number(cells.includes(cell)));
  return (row) => {
    const [r, f, m] = [recency(row), frequency(row), spend(row)];
    return r * f * m > 0 && isMember[5 * (r - 1) + Math.ceil((f + m) / 2) - 1] === 1;
  };
}

/** 1 to 5; 0: not known. Null: the model has no such column. */
function scoreOf(
  rows: TestedRows,
  { name, edges, isReversed }: FifthsPart['columns'][number],
): ((row: number) => number) | null {
  const place = placeOf(rows, name);
  if (place === -1) return null;
  const valueOf = numbersOf(rows.input(place), rows.features[place]!.levels);
  return (row) => {
    const value = valueOf(row);
    if (Number.isNaN(value)) return 0;
    let above = 0;
    for (const edge of edges) if (value > edge) above++;
    return isReversed ? 5 - above : 1 + above;
  };
}

/** Dates are days since 1970-01-01, as columns have them; other texts are no numbers. */
function numbersOf(input: InputColumn, levels: readonly string[] = []): (row: number) => number {
  if (input.kind === 'number') return (row) => input.values[row]!;
  const byCode = [...levels, ...input.others].map(daysOf);
  return (row) => byCode[input.codes[row]!] ?? NaN;
}
