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
 * same feature, goes left, goes right; the factors of each are tables made once a model. Splits between
 * two leaves, a third of all or more, come after the others and need no passes: their tables have the
 * leaves added up. Points are taken four at a time, written out, which takes half the time of a loop.
 * The idea of polynomials on edges is that of Linear TreeSHAP (Yu et al. 2022).
 * Assumptions: every node has a positive cover.
 */
import type { Trees } from './predict.ts';
import { gaussLegendre } from './quadrature.ts';
import { SET_WORDS } from './split.ts';

/** What does not depend on the row, prepared once a model. */
export interface ShapPlan {
  readonly trees: Trees;
  readonly parts: readonly TreePlan[];
  /** Sum over trees of the cover-weighted mean of the leaves. */
  readonly base: number;
}

/** The splits of one tree: those that have splits below them, a parent before its children, then those between two leaves. */
interface TreePlan {
  /** Index of each split in the trees' arrays, and its feature. */
  readonly node: Int32Array;
  readonly feature: Int32Array;
  /** How many splits have splits below them. */
  readonly innerCount: number;
  /** Place of each child of these: that of a split, or one of its own after all splits for a leaf. */
  readonly left: Int32Array;
  readonly right: Int32Array;
  /** Nearest edge above on the same feature: 4 × its split's place + the state that takes it; if none, of the place after all splits. */
  readonly above: Int32Array;
  /** One for every four quadrature points. */
  readonly tables: readonly EdgeTables[];
}

/** What four points need: for each split and state, four numbers in a row for each of these. */
interface EdgeTables {
  /** Factors of the left and the right edge (times the leaf's value, where there is one), then their weights. */
  readonly inner: Float64Array;
  /** Both leaves times their factors, then these times the weights. */
  readonly bottom: Float64Array;
}

/** Scratch for one row. */
interface Walk {
  readonly states: Uint8Array;
  /** Four numbers a place: products of the factors on the way there, then sums of the leaves below. */
  readonly sums: Float64Array;
}

const DISAGREED = 0;
const GOES_LEFT = 1;
const GOES_RIGHT = 2;
const STATES = 3;
/** The state of the place after all splits: that of the edges that are missing. */
const NO_EDGE = 3;
/** Quadrature points of one pass. */
const POINTS = 4;
/** Numbers of one state of a split: see EdgeTables. */
const INNER = 4 * POINTS;
const BOTTOM = 2 * POINTS;

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
  for (const part of parts) {
    const walk = roomFor(part.node.length);
    for (let at = 0; at < rows.length; at += trees.featureCount) {
      setStates(trees, part, rows, at, walk);
      for (const tables of part.tables) {
        passDown(part, tables, walk);
        addBottom(part, tables, walk, out, at);
        passUp(part, tables, walk, out, at);
      }
    }
  }
}

let room: Walk = { states: new Uint8Array(0), sums: new Float64Array(0) };

/** The same space again and again: for a single row, making it would take as long as what is done in it. */
function roomFor(splits: number): Walk {
  // A tree has one leaf more than splits.
  if (room.states.length <= splits)
    room = { states: new Uint8Array(splits + 1), sums: new Float64Array(POINTS * (2 * splits + 1)) };
  return room;
}

/** Without branches, which could not be foreseen. */
function setStates(trees: Trees, part: TreePlan, rows: Uint8Array, at: number, { states }: Walk): void {
  const { node, feature, above } = part;
  const { low, high, set, sets } = trees;
  states[node.length] = NO_EDGE;
  for (let i = 0; i < node.length; i++) {
    const split = node[i]!;
    const bin = rows[at + feature[i]!]!;
    const index = set[split]!;
    const goesRight =
      index < 0
        ? Number(bin > high[split]!) | Number(bin < low[split]!)
        : 1 ^ ((sets[index * SET_WORDS + (bin >>> 5)]! >>> (bin & 31)) & 1);
    const edge = above[i]!;
    states[i] = Number(states[edge >> 2] === (edge & 3)) * (GOES_LEFT + goesRight);
  }
}

