/**
 * Counts the rows of a file in the bins of a reference while they are scored: by feature, by score, and the sums from which
 * expected figures follow. All counters stand in one array, so that those of two blocks add up entry by entry.
 */
import { highestStep } from '../evaluation/curves.ts';
import type { Reference } from './reference.ts';

/** One entry a row, as read: before policies put anything in the place of a missing or new value. */
export type CountedColumn =
  /** NaN: missing. */
  | { readonly kind: 'number'; readonly values: Float64Array }
  /** Places in the levels of the schema; -1: missing; from `levels.length` on: a new level. */
  | { readonly kind: 'level'; readonly codes: Int32Array };

export interface CountedRows {
  readonly rowCount: number;
  readonly inputs: readonly CountedColumn[];
  readonly probability: Float64Array;
  /** NaN: not known. */
  readonly monthlyValue: Float64Array;
  /** Row-major, one a feature; null: not known any more. */
  readonly contributions: Float64Array | null;
}

/** Scores are counted in steps of a thousandth, and summed in steps of a hundredth, as thresholds are. */
export const scoreSteps = 1_000;
export const thresholdSteps = 100;
const stepsPerThreshold = scoreSteps / thresholdSteps;

/** After its bins. */
const countersPerFeature = 4;

/** Where the counters of a file are. */
export interface TallyLayout {
  readonly size: number;
  readonly rows: number;
  /** Rows whose reasons were summed. */
  readonly explained: number;
  /** By feature: the first of its bins, then missing, new, below and above the training range. */
  readonly features: readonly { readonly bins: number; readonly missing: number }[];
  /** Sums of contributions by feature; of large blocks estimated. */
  readonly reasons: number;
  readonly scores: number;
  /** By hundredth: sums of p, of p · v and of p · v². */
  readonly probability: number;
  readonly value: number;
  readonly squaredValue: number;
}

export function layoutOf({ features }: Pick<Reference, 'features'>): TallyLayout {
  let at = 2;
  const places = features.map(({ counts }) => {
    const place = { bins: at, missing: at + counts.length };
    at += counts.length + countersPerFeature;
    return place;
  });
  const scores = at + features.length;
  const probability = scores + scoreSteps + 1;
  const value = probability + thresholdSteps + 1;
  const squaredValue = value + thresholdSteps + 1;
  return {
    ...{ rows: 0, explained: 1, features: places, reasons: at },
    ...{ scores, probability, value, squaredValue, size: squaredValue + thresholdSteps + 1 },
  };
}

/** Counts blocks of rows, each apart. `levels`: of the schema, one list a feature. */
export function createTally(
  reference: Reference,
  levels: readonly (readonly string[])[],
): (rows: CountedRows) => Float64Array {
  const layout = layoutOf(reference);
  const counters = reference.features.map((feature, j) => {
    const { bins, missing } = layout.features[j]!;
    return feature.kind === 'number'
      ? numberCounter(feature.edges, feature.range, bins, missing)
      : levelCounter(binsOfLevels(feature.levels, levels[j]!), bins, missing);
  });
  return (rows) => {
    const cells = new Float64Array(layout.size);
    cells[layout.rows] = rows.rowCount;
    rows.inputs.forEach((input, j) => {
      counters[j]!(input, cells);
    });
    countScores(rows, layout, cells);
    if (rows.contributions !== null) addReasons(rows.contributions, layout, cells);
    return cells;
  };
}

export function addTally(into: Float64Array, added: Float64Array): void {
  for (let i = 0; i < into.length; i++) into[i]! += added[i]!;
}

type Counter = (input: CountedColumn, cells: Float64Array) => void;

/** How fine the grid of a number is: most of its cells lie in a single bin. */
const gridCells = 1_024;

function numberCounter(
  edges: readonly number[],
  range: { readonly min: number; readonly max: number } | null,
  bins: number,
  missing: number,
): Counter {
  const { min, max } = range ?? { min: -Infinity, max: Infinity };
  const scale = gridCells / Math.max(max - min, Number.MIN_VALUE);
  /** The bin of the least value of each cell: comparing with the edges from there on takes no step mostly. */
  const binOf = Int32Array.from({ length: gridCells + 1 }, (_, cell) => {
    const least = min + (cell - 1) / scale;
    return edges.findLastIndex((edge) => edge <= least) + 1;
  });
  const ends = Float64Array.of(...edges, Infinity);
  const [below, above] = [missing + 2, missing + 3];
  const counts = new Int32Array(ends.length);
  return (input, cells) => {
    if (input.kind !== 'number') return;
    const { values } = input;
    counts.fill(0);
    for (const value of values) {
      let bin = 0;
      if (value >= min && value <= max) bin = binOf[((value - min) * scale) | 0]!;
      else if (value > max) cells[above]!++;
      else if (value < min) cells[below]!++;
      else {
        cells[missing]!++;
        continue;
      }
      while (ends[bin]! <= value) bin++;
      counts[bin]!++;
    }
    for (let bin = 0; bin < ends.length; bin++) cells[bins + bin]! += counts[bin]!;
  };
}

/** Of each level of the schema its bin. */
function binsOfLevels(named: readonly string[], all: readonly string[]): Int32Array {
  const place = new Map(named.map((level, bin) => [level, bin]));
  return Int32Array.from(all, (level) => place.get(level) ?? named.length);
}

function levelCounter(binOf: Int32Array, bins: number, missing: number): Counter {
  const known = binOf.length;
  /** By code, raised by one: missing comes first, all new levels last. Rows by turns: a count need not wait for the one before. */
  const counts = new Int32Array(known + 2);
  const others = new Int32Array(known + 2);
  return (input, cells) => {
    if (input.kind !== 'level') return;
    const { codes } = input;
    counts.fill(0);
    others.fill(0);
    const even = codes.length - (codes.length % 2);
    for (let row = 0; row < even; row += 2) {
      counts[1 + Math.min(codes[row]!, known)]!++;
      others[1 + Math.min(codes[row + 1]!, known)]!++;
    }
    if (even < codes.length) counts[1 + Math.min(codes[even]!, known)]!++;
    cells[missing]! += counts[0]! + others[0]!;
    cells[missing + 1]! += counts[known + 1]! + others[known + 1]!;
    for (let code = 0; code < known; code++)
      cells[bins + binOf[code]!]! += counts[code + 1]! + others[code + 1]!;
  };
}

function countScores(
  { rowCount, probability, monthlyValue }: CountedRows,
  layout: TallyLayout,
  cells: Float64Array,
) {
  const { scores, probability: sums, value: values, squaredValue: squares } = layout;
  for (let row = 0; row < rowCount; row++) {
    const p = probability[row]!;
    const step = highestStep(p, scoreSteps);
    const threshold = Math.floor(step / stepsPerThreshold);
    cells[scores + step]!++;
    cells[sums + threshold]! += p;
    const value = monthlyValue[row]!;
    if (!(value > 0)) continue;
    cells[values + threshold]! += p * value;
    cells[squares + threshold]! += p * value * value;
  }
}

/** Evenly spaced ones of a block are enough for a mean: they stand for the others. */
const explainedRows = 1_000;

function addReasons(contributions: Float64Array, layout: TallyLayout, cells: Float64Array): void {
  const width = layout.features.length;
  const rowCount = contributions.length / width;
  const step = Math.max(1, Math.floor(rowCount / explainedRows));
  const weight = rowCount / Math.ceil(rowCount / step);
  for (let row = 0; row < rowCount; row += step)
    for (let j = 0; j < width; j++) cells[layout.reasons + j]! += weight * contributions[row * width + j]!;
  cells[layout.explained]! += rowCount;
}
