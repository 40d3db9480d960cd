/**
 * Exact path-dependent tree SHAP in time linear in nodes × depth, by Gauss–Legendre quadrature.
 *
 * The game is that of Lundberg et al. (2020), Algorithm 1: a feature outside the coalition follows both
 * branches in proportion to the training rows that took them. A leaf with value v is then worth
 * v · Π_j q_j over the features j on its path, where q_j is o_j (1 when the row agrees with all the path's
 * splits on j, else 0) inside the coalition and r_j (the share of training rows that follow those splits)
 * outside. The Shapley value of feature i is the integral of the multilinear extension (Owen 1972),
 *     φ_i = v ∫₀¹ (o_i − r_i) Π_{j≠i} (t·o_j + (1 − t)·r_j) dt,
 * a polynomial of degree d − 1 in t for a path with d features: Gauss–Legendre quadrature with ⌈d / 2⌉
 * points is exact. For each point t_k one pass down the tree collects the products and one pass up the
 * sums S_k of the leaves below; the edges of a node then give its feature Σ_k w_k S_k (o − r)/q_k with
 * q_k = t_k·o + (1 − t_k)·r, less the same term of the nearest edge above on the same feature, whose
 * share they replace. A node has three states for a row: the row disagreed with an edge above on the
 * same feature, goes left, goes right; the factors of each are tables made once a model.
 * The idea of polynomials on edges is that of Linear TreeSHAP (Yu et al. 2022).
 * Assumptions: every node has a positive cover.
 */
import { goesLeft, type Trees } from './predict.ts';
import { gaussLegendre } from './quadrature.ts';

/** What does not depend on the row, prepared once a model. */
export interface ShapPlan {
  readonly trees: Trees;
  readonly parts: readonly TreePlan[];
  /** Sum over trees of the cover-weighted mean of the leaves. */
  readonly base: number;
}

/** The splitting nodes of one tree, a parent before its children. */
interface TreePlan {
  /** Index of each split in the trees' arrays. */
  readonly node: Int32Array;
  /** Position of the children among the splits; −1 for a leaf. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Nearest edge above on the same feature: 4 × its split's position + the state that takes it; −1 if none. */
  readonly above: Int32Array;
  /** Quadrature points. */
  readonly points: number;
  /** Per split, state and point: factor and weight of the left edge, then of the right edge. */
  readonly table: Float64Array;
}

const DISAGREED = 0;
const GOES_LEFT = 1;
const GOES_RIGHT = 2;
const STATES = 3;

/** @throws RangeError when a node has no cover. */
export function planShap(trees: Trees): ShapPlan {
  const base = baseOfTrees(trees);
  const parts: TreePlan[] = [];
  for (let tree = 0; tree + 1 < trees.roots.length; tree++) {
    const root = trees.roots[tree]!;
    const end = trees.roots[tree + 1]!;
    if (end > root + 1) parts.push(planTree(trees, root, end));
  }
  return { trees, parts, base };
}

/** What contributions are added to. @throws RangeError when a node has no cover. */
export function baseOfTrees(trees: Trees): number {
  let base = 0;
  for (let tree = 0; tree + 1 < trees.roots.length; tree++) {
    const root = trees.roots[tree]!;
    const end = trees.roots[tree + 1]!;
    checkCovers(trees, root, end);
    base += meanOfLeaves(trees, root, end);
  }
  return base;
}

/**
 * Adds the contributions of every feature to `out` (row-major, rows × featureCount), in units of the
 * trees' values: they add up to the sum of the trees' values minus `plan.base`.
 * `rows`: bins, row-major, as binRows gives them.
 */
export function addShap(plan: ShapPlan, rows: Uint8Array, out: Float64Array): void {
  const { trees, parts } = plan;
  const sums = new Float64Array(
    parts.reduce((most, part) => Math.max(most, part.node.length * part.points), 0),
  );
  const states = new Uint8Array(parts.reduce((most, part) => Math.max(most, part.node.length), 0));
  for (const part of parts)
    for (let at = 0; at < rows.length; at += trees.featureCount) {
      passDown(trees, part, rows, at, states, sums);
      passUp(trees, part, states, sums, out, at);
    }
}

/** The state of every split, and the products of the factors on the way to it. */
function passDown(
  trees: Trees,
  part: TreePlan,
  rows: Uint8Array,
  at: number,
  states: Uint8Array,
  products: Float64Array,
): void {
  const { node, left, right, above, points, table } = part;
  for (let k = 0; k < points; k++) products[k] = 1;
  for (let i = 0; i < node.length; i++) {
    const edge = above[i]!;
    let state = DISAGREED;
    if (edge < 0 || states[edge >> 2] === (edge & 3))
      state = goesLeft(trees, node[i]!, rows[at + trees.feature[node[i]!]!]!) ? GOES_LEFT : GOES_RIGHT;
    states[i] = state;
    const entry = (i * STATES + state) * points * 4;
    if (left[i]! >= 0) multiply(products, i * points, table, entry, left[i]! * points, points);
    if (right[i]! >= 0) multiply(products, i * points, table, entry + 2, right[i]! * points, points);
  }
}