/** The products of the factors on the way to every child of an inner split. */
function passDown(part: TreePlan, { inner }: EdgeTables, { states, sums }: Walk): void {
  const { innerCount, left, right } = part;
  sums.fill(1, 0, POINTS);
  for (let i = 0; i < innerCount; i++) {
    const t = INNER * (STATES * i + states[i]!);
    const l = POINTS * left[i]!;
    const r = POINTS * right[i]!;
    const p0 = sums[POINTS * i]!;
    const p1 = sums[POINTS * i + 1]!;
    const p2 = sums[POINTS * i + 2]!;
    const p3 = sums[POINTS * i + 3]!;
    sums[l] = p0 * inner[t]!;
    sums[l + 1] = p1 * inner[t + 1]!;
    sums[l + 2] = p2 * inner[t + 2]!;
    sums[l + 3] = p3 * inner[t + 3]!;
    sums[r] = p0 * inner[t + 4]!;
    sums[r + 1] = p1 * inner[t + 5]!;
    sums[r + 2] = p2 * inner[t + 6]!;
    sums[r + 3] = p3 * inner[t + 7]!;
  }
}

/** Sums of the leaves below the splits between two leaves, whose edges give their features their share. */
function addBottom(
  { node, feature, innerCount }: TreePlan,
  { bottom }: EdgeTables,
  { states, sums }: Walk,
  out: Float64Array,
  at: number,
): void {
  for (let i = innerCount; i < node.length; i++) {
    const t = BOTTOM * (STATES * (i - innerCount) + states[i]!);
    const p0 = sums[POINTS * i]!;
    const p1 = sums[POINTS * i + 1]!;
    const p2 = sums[POINTS * i + 2]!;
    const p3 = sums[POINTS * i + 3]!;
    sums[POINTS * i] = p0 * bottom[t]!;
    sums[POINTS * i + 1] = p1 * bottom[t + 1]!;
    sums[POINTS * i + 2] = p2 * bottom[t + 2]!;
    sums[POINTS * i + 3] = p3 * bottom[t + 3]!;
    out[at + feature[i]!]! +=
      p0 * bottom[t + 4]! + p1 * bottom[t + 5]! + p2 * bottom[t + 6]! + p3 * bottom[t + 7]!;
  }
}

/** The same for inner splits. */
function passUp(
  { feature, innerCount, left, right }: TreePlan,
  { inner }: EdgeTables,
  { states, sums }: Walk,
  out: Float64Array,
  at: number,
): void {
  for (let i = innerCount - 1; i >= 0; i--) {
    const t = INNER * (STATES * i + states[i]!) + 2 * POINTS;
    const l = POINTS * left[i]!;
    const r = POINTS * right[i]!;
    const l0 = sums[l]!;
    const l1 = sums[l + 1]!;
    const l2 = sums[l + 2]!;
    const l3 = sums[l + 3]!;
    const r0 = sums[r]!;
    const r1 = sums[r + 1]!;
    const r2 = sums[r + 2]!;
    const r3 = sums[r + 3]!;
    sums[POINTS * i] = l0 + r0;
    sums[POINTS * i + 1] = l1 + r1;
    sums[POINTS * i + 2] = l2 + r2;
    sums[POINTS * i + 3] = l3 + r3;
    out[at + feature[i]!]! +=
      l0 * inner[t]! +
      l1 * inner[t + 1]! +
      l2 * inner[t + 2]! +
      l3 * inner[t + 3]! +
      r0 * inner[t + 4]! +
      r1 * inner[t + 5]! +
      r2 * inner[t + 6]! +
      r3 * inner[t + 7]!;
  }
}

function planTree(trees: Trees, root: number, end: number): TreePlan {
  const isSplit = (at: number): boolean => trees.feature[at]! >= 0;
  const isInner = (at: number): boolean => isSplit(trees.left[at]!) || isSplit(trees.left[at]! + 1);
  const splits = Int32Array.from({ length: end - root }, (_, i) => root + i).filter(isSplit);
  const node = Int32Array.from([...splits.filter(isInner), ...splits.filter((at) => !isInner(at))]);
  const innerCount = splits.filter(isInner).length;
  const place = new Int32Array(end - root);
  let free = node.length;
  for (let at = root; at < end; at++) if (!isSplit(at)) place[at - root] = free++;
  node.forEach((at, i) => (place[at - root] = i));
  const left = node.map((at) => place[trees.left[at]! - root]!);
  const right = node.map((at) => place[trees.left[at]! + 1 - root]!);
  const edges = edgesOf(trees, { node, left, right });
  const passes = Math.ceil(edges.mostFeatures / (2 * POINTS));
  return {
    ...{ node, left, right, innerCount, above: edges.above },
    feature: node.map((at) => trees.feature[at]!),
    tables: edgeTables(trees, node, innerCount, edges.above, passes),
  };
}

