/**
 * Groups of a number for charts: about the same number of customers in each, at round edges, found in one pass over the
 * values. Values are counted in the cells of a fine grid of round numbers; then neighbouring cells are merged.
 */

import { edgeTexts, numberText } from '../../format.ts';

export interface CountedCell {
  /** The lowest value of a cell. */
  readonly from: number;
  readonly count: number;
}

interface Grid {
  readonly min: number;
  readonly max: number;
  readonly integer: boolean;
}

/** A value of three digits has a cell of its own; so have values that a hundredth of the range lies between. */
const digits = 3;
const cellsInRange = 100;
/** A number is exact up to this many digits. */
const finestDigits = 12;
const powers = Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);
/** How far from its place among the customers an edge may lie to be rounder, as a share of a group. */
const leeway = 0.25;

/**
 * The cells of a range: value → the highest edge of the grid that is not above it. Monotone, so larger values never get
 * a lower cell.
 */
export function gridOf({ min, max, integer }: Grid): (value: number) => number {
  const ofRange = max > min ? Math.floor(Math.log10((max - min) / cellsInRange)) : Infinity;
  const least = integer ? 0 : -20;
  return (value) => {
    if (value === 0) return 0;
    const magnitude = magnitudeOf(Math.abs(value));
    const exponent = Math.max(least, magnitude - finestDigits, Math.min(magnitude - digits + 1, ofRange));
    // Divided by a power of ten, not multiplied by a fraction: the edge is then the number that its text says.
    const power = powerOf(Math.abs(exponent));
    const k = Math.floor(exponent < 0 ? value * power : value / power);
    const edge = exponent < 0 ? k / power : k * power;
    if (edge > value) return edgeAt(k - 1, exponent, power);
    const next = edgeAt(k + 1, exponent, power);
    return next <= value ? next : edge + 0;
  };
}

function edgeAt(k: number, exponent: number, power: number): number {
  return exponent < 0 ? k / power : k * power;
}

/** The power of ten at or below a size. The logarithm alone is rounded: that of 999,999,999,999,998 is 15. */
function magnitudeOf(size: number): number {
  const magnitude = Math.floor(Math.log10(size));
  return powerOf(magnitude) > size ? magnitude - 1 : magnitude;
}

/** Figures ask for the same few powers once a customer and column, and computing one takes longer than all the rest. */
function powerOf(exponent: number): number {
  return powers[exponent] ?? 10 ** exponent;
}

/** A name for each group between the edges; one that holds a single whole number is called by it. */
export function groupNames(cells: readonly CountedCell[], edges: readonly number[], grid: Grid): string[] {
  return edgeTexts(edges, grid.integer ? 'integer' : 'number').map((name, i) => {
    const inside = cells.filter((cell) => isBetween(cell.from, edges[i - 1], edges[i]));
    const only = inside.length === 1 ? inside[0]!.from : null;
    const isOneValue = only !== null && grid.integer && Math.abs(only) < 10 ** digits;
    return isOneValue ? numberText(only) : name;
  });
}

/** undefined: open on that side. */
export function isBetween(value: number, from: number | undefined, to: number | undefined): boolean {
  return value >= (from ?? -Infinity) && value < (to ?? Infinity);
}

/** The edges between at most so many groups, ascending; `cells` ascend. Few cells are not merged. */
export function roundEdges(cells: readonly CountedCell[], groups: number): number[] {
  const inner = cells.slice(1).map(({ from }) => from);
  if (cells.length <= groups) return inner;
  let below = 0;
  const belowEdge = cells.slice(0, -1).map(({ count }) => (below += count));
  const share = (below + cells.at(-1)!.count) / groups;
  const edges = Array.from({ length: groups - 1 }, (_, i) =>
    edgeNear(inner, belowEdge, share * (i + 1), share),
  );
  return [...new Set(edges)].sort((a, b) => a - b);
}

/** The roundest edge with about this many customers below it, otherwise the nearest one. */
function edgeNear(edges: readonly number[], below: readonly number[], wanted: number, share: number): number {
  let best = { edge: edges[0]!, isNear: false, cost: Infinity, off: Infinity };
  edges.forEach((edge, i) => {
    const off = Math.abs(below[i]! - wanted);
    const isNear = off <= leeway * share;
    const one = { edge, isNear, cost: isNear ? roughness(edge) : 0, off };
    const isBetter = one.isNear !== best.isNear ? one.isNear : one.cost - best.cost || one.off - best.off;
    if (isBetter === true || (typeof isBetter === 'number' && isBetter < 0)) best = one;
  });
  return best.edge;
}

/** Few digits are round, and a five at the end is rounder than other digits: 0, 200, 150, 120, 125, 128. */
function roughness(edge: number): number {
  if (edge === 0) return 0;
  const [mantissa = ''] = Math.abs(edge).toExponential().split('e');
  return 2 * mantissa.length - (mantissa.endsWith('5') ? 1 : 0);
}
