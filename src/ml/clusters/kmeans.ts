/**
 * K-means: `k` centres so that the squared distances of rows to their nearest centre sum to little.
 *
 * Lloyd's algorithm (1982) from k-means++ starts (Arthur and Vassilvitskii 2007), the best of several. A centre
 * that no row is nearest to moves to the row that is farthest from its own. Every column counts by its scale:
 * standardise first. Assumes round groups of similar size.
 */
import type { Random } from '../math/random.ts';

export interface KMeans {
  /** Row-major, k × columns. */
  readonly centres: Float64Array;
  /** The nearest centre of each row. */
  readonly assignment: Int32Array;
  /** Sum of squared distances. */
  readonly inertia: number;
  readonly iterations: number;
}

export interface KMeansOptions {
  readonly k: number;
  readonly starts?: number;
  readonly maxIterations?: number;
}

/** `rows` is row-major, `width` columns each. @throws RangeError when k is no number of groups, or a cell is no number */
export function kMeans(rows: Float64Array, width: number, options: KMeansOptions, random: Random): KMeans {
  const { k, starts = 10, maxIterations = 300 } = options;
  const count = rows.length / width;
  if (!(Number.isInteger(k) && k >= 1 && k <= count))
    throw new RangeError(`k must be 1 to ${count}, found ${k}`);
  if (!rows.every(Number.isFinite))
    throw new RangeError('rows must be finite numbers, found NaN or an infinity');
  let best: KMeans | null = null;
  for (let start = 0; start < starts; start++) {
    const result = kMeansFrom(rows, width, plusPlus(rows, width, k, random), maxIterations);
    if (best === null || result.inertia < best.inertia) best = result;
  }
  return best!;
}

/** Lloyd's algorithm from given centres, which are not changed. */
export function kMeansFrom(
  rows: Float64Array,
  width: number,
  start: Float64Array,
  maxIterations = 300,
): KMeans {
  const centres = start.slice();
  const k = centres.length / width;
  const assignment = new Int32Array(rows.length / width).fill(-1);
  const distance = new Float64Array(assignment.length);
  let iterations = 0;
  while (iterations < maxIterations && assign(rows, width, centres, assignment, distance)) {
    iterations++;
    moveCentres(rows, width, k, centres, assignment, distance);
  }
  assign(rows, width, centres, assignment, distance);
  return { centres, assignment, inertia: distance.reduce((sum, value) => sum + value, 0), iterations };
}

/** Gives each row its nearest centre; true when one has changed. */
function assign(
  rows: Float64Array,
  width: number,
  centres: Float64Array,
  assignment: Int32Array,
  distance: Float64Array,
): boolean {
  let hasChanged = false;
  for (let row = 0; row < assignment.length; row++) {
    let nearest = 0;
    let least = Infinity;
    for (let centre = 0; centre * width < centres.length; centre++) {
      const squared = squaredDistance(rows, row * width, centres, centre * width, width);
      if (squared < least) {
        least = squared;
        nearest = centre;
      }
    }
    hasChanged ||= assignment[row] !== nearest;
    assignment[row] = nearest;
    distance[row] = least;
  }
  return hasChanged;
}

function moveCentres(
  rows: Float64Array,
  width: number,
  k: number,
  centres: Float64Array,
  assignment: Int32Array,
  distance: Float64Array,
): void {
  const counts = new Int32Array(k);
  const sums = new Float64Array(centres.length);
  for (let row = 0; row < assignment.length; row++) {
    const centre = assignment[row]!;
    counts[centre]!++;
    for (let j = 0; j < width; j++) sums[centre * width + j]! += rows[row * width + j]!;
  }
  for (let centre = 0; centre < k; centre++) {
    if (counts[centre] === 0) {
      const farthest = distance.indexOf(distance.reduce((a, b) => Math.max(a, b), 0));
      centres.set(rows.subarray(farthest * width, (farthest + 1) * width), centre * width);
      distance[farthest] = 0;
      continue;
    }
    for (let j = 0; j < width; j++) centres[centre * width + j] = sums[centre * width + j]! / counts[centre]!;
  }
}

/** Each further centre is a row drawn by its squared distance to the centres so far. */
function plusPlus(rows: Float64Array, width: number, k: number, random: Random): Float64Array {
  const count = rows.length / width;
  const centres = new Float64Array(k * width);
  const least = new Float64Array(count).fill(Infinity);
  let chosen = random.below(count);
  for (let centre = 0; ; centre++) {
    centres.set(rows.subarray(chosen * width, (chosen + 1) * width), centre * width);
    if (centre + 1 === k) return centres;
    let total = 0;
    for (let row = 0; row < count; row++) {
      least[row] = Math.min(least[row]!, squaredDistance(rows, row * width, centres, centre * width, width));
      total += least[row]!;
    }
    let left = random.next() * total;
    chosen = 0;
    while (chosen + 1 < count && (left -= least[chosen]!) > 0) chosen++;
  }
}

function squaredDistance(a: Float64Array, atA: number, b: Float64Array, atB: number, width: number): number {
  let sum = 0;
  for (let j = 0; j < width; j++) sum += (a[atA + j]! - b[atB + j]!) ** 2;
  return sum;
}
