/** The bins of a column, as a histogram has them: of equal width for numbers and dates, a bin a level, and one for rows without a value. */
import { edgeTexts, numberText } from '../../../format.ts';
import type { FeatureType } from '../../../ml/data/schema.ts';
import type { CategoryColumn, Column } from '../../../ml/data/table.ts';

export interface BinnedColumn {
  readonly names: readonly string[];
  /** One a row: its place in `names`. */
  readonly binOf: Int32Array;
}

/** A number of so many values has a bin for each. */
const fewValues = 12;
const mostLevels = 12;
const mostBins = 12;
/** Values beyond it on either side are in the outer bins, which are open: a few of them would make all others one bin. */
const outerShare = 0.005;
const noValue = 'No value';

export function binColumn(column: Column, type: FeatureType): BinnedColumn {
  const binned = column.kind === 'category' ? binLevels(column) : binNumbers(column.values, type);
  return withoutEmpty(binned);
}

function binLevels({ levels, codes }: CategoryColumn): BinnedColumn {
  const counts = new Float64Array(levels.length);
  for (const code of codes) if (code >= 0) counts[code]!++;
  const bySize = Array.from(levels.keys()).sort((a, b) => counts[b]! - counts[a]!);
  const isCut = levels.length > mostLevels;
  const kept = isCut ? bySize.slice(0, mostLevels - 1) : bySize;
  const names = [
    ...kept.map((code) => levels[code]!),
    ...(isCut ? [`${levels.length - kept.length} other levels`] : []),
    noValue,
  ];
  const places = new Int32Array(levels.length).fill(kept.length);
  kept.forEach((code, place) => (places[code] = place));
  return { names, binOf: codes.map((code) => (code < 0 ? names.length - 1 : places[code]!)) };
}

function binNumbers(values: Float64Array, type: FeatureType): BinnedColumn {
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const distinct = fewDistinct(sorted);
  const isFew = distinct !== null && type !== 'date';
  const edges = isFew ? distinct.slice(1) : edgesOf(sorted, type);
  const isWhole = sorted.every(Number.isInteger);
  const kind = type === 'date' ? 'date' : isWhole ? 'integer' : 'number';
  const names = isFew ? distinct.map((value) => numberText(value)) : edgeTexts(edges, kind);
  const binOf = Int32Array.from(values, (value) =>
    Number.isNaN(value) ? names.length : placeOf(edges, value),
  );
  return { names: [...names, noValue], binOf };
}

/** Ascending; null: there are more. */
function fewDistinct(sorted: Float64Array): number[] | null {
  const distinct: number[] = [];
  for (const value of sorted) {
    if (value !== distinct.at(-1)) distinct.push(value);
    if (distinct.length > fewValues) return null;
  }
  return distinct;
}

/** Between the bins, ascending. */
function edgesOf(sorted: Float64Array, type: FeatureType): number[] {
  const at = (share: number): number => sorted[Math.round(share * (sorted.length - 1))] ?? 0;
  const [low, high] = [at(outerShare), at(1 - outerShare)];
  const isWhole = sorted.every(Number.isInteger);
  const inside = type === 'date' ? monthsBetween(low, high) : stepsBetween(low, high, isWhole);
  return inside.filter((edge) => edge > low && edge < high);
}

/** Multiples of 1, 2 or 5 times a power of ten. */
function stepsBetween(low: number, high: number, isWhole: boolean): number[] {
  const least = (high - low) / mostBins;
  if (!(least > 0)) return [];
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size >= least)!;
  const size = isWhole ? Math.max(1, step) : step;
  const first = Math.floor(low / size);
  const count = Math.ceil(high / size) - first;
  return Array.from({ length: count + 1 }, (_, i) => Number(((first + i) * size).toPrecision(12)));
}

const dayMs = 86_400_000;
const daysPerMonth = 30.4;

/** First days of months, quarters, years or decades; `low` and `high` in days since 1970. */
function monthsBetween(low: number, high: number): number[] {
  const least = (high - low) / daysPerMonth / mostBins;
  const months = [1, 3, 12, 120].find((size) => size >= least) ?? 1_200;
  const start = new Date(low * dayMs);
  const first = Math.floor((12 * start.getUTCFullYear() + start.getUTCMonth()) / months);
  return Array.from(
    { length: mostBins + 3 },
    (_, i) => Date.UTC(1970, (first + i) * months - 12 * 1970) / dayMs,
  );
}

/** How many edges are not above the value. */
function placeOf(edges: readonly number[], value: number): number {
  let [from, to] = [0, edges.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (edges[middle]! <= value) from = middle + 1;
    else to = middle;
  }
  return from;
}

function withoutEmpty({ names, binOf }: BinnedColumn): BinnedColumn {
  const counts = new Float64Array(names.length);
  for (const bin of binOf) counts[bin]!++;
  // Empty bins between others are part of a histogram.
  const last = counts.findLastIndex((count, bin) => count > 0 && names[bin] !== noValue);
  const first = counts.findIndex((count) => count > 0);
  const kept = names.flatMap((name, bin) => {
    const isInside = bin >= first && bin <= last;
    return isInside || counts[bin]! > 0 ? [{ name, bin }] : [];
  });
  const places = new Int32Array(names.length);
  kept.forEach(({ bin }, place) => (places[bin] = place));
  return { names: kept.map(({ name }) => name), binOf: binOf.map((bin) => places[bin]!) };
}
