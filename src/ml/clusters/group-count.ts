/**
 * How many groups customers fall into: k-means for each number of groups, and three measures of it.
 *
 * - Elbow: the sum of squared distances; the k whose point is farthest below the line between the first and the last.
 * - Silhouette, on at most 2,000 rows: the k with the largest.
 * - Gap statistic, on at most 2,000 rows and 10 reference data sets.
 * The k that at least two of them choose is suggested, otherwise that of the silhouette.
 */
import type { Random } from '../math/random.ts';
import { countByGap, gapOf } from './gap.ts';
import type { Gap } from './gap.ts';
import { kMeans } from './kmeans.ts';
import type { KMeans } from './kmeans.ts';
import { widthOf } from './mixed-columns.ts';
import type { ColumnScale } from './mixed-columns.ts';
import { silhouette } from './silhouette.ts';

/** Rows of `encodeMixed`. */
export interface EncodedRows {
  readonly rows: Float64Array;
  readonly scales: readonly ColumnScale[];
}

export interface CountMeasures {
  readonly k: number;
  readonly inertia: number;
  /** Null: of one group there is none. */
  readonly silhouette: number | null;
  readonly gap: Gap;
}

export interface MeasuredCount extends CountMeasures {
  readonly fit: KMeans;
}

export interface CountChoice {
  readonly elbow: number;
  readonly silhouette: number;
  /** 1: the data does not fall into groups. */
  readonly gap: number;
  /** From 2 on. */
  readonly suggested: number;
}

const sampled = 2_000;
const references = 10;
const starts = 5;
const referenceStarts = 2;
const maxIterations = 100;

/** What all numbers of groups share: a sample of the rows, and reference data. */
export interface CountData extends EncodedRows {
  readonly sample: Float64Array;
  readonly references: readonly Float64Array[];
}

export function prepareCounts({ rows, scales }: EncodedRows, random: Random): CountData {
  const width = widthOf(scales);
  const count = rows.length / width;
  const taken = Math.min(sampled, count);
  const sample = new Float64Array(taken * width);
  for (let i = 0; i < taken; i++) {
    const row = Math.floor((i * count) / taken);
    sample.set(rows.subarray(row * width, (row + 1) * width), i * width);
  }
  const drawn = Array.from({ length: references }, () => drawReference(sample, scales, random));
  return { rows, scales, sample, references: drawn };
}

/** As many rows, each column even over its range: a number over its values, a category over its levels. */
function drawReference(sample: Float64Array, scales: readonly ColumnScale[], random: Random): Float64Array {
  const width = widthOf(scales);
  const drawn = new Float64Array(sample.length);
  let offset = 0;
  for (const scale of scales) {
    const [low, high] = rangeOf(sample, width, offset);
    for (let at = offset; at < sample.length; at += width)
      if (scale.kind === 'number') drawn[at] = low + (high - low) * random.next();
      else drawn[at + random.below(scale.levels.length)] = scale.weight;
    offset += scale.kind === 'number' ? 1 : scale.levels.length;
  }
  return drawn;
}

function rangeOf(rows: Float64Array, width: number, offset: number): [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let at = offset; at < rows.length; at += width) {
    low = Math.min(low, rows[at]!);
    high = Math.max(high, rows[at]!);
  }
  return [low, high];
}

/** `k` from 1 to the number of different rows. */
export function measureCount(data: CountData, k: number, random: Random): MeasuredCount {
  const width = widthOf(data.scales);
  const group = (rows: Float64Array, tries: number): KMeans =>
    kMeans(rows, width, { k, starts: tries, maxIterations }, random);
  const fit = group(data.rows, starts);
  const ofSample = group(data.sample, referenceStarts);
  const { inertia } = ofSample;
  const dispersions = data.references.map((rows) => group(rows, referenceStarts).inertia);
  return {
    k,
    fit,
    inertia: fit.inertia,
    silhouette: k === 1 ? null : silhouette(data.sample, width, ofSample.assignment, k),
    gap: gapOf(Math.max(inertia, Number.MIN_VALUE), dispersions),
  };
}

/** `measures`: for k from 1 on without a break, at least two of them. */
export function chooseCount(measures: readonly CountMeasures[]): CountChoice {
  const elbow = elbowOf(measures);
  const best = measures.reduce((a, b) => ((b.silhouette ?? -2) > (a.silhouette ?? -2) ? b : a)).k;
  const gap = countByGap(measures.map((one) => one.gap));
  const suggested = elbow === gap && gap > 1 ? gap : best;
  return { elbow, silhouette: best, gap, suggested };
}

/** In a drawing as wide as high. */
function elbowOf(measures: readonly CountMeasures[]): number {
  const [first, last] = [measures[0]!, measures.at(-1)!];
  const below = ({ k, inertia }: CountMeasures): number => {
    const along = (k - first.k) / (last.k - first.k);
    const drop = first.inertia - last.inertia;
    return drop > 0 ? 1 - along - (inertia - last.inertia) / drop : 0;
  };
  const inner = measures.filter(({ k }) => k > 1);
  return inner.reduce((a, b) => (below(b) > below(a) ? b : a)).k;
}

/** At most `most`; k-means needs as many. */
export function countDifferentRows(rows: Float64Array, width: number, most: number): number {
  const seen = new Set<string>();
  for (let at = 0; at < rows.length && seen.size < most; at += width)
    seen.add(rows.subarray(at, at + width).join());
  return seen.size;
}
