/**
 * The rows of a linear model's training as places on a grid, so that sums over rows need a few additions for each row
 * where the design has dozens of entries.
 *
 * Method: a column has a few grid points: each level of a category, each value of a number with at most 16 of them,
 * otherwise the smallest value, the knots and the largest, and a point for rows without a value. A curve of the design
 * (design.ts) is straight between neighbouring points, so the design's entries of a row are those at its two
 * neighbours, mixed by its share of the way (the hat basis: de Boor, A Practical Guide to Splines, 1978, IX). What a
 * sum over rows says of the points, the points' own design entries turn into what it says of the design. Columns of
 * few points are counted jointly, as a bundle whose code is the combination of their points.
 * Exact up to the rounding of additions in another order. Assumes that every block of the design depends on one
 * column and is piecewise linear with bends at its knots only.
 */
import { bundleColumns } from '../data/bundling.ts';
import { MISSING, UNSEEN, type CategoryColumn, type NumberColumn } from '../data/table.ts';
import type { Table } from '../data/table.ts';
import { sharedFloats, sharedInts } from '../parallel/shared-memory.ts';
import { columnEntries, type Design, type NumberBlock, type SparseRows } from './design.ts';

/** Columns of which every row is at a grid point, together. */
export interface Bundle {
  /** Combinations of points. */
  readonly size: number;
  /** The combination of every row. */
  readonly codes: Int32Array;
  /** For each column of the bundle the grid point that a combination stands for, length `size`. */
  readonly points: readonly Int32Array[];
}

/** A number whose rows lie between the points `first + cells[row]` and the next one. */
export interface Curve {
  readonly first: number;
  readonly size: number;
  readonly cells: Int32Array;
  /** How far on the way to the next point, in [0, 1]. */
  readonly shares: Float64Array;
}

export interface Grid {
  readonly rowCount: number;
  readonly bundles: readonly Bundle[];
  readonly curves: readonly Curve[];
  readonly pointCount: number;
  /** The design's entries at each grid point, of the point's own column only. */
  readonly points: SparseRows;
}

/** A column of which every row is at one of `size` points. */
interface Discrete {
  readonly first: number;
  readonly size: number;
  readonly places: Int32Array;
}

const maxValues = 16;
/** Two bundles' joint counts, 64 × 64 numbers, stay in the nearest cache. */
const maxBundleSize = 64;

export function createGrid(design: Design, table: Table): Grid {
  const discrete: Discrete[] = [];
  const curves: Curve[] = [];
  const entries: SparseRows[] = [];
  let pointCount = 0;
  for (const [j, column] of table.columns.entries()) {
    const block = design.blocks[j]!;
    if (column.kind === 'category') {
      const { codes, places } = placeCodes(column);
      entries.push(columnEntries(design, j, { ...column, codes }));
      discrete.push({ first: pointCount, size: codes.length, places });
      pointCount += codes.length;
      continue;
    }
    const few = fewValues(column.values);
    const values = few ?? curvePoints(column.values, block as NumberBlock);
    entries.push(columnEntries(design, j, { ...column, values }));
    if (few === null)
      curves.push({ first: pointCount, size: values.length, ...placeOnCurve(column, values) });
    else discrete.push({ first: pointCount, size: values.length, places: placeValues(column, few) });
    pointCount += values.length;
  }
  const bundles = bundle(discrete, table.rowCount);
  return { rowCount: table.rowCount, bundles, curves, pointCount, points: joinEntries(entries) };
}

/** The codes that occur, ascending, and the place of each row among them. */
function placeCodes({ codes, levels }: CategoryColumn): { codes: Int32Array; places: Int32Array } {
  const placeOf = new Int32Array(levels.length - UNSEEN);
  const places = new Int32Array(codes.length);
  for (let row = 0; row < codes.length; row++) {
    const code = codes[row]!;
    const known = code >= MISSING && code < levels.length ? code - UNSEEN : 0;
    places[row] = known;
    placeOf[known] = 1;
  }
  const found: number[] = [];
  for (let i = 0; i < placeOf.length; i++) if (placeOf[i] === 1) placeOf[i] = found.push(i + UNSEEN) - 1;
  for (let row = 0; row < places.length; row++) places[row] = placeOf[places[row]!]!;
  return { codes: Int32Array.from(found), places };
}

/** NaN, which stands for 'no finite value', and the finite values ascending; null when there are too many. */
function fewValues(values: Float64Array): Float64Array | null {
  const found = new Set<number>();
  for (const value of values) {
    if (Number.isFinite(value)) found.add(value);
    if (found.size > maxValues) return null;
  }
  return Float64Array.from([NaN, ...[...found].sort((a, b) => a - b)]);
}

function placeValues({ values }: NumberColumn, points: Float64Array): Int32Array {
  const placeOf = new Map(Array.from(points, (value, place) => [value, place]));
  return Int32Array.from(values, (value) => placeOf.get(value) ?? 0);
}

/** NaN, the smallest finite value, the knots and the largest. */
function curvePoints(values: Float64Array, { knots }: NumberBlock): Float64Array {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return Float64Array.of(NaN, low, ...knots.filter((knot) => knot > low && knot < high), high);
}

function placeOnCurve({ values }: NumberColumn, points: Float64Array): Pick<Curve, 'cells' | 'shares'> {
  const cells = sharedInts(values.length);
  const shares = sharedFloats(values.length);
  const last = points.length - 2;
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    if (!Number.isFinite(value)) continue;
    let cell = 1;
    while (cell < last && points[cell + 1]! <= value) cell++;
    const from = points[cell]!;
    cells[row] = cell;
    // Halves keep the difference of huge numbers finite.
    shares[row] = (value / 2 - from / 2) / (points[cell + 1]! / 2 - from / 2);
  }
  return { cells, shares };
}

function bundle(columns: readonly Discrete[], rowCount: number): Bundle[] {
  // Bundles of more combinations than rows would cost more to read out than to count.
  const limit = Math.min(maxBundleSize, Math.sqrt(rowCount));
  const bundles = bundleColumns(
    columns.map(({ size }) => size),
    limit,
  );
  return bundles.map((members) =>
    joinColumns(
      members.map((column) => columns[column]!),
      rowCount,
    ),
  );
}

function joinColumns(members: readonly Discrete[], rowCount: number): Bundle {
  const size = members.reduce((product, member) => product * member.size, 1);
  const codes = sharedInts(rowCount);
  let stride = 1;
  const points = members.map(({ first, size: own, places }) => {
    for (let row = 0; row < rowCount; row++) codes[row]! += stride * places[row]!;
    const step = stride;
    stride *= own;
    return Int32Array.from({ length: size }, (_, code) => first + (Math.floor(code / step) % own));
  });
  return { size, codes, points };
}

function joinEntries(parts: readonly SparseRows[]): SparseRows {
  const starts = [0];
  const indices: number[] = [];
  const values: number[] = [];
  for (const part of parts) {
    const before = indices.length;
    const end = part.starts.at(-1)!;
    for (let row = 1; row < part.starts.length; row++) starts.push(before + part.starts[row]!);
    for (let e = 0; e < end; e++) {
      indices.push(part.indices[e]!);
      values.push(part.values[e]!);
    }
  }
  return {
    starts: Int32Array.from(starts),
    indices: Int32Array.from(indices),
    values: Float64Array.from(values),
  };
}
