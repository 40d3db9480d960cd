/**
 * The values of trees and their SHAP values for every row of a table: from tables (shap-tables.ts) or, for trees that
 * there is no room for, by quadrature (shap.ts).
 */
import type { Table } from '../data/table.ts';
import { binRows, type FeatureBins } from './bins.ts';
import { addTreeValues, type Trees } from './predict.ts';
import { addShap, baseOfTrees, type ShapPlan } from './shap.ts';
import { addTable, planOfTree, shapTables, type ShapTable } from './shap-tables.ts';

const blockRows = 512;
/** Numbers in the tables of one model at most: 32 MB. */
const roomForTables = 4_000_000;
/** So many splits of large trees fit in, about. */
const splitsInTables = 6_000;

/** In the unit of the leaf values, not divided by the number of trees. */
export interface TreeScores {
  readonly featureCount: number;
  /** What the contributions are added to: the sum over trees of the cover-weighted mean of their leaves. */
  readonly base: number;
  /** Row-major, `rowCount × featureCount`. */
  readonly contributions: Float64Array;
  /** `start` and the values of all trees, one a row: the same bits as `addTreeValues` gives. */
  readonly sums: Float64Array;
}

export function scoreTrees(
  model: { readonly bins: readonly FeatureBins[]; readonly trees: Trees },
  table: Table,
  start = 0,
): TreeScores {
  const { bins, trees } = model;
  const plan = planOf(trees);
  const featureCount = bins.length;
  const contributions = new Float64Array(table.rowCount * featureCount);
  const sums = new Float64Array(table.rowCount).fill(start);
  for (let from = 0; from < table.rowCount; from += blockRows) {
    const to = Math.min(from + blockRows, table.rowCount);
    const out = contributions.subarray(from * featureCount, to * featureCount);
    addScores(plan, binRows(bins, table, from, to), out, sums.subarray(from, to));
  }
  return { featureCount, base: plan.base, contributions, sums };
}

/**
 * Nominal microseconds a row, from measurements with 19 features: a split takes 3 ns in a tree of eight leaves, where one
 * table has them all, and 12 ns in a tree of 64; 20 ns where there is no room for tables any more.
 */
export function scoringMicrosOf({ roots }: Trees): number {
  const trees = roots.length - 1;
  const splits = (roots[trees]! - trees) / 2;
  const inTables = Math.min(splits, splitsInTables);
  const nanos = Math.min(12, 3 + (splits / trees) ** 2 / 300);
  return (inTables * nanos + (splits - inTables) * 20) / 1_000;
}

/** Made once for the trees of a model. */
export interface TreesPlan {
  readonly featureCount: number;
  /** What together are the trees, in their order. */
  readonly parts: readonly (ShapTable | ShapPlan)[];
  readonly base: number;
}

/** `room`: numbers in all tables. @throws RangeError when a node has no cover. */
export function planTrees(trees: Trees, room = roomForTables): TreesPlan {
  const base = baseOfTrees(trees);
  const parts: (ShapTable | ShapPlan)[] = [];
  let numbers = 0;
  for (let tree = 0; tree + 1 < trees.roots.length; tree++) {
    const tables = numbers < room ? shapTables(trees, tree) : null;
    if (tables === null) parts.push(planOfTree(trees, tree));
    else parts.push(...tables);
    // A step takes a quarter of the bytes of an entry.
    for (const { entries, steps } of tables ?? []) numbers += entries.length + steps.length / 4;
  }
  return { featureCount: trees.featureCount, parts, base };
}

/** Adds values to `sums` and contributions to `out`; `rows` (bins) and `out` are row-major. */
export function addScores(
  { featureCount, parts }: TreesPlan,
  rows: Uint8Array,
  out: Float64Array,
  sums: Float64Array,
): void {
  const places = new Uint16Array(sums.length);
  for (const part of parts)
    if ('entries' in part) addTable(part, featureCount, rows, out, sums, places);
    else {
      addShap(part, rows, out);
      addTreeValues(part.trees, rows, sums);
    }
}

const plans = new WeakMap<Trees, TreesPlan>();

/** Made at the first call and kept as long as the trees are. */
function planOf(trees: Trees): TreesPlan {
  let plan = plans.get(trees);
  if (plan === undefined) plans.set(trees, (plan = planTrees(trees)));
  return plan;
}
