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
 * sums of the leaves below; an edge then gives its feature Σ_k w_k S_k (o − r)/(t_k·o + (1 − t_k)·r),
 * less the same term of the nearest edge above it on the same feature, which it replaces.
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

interface TreePlan {
  readonly root: number;
  /** Nodes of the tree, and quadrature points. */
  readonly nodes: number;
  readonly points: number;
  /** Per node: its parent, and the node below the nearest edge above on the same feature, −1 if none. */
  readonly parent: Int32Array;
  readonly above: Int32Array;
  /** Feature of the edge that leads to the node; −1 at the root. */
  readonly feature: Int32Array;
  /** Per node, state and point: factor of the product, and weight of the sum. See edgeState. */
  readonly factor: Float64Array;
  readonly weight: Float64Array;
}

const STATES = 3;

/** @throws RangeError when a node has no cover. */
export function planShap(trees: Trees): ShapPlan {
  const parts: TreePlan[] = [];
  let base = 0;
  for (let tree = 0; tree + 1 < trees.roots.length; tree++) {
    const part = planTree(trees, trees.roots[tree]!, trees.roots[tree + 1]!);
    base += meanOfLeaves(trees, part);
    if (part.nodes > 1) parts.push(part);
  }
  return { trees, parts, base };
}

/**
 * Adds the contributions of every feature to `out` (row-major, rows × featureCount), in units of the
 * trees' values: they add up to the sum of the trees' values minus `plan.base`.
 * `rows`: bins, row-major, as binRows gives them.
 */
export function addShap(plan: ShapPlan, rows: Uint8Array, out: Float64Array): void {
  const { featureCount } = plan.trees;
  const widest = plan.parts.reduce((most, part) => Math.max(most, part.nodes * part.points), 0);
  const products = new Float64Array(widest);
  const agrees = new Uint8Array(plan.parts.reduce((most, part) => Math.max(most, part.nodes), 0));
  for (const part of plan.parts)
    for (let at = 0; at < rows.length; at += featureCount) {
      passDown(plan.trees, part, rows, at, agrees, products);
      passUp(part, agrees, products, out, at);
    }
}

/** Products of the factors on the way to every node; in a leaf times its value. */
function passDown(
  trees: Trees,
  part: TreePlan,
  rows: Uint8Array,
  at: number,
  agrees: Uint8Array,
  products: Float64Array,
): void {
  const { root, nodes, points, above, factor } = part;
  agrees[0] = 1;
  products.fill(1, 0, points);
  for (let node = 0; node < nodes; node++) {
    const split = trees.feature[root + node]!;
    if (split < 0) {
      const value = trees.value[root + node]!;
      for (let k = node * points; k < (node + 1) * points; k++) products[k]! *= value;
      continue;
    }
    const left = trees.left[root + node]! - root;
    const toLeft = goesLeft(trees, root + node, rows[at + split]!);
    const before = above[left]!;
    const agreed = before < 0 ? 1 : agrees[before]!;
    agrees[left] = toLeft ? agreed : 0;
    agrees[left + 1] = toLeft ? 0 : agreed;
    let leftFactor = (left * STATES + edgeState(agrees[left]!, agreed)) * points;
    let rightFactor = ((left + 1) * STATES + edgeState(agrees[left + 1]!, agreed)) * points;
    for (let k = 0; k < points; k++) {
      const product = products[node * points + k]!;
      products[left * points + k] = product * factor[leftFactor++]!;
      products[(left + 1) * points + k] = product * factor[rightFactor++]!;
    }
  }
}

/** Sums of the leaves below every node, each edge giving its feature its share. */
function passUp(part: TreePlan, agrees: Uint8Array, sums: Float64Array, out: Float64Array, at: number): void {
  const { nodes, points, parent, above, feature, weight } = part;
  // Children of one parent are neighbours, the right one first here; its sum replaces the parent's product.
  for (let node = nodes - 1; node > 0; node--) {
    const before = above[node]!;
    const agreed = before < 0 ? 1 : agrees[before]!;
    const weights = (node * STATES + edgeState(agrees[node]!, agreed)) * points;
    const own = node * points;
    const up = parent[node]! * points;
    const right = (node & 1) === 0;
    let share = 0;
    for (let k = 0; k < points; k++) {
      const total = sums[own + k]!;
      share += total * weight[weights + k]!;
      sums[up + k] = right ? total : sums[up + k]! + total;
    }
    out[at + feature[node]!]! += share;
  }
}

/** 0: disagreed above already; 1: disagrees here first; 2: agrees. */
function edgeState(agrees: number, agreed: number): number {
  return agrees === 1 ? 2 : agreed;
}

function planTree(trees: Trees, root: number, end: number): TreePlan {
  const nodes = end - root;
  const parent = new Int32Array(nodes);
  const above = new Int32Array(nodes).fill(-1);
  const feature = new Int32Array(nodes).fill(-1);
  const share = new Float64Array(nodes).fill(1);
  const onPath = new Int32Array(nodes);
  for (let node = 0; node < nodes; node++) {
    if (!(trees.cover[root + node]! > 0)) throw new RangeError(`node ${root + node} has no cover`);
    const split = trees.feature[root + node]!;
    if (split < 0) continue;
    const left = trees.left[root + node]! - root;
    const before = edgeAbove(feature, parent, node, split);
    for (const child of [left, left + 1]) {
      parent[child] = node;
      feature[child] = split;
      above[child] = before;
      share[child] =
        ((before < 0 ? 1 : share[before]!) * trees.cover[root + child]!) / trees.cover[root + node]!;
      onPath[child] = onPath[node]! + (before < 0 ? 1 : 0);
    }
  }
  const points = Math.max(1, Math.ceil(Math.max(...onPath) / 2));
  return { root, nodes, points, parent, above, feature, ...edgeTables(points, above, share) };
}

function edgeAbove(feature: Int32Array, parent: Int32Array, node: number, split: number): number {
  let at = node;
  while (at > 0 && feature[at] !== split) at = parent[at]!;
  return at > 0 ? at : -1;
}

function edgeTables(
  points: number,
  above: Int32Array,
  share: Float64Array,
): { factor: Float64Array; weight: Float64Array } {
  const { nodes: t, weights: w } = gaussLegendre(points);
  const factor = new Float64Array(above.length * STATES * points);
  const weight = new Float64Array(factor.length);
  for (let node = 1; node < above.length; node++) {
    const before = above[node]!;
    const r = share[node]!;
    const rAbove = before < 0 ? 1 : share[before]!;
    for (let state = 0; state < STATES; state++) {
      const o = state === 2 ? 1 : 0;
      const oAbove = state === 0 ? 0 : 1;
      for (let k = 0; k < points; k++) {
        const q = t[k]! * o + (1 - t[k]!) * r;
        const qAbove = t[k]! * oAbove + (1 - t[k]!) * rAbove;
        const i = (node * STATES + state) * points + k;
        factor[i] = q / qAbove;
        weight[i] = w[k]! * ((o - r) / q - (oAbove - rAbove) / qAbove);
      }
    }
  }
  return { factor, weight };
}

function meanOfLeaves(trees: Trees, part: TreePlan): number {
  let total = 0;
  for (let node = part.root; node < part.root + part.nodes; node++)
    if (trees.feature[node]! < 0) total += trees.value[node]! * trees.cover[node]!;
  return total / trees.cover[part.root]!;
}
