/**
 * Numbers and categories as rows of numbers in which every column counts the same, for k-means.
 *
 * Method: a number is standardised, after log(1 + x) where it is not below 0 and far skewed, so that a few large values do
 * not make a group of their own. A category is one column a level, all times a weight that makes their variances add up to 1,
 * that of a standardised number. A missing number counts as the average; a missing level is a level of its own. Levels
 * beyond the most frequent, and those not seen here, are at none of the levels.
 * Reference: Szepannek, Aschenbruck and Wilhelm (2024) compare such weights.
 */
import { MISSING } from '../data/table.ts';
import type { CategoryColumn, Column, NumberColumn, Table } from '../data/table.ts';

export interface NumberScale {
  readonly kind: 'number';
  readonly name: string;
  readonly isLog: boolean;
  /** After the logarithm, where it is taken. */
  readonly mean: number;
  /** Above 0. */
  readonly deviation: number;
}

export interface LevelScale {
  readonly kind: 'level';
  readonly name: string;
  /** The most frequent first; '' where none is known. */
  readonly levels: readonly string[];
  /** Above 0. */
  readonly weight: number;
}

export type ColumnScale = NumberScale | LevelScale;

const mostLevels = 20;
/** Skewness from which on the logarithm is taken; that of the exponential distribution is 2. */
const farSkewed = 2;

/** Columns that are the same in all rows are left out: they tell nobody apart. */
export function fitScales({ columns }: Table): ColumnScale[] {
  return columns.flatMap((column) => {
    const scale = column.kind === 'number' ? scaleNumbers(column) : scaleLevels(column);
    return scale === null ? [] : [scale];
  });
}

function scaleNumbers({ name, values }: NumberColumn): NumberScale | null {
  const known = values.filter((value) => !Number.isNaN(value));
  const plain = momentsOf(known);
  if (!(plain.deviation > 0)) return null;
  const isLog = plain.skewness > farSkewed && known.every((value) => value >= 0);
  const { mean, deviation } = isLog ? momentsOf(known.map(Math.log1p)) : plain;
  return deviation > 0 ? { kind: 'number', name, isLog, mean, deviation } : null;
}

function momentsOf(values: Float64Array) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let [squares, cubes] = [0, 0];
  for (const value of values) {
    squares += (value - mean) ** 2;
    cubes += (value - mean) ** 3;
  }
  const deviation = Math.sqrt(squares / values.length);
  // Equal large numbers differ from their mean by rounding alone.
  const isSpread = deviation > 1e-9 * Math.abs(mean);
  return { mean, deviation: isSpread ? deviation : 0, skewness: cubes / values.length / deviation ** 3 };
}

function scaleLevels({ name, levels, codes }: CategoryColumn): LevelScale | null {
  const counts = new Map<string, number>();
  for (const code of codes) {
    const level = code === MISSING ? '' : levels[code];
    if (level !== undefined) counts.set(level, (counts.get(level) ?? 0) + 1);
  }
  const frequent = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, mostLevels);
  const shares = frequent.map(([, count]) => count / codes.length);
  const variance = shares.reduce((sum, share) => sum + share * (1 - share), 0);
  if (frequent.length < 2 || !(variance > 0)) return null;
  return { kind: 'level', name, levels: frequent.map(([level]) => level), weight: 1 / Math.sqrt(variance) };
}

/** How many columns of numbers they become. */
export function widthOf(scales: readonly ColumnScale[]): number {
  return scales.reduce((sum, scale) => sum + (scale.kind === 'number' ? 1 : scale.levels.length), 0);
}

/** Row-major, `widthOf(scales)` entries a row. The table has a column of each scale's name. */
export function encodeMixed({ rowCount, columns }: Table, scales: readonly ColumnScale[]): Float64Array {
  const width = widthOf(scales);
  const rows = new Float64Array(rowCount * width);
  let offset = 0;
  for (const scale of scales) {
    const column = columns.find(({ name }) => name === scale.name)!;
    if (scale.kind === 'number') writeNumbers(rows, { width, offset }, column, scale);
    else writeLevels(rows, { width, offset }, column, scale);
    offset += scale.kind === 'number' ? 1 : scale.levels.length;
  }
  return rows;
}

interface Place {
  readonly width: number;
  readonly offset: number;
}

function writeNumbers(
  rows: Float64Array,
  { width, offset }: Place,
  column: Column,
  scale: NumberScale,
): void {
  if (column.kind !== 'number') throw new TypeError(`${scale.name} is scaled as a number`);
  const { isLog, mean, deviation } = scale;
  column.values.forEach((value, row) => {
    if (!Number.isNaN(value))
      rows[row * width + offset] = ((isLog ? Math.log1p(value) : value) - mean) / deviation;
  });
}

function writeLevels(rows: Float64Array, { width, offset }: Place, column: Column, scale: LevelScale): void {
  if (column.kind !== 'category') throw new TypeError(`${scale.name} is scaled as a category`);
  const placeOf = (level: string): number => scale.levels.indexOf(level);
  const missing = placeOf('');
  const places = column.levels.map(placeOf);
  column.codes.forEach((code, row) => {
    const place = code === MISSING ? missing : (places[code] ?? -1);
    if (place >= 0) rows[row * width + offset + place] = scale.weight;
  });
}