/** Per split the nearest edge above on its feature, as `TreePlan.above`; and how many features the longest way has. */
function edgesOf(
  trees: Trees,
  { node, left, right }: Pick<TreePlan, 'node' | 'left' | 'right'>,
): { readonly above: Int32Array; readonly mostFeatures: number } {
  const none = 4 * node.length + NO_EDGE;
  const edge = new Int32Array(node.length).fill(none);
  for (let i = 0; i < node.length; i++) {
    if (left[i]! < node.length) edge[left[i]!] = 4 * i + GOES_LEFT;
    if (right[i]! < node.length) edge[right[i]!] = 4 * i + GOES_RIGHT;
  }
  const above = edge.map((_, i) => edgeAbove(trees, node, edge, i));
  const features = new Int32Array(node.length + 1);
  for (let i = 0; i < node.length; i++) features[i] = features[edge[i]! >> 2]! + Number(above[i] === none);
  return { above, mostFeatures: Math.max(...features) };
}

/** `edge`: per split the edge that leads to it, coded as `TreePlan.above`. */
function edgeAbove(trees: Trees, node: Int32Array, edge: Int32Array, split: number): number {
  const feature = trees.feature[node[split]!]!;
  let at = edge[split]!;
  while (at >> 2 < node.length && trees.feature[node[at >> 2]!] !== feature) at = edge[at >> 2]!;
  return at;
}

/** One a pass. */
function edgeTables(
  trees: Trees,
  node: Int32Array,
  innerCount: number,
  above: Int32Array,
  passes: number,
): EdgeTables[] {
  const tables = Array.from({ length: passes }, () => ({
    inner: new Float64Array(INNER * STATES * innerCount),
    bottom: new Float64Array(BOTTOM * STATES * (node.length - innerCount)),
  }));
  const { nodes: t, weights: w } = gaussLegendre(POINTS * passes);
  /** By edge: the share of the rows that all its splits on the feature, from the root, send its way. */
  const shares = new Float64Array(node.length * 4 + STATES + 1).fill(1);
  for (let i = 0; i < node.length; i++)
    for (const side of [GOES_LEFT, GOES_RIGHT]) {
      const child = trees.left[node[i]!]! + side - GOES_LEFT;
      const rAbove = shares[above[i]!]!;
      const r = (rAbove * trees.cover[child]!) / trees.cover[node[i]!]!;
      shares[4 * i + side] = r;
      const leaf = trees.feature[child]! < 0 ? trees.value[child]! : 1;
      for (let state = 0; state < STATES; state++) {
        const o = state === side ? 1 : 0;
        const oAbove = state === DISAGREED ? 0 : 1;
        for (let k = 0; k < t.length; k++) {
          const q = t[k]! * o + (1 - t[k]!) * r;
          const qAbove = t[k]! * oAbove + (1 - t[k]!) * rAbove;
          const factor = (leaf * q) / qAbove;
          const weight = w[k]! * ((o - r) / q - (oAbove - rAbove) / qAbove);
          const { inner, bottom } = tables[Math.floor(k / POINTS)]!;
          if (i < innerCount) {
            const at = INNER * (STATES * i + state) + POINTS * (side - GOES_LEFT) + (k % POINTS);
            inner[at] = factor;
            inner[at + 2 * POINTS] = weight;
          } else {
            const at = BOTTOM * (STATES * (i - innerCount) + state) + (k % POINTS);
            bottom[at]! += factor;
            bottom[at + POINTS]! += factor * weight;
          }
        }
      }
    }
  return tables;
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