function multiply(
  products: Float64Array,
  from: number,
  table: Float64Array,
  entry: number,
  to: number,
  points: number,
): void {
  for (let k = 0; k < points; k++) products[to + k] = products[from + k]! * table[entry + 4 * k]!;
}

/** Sums of the leaves below every split, its edges giving its feature their share. */
function passUp(
  trees: Trees,
  part: TreePlan,
  states: Uint8Array,
  sums: Float64Array,
  out: Float64Array,
  at: number,
): void {
  const { node, left, right, points, table } = part;
  for (let i = node.length - 1; i >= 0; i--) {
    let entry = (i * STATES + states[i]!) * points * 4;
    const own = i * points;
    const leftSums = left[i]! * points;
    const rightSums = right[i]! * points;
    let share = 0;
    for (let k = 0; k < points; k++, entry += 4) {
      const product = sums[own + k]!;
      const below = leftSums >= 0 ? sums[leftSums + k]! : product * table[entry]!;
      const other = rightSums >= 0 ? sums[rightSums + k]! : product * table[entry + 2]!;
      share += below * table[entry + 1]! + other * table[entry + 3]!;
      sums[own + k] = below + other;
    }
    out[at + trees.feature[node[i]!]!]! += share;
  }
}

function planTree(trees: Trees, root: number, end: number): TreePlan {
  const node = Int32Array.from({ length: end - root }, (_, i) => root + i).filter(
    (i) => trees.feature[i]! >= 0,
  );
  const position = new Map(Array.from(node, (at, i) => [at, i]));
  const left = node.map((at) => position.get(trees.left[at]!) ?? -1);
  const right = node.map((at) => position.get(trees.left[at]! + 1) ?? -1);
  const edge = new Int32Array(node.length).fill(-1);
  for (let i = 0; i < node.length; i++) {
    if (left[i]! >= 0) edge[left[i]!] = 4 * i + GOES_LEFT;
    if (right[i]! >= 0) edge[right[i]!] = 4 * i + GOES_RIGHT;
  }
  const above = edge.map((_, i) => edgeAbove(trees, node, edge, i));
  const features = new Int32Array(node.length);
  for (let i = 0; i < node.length; i++)
    features[i] = (edge[i]! < 0 ? 0 : features[edge[i]! >> 2]!) + (above[i]! < 0 ? 1 : 0);
  const points = Math.ceil(Math.max(...features) / 2);
  return { node, left, right, above, points, table: edgeTables(trees, node, above, points) };
}

/** `edge`: per split the edge that leads to it, coded as `TreePlan.above`. */
function edgeAbove(trees: Trees, node: Int32Array, edge: Int32Array, split: number): number {
  const feature = trees.feature[node[split]!]!;
  let at = edge[split]!;
  while (at >= 0 && trees.feature[node[at >> 2]!] !== feature) at = edge[at >> 2]!;
  return at;
}

function edgeTables(trees: Trees, node: Int32Array, above: Int32Array, points: number): Float64Array {
  const { nodes: t, weights: w } = gaussLegendre(points);
  const table = new Float64Array(node.length * STATES * points * 4);
  const shares = new Float64Array(node.length * 4);
  for (let i = 0; i < node.length; i++)
    for (const side of [GOES_LEFT, GOES_RIGHT]) {
      const child = trees.left[node[i]!]! + side - GOES_LEFT;
      const rAbove = above[i]! < 0 ? 1 : shares[above[i]!]!;
      const r = (rAbove * trees.cover[child]!) / trees.cover[node[i]!]!;
      shares[4 * i + side] = r;
      const leaf = trees.feature[child]! < 0 ? trees.value[child]! : 1;
      for (let state = 0; state < STATES; state++) {
        const o = state === side ? 1 : 0;
        const oAbove = state === DISAGREED ? 0 : 1;
        for (let k = 0; k < points; k++) {
          const q = t[k]! * o + (1 - t[k]!) * r;
          const qAbove = t[k]! * oAbove + (1 - t[k]!) * rAbove;
          const entry = ((i * STATES + state) * points + k) * 4 + 2 * (side - GOES_LEFT);
          table[entry] = (leaf * q) / qAbove;
          table[entry + 1] = w[k]! * ((o - r) / q - (oAbove - rAbove) / qAbove);
        }
      }
    }
  return table;
}

function checkCovers(trees: Trees, root: number, end: number): void {
  for (let node = root; node < end; node++)
    if (!(trees.cover[node]! > 0)) throw new RangeError(`node ${node} has no cover`);
}

function meanOfLeaves(trees: Trees, root: number, end: number): number {
  let total = 0;
  for (let node = root; node < end; node++)
    if (trees.feature[node]! < 0) total += trees.value[node]! * trees.cover[node]!;
  return total / trees.cover[root]!;
}
