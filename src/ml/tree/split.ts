/**
 * The best split of a node by one feature, from its histogram.
 *
 * Gain: score(left) + score(right) − score(node), score = G² / (H + λ), the loss that a leaf with the
 * value G / (H + λ) takes away (Friedman 2001; Chen and Guestrin 2016), G the sum of negative gradients
 * and H of curvatures. With gradient = weight × label and curvature = weight it is the decrease of the
 * Gini impurity, so forest and boosting share it.
 * Numbers: every bin edge, rows without a value tried on either side. Categories: levels ordered by
 * smoothed rate, (G_level + s·G/H) / (H_level + s), then split like numbers; for a convex loss the best
 * partition is among these (Fisher 1958). Levels lighter than `minLevelWeight` are kept together with
 * 'no value', as their rates are noise. What the node has not seen follows the heavier child.
 * Monotone constraints: children whose values, kept within the node's bounds, are in the wrong order are
 * not considered.
 */

export interface SplitParams {
  /** λ ≥ 0, added to the curvature of a leaf. */
  readonly l2: number;
  /** Smallest curvature sum of a leaf; > 0. In a forest: weighted rows. */
  readonly minLeafWeight: number;
  /** Smallest gain of a split, ≥ 0. */
  readonly minGain: number;
  /** s ≥ 0: pseudo-curvature that draws the rate of a level to the node's. */
  readonly categorySmoothing: number;
  /** Added to λ where a category has more than four groups of levels in the node. */
  readonly categoryL2: number;
  /** Levels with less curvature in the node are pooled. */
  readonly minLevelWeight: number;
}

/** Sums of a node and the interval its value must stay in (monotone constraints). */
export interface NodeSums {
  readonly gradient: number;
  readonly curvature: number;
  readonly lowest: number;
  readonly highest: number;
}

export interface Split {
  readonly gain: number;
  readonly feature: number;
  /** Numbers: left when `low ≤ bin ≤ high`; `low` is 0 when rows without a value go left, else 1. */
  readonly low: number;
  readonly high: number;
  /** Categories: bit b of these eight words is set when bin b goes left; null for numbers. */
  readonly set: Uint32Array | null;
  readonly leftGradient: number;
  readonly leftCurvature: number;
}

export const SET_WORDS = 8;
/** Gains below this share of the node's score are rounding errors. */
export const NOISE = 1e-10;

/** The value of a leaf, kept within its bounds. */
export function leafValue(
  gradient: number,
  curvature: number,
  l2: number,
  lowest: number,
  highest: number,
): number {
  return Math.min(highest, Math.max(lowest, gradient / (curvature + l2)));
}

/**
 * The best split on a number, or `best` when none gains more.
 * `direction`: 0, or the sign of a monotone constraint. `bins`: bins of the feature, bin 0 included.
 */
export function bestNumberSplit(
  params: SplitParams,
  histogram: Float64Array,
  offset: number,
  bins: number,
  feature: number,
  node: NodeSums,
  direction: number,
  best: Split | null,
): Split | null {
  const { gradient, curvature } = node;
  const { l2, minLeafWeight } = params;
  const free = direction === 0 && node.lowest === -Infinity && node.highest === Infinity;
  const nodeScore = free
    ? (gradient * gradient) / (curvature + l2)
    : boundedScore(gradient, curvature, l2, node);
  let bestScore = (best === null ? params.minGain + NOISE * nodeScore : best.gain) + nodeScore;
  let bestHigh = -1;
  let bestLow = 1;
  let bestGradient = 0;
  let bestCurvature = 0;
  const noValueCurvature = histogram[offset + 1]!;
  const passes = noValueCurvature > NOISE * curvature ? 2 : 1;
  for (let pass = 0; pass < passes; pass++) {
    let g = pass === 1 ? histogram[offset]! : 0;
    let h = pass === 1 ? noValueCurvature : 0;
    for (let bin = 1; bin < bins; bin++) {
      const binCurvature = histogram[offset + 2 * bin + 1]!;
      if (binCurvature <= 0) continue;
      g += histogram[offset + 2 * bin]!;
      h += binCurvature;
      if (h < minLeafWeight) continue;
      const rest = curvature - h;
      if (rest < minLeafWeight) break;
      const restGradient = gradient - g;
      const score = free
        ? (g * g) / (h + l2) + (restGradient * restGradient) / (rest + l2)
        : pairScore(g, h, restGradient, rest, l2, node, direction);
      if (score > bestScore) {
        bestScore = score;
        bestHigh = bin;
        bestLow = pass === 1 ? 0 : 1;
        bestGradient = g;
        bestCurvature = h;
      }
    }
  }
  if (bestHigh < 0) return best;
  if (passes === 1 && bestCurvature * 2 > curvature) bestLow = 0;
  return {
    gain: bestScore - nodeScore,
    feature,
    low: bestLow,
    high: bestHigh,
    set: null,
    leftGradient: bestGradient,
    leftCurvature: bestCurvature,
  };
}

/** The bins from `low` to `high` of a split on a number, as a category's set. */
export function setOf({ low, high }: Pick<Split, 'low' | 'high'>): Uint32Array {
  const set = new Uint32Array(SET_WORDS);
  for (let bin = low; bin <= high; bin++) set[bin >>> 5]! |= 1 << (bin & 31);
  return set;
}

/** The best split on a category, or `best` when none gains more. */
export function bestCategorySplit(
  params: SplitParams,
  histogram: Float64Array,
  offset: number,
  bins: number,
  feature: number,
  node: NodeSums,
  best: Split | null,
): Split | null {
  orderGroups(params, histogram, offset, bins, node);
  const { order, count, pooledGradient, pooledCurvature } = groups;
  if (count < 2) return best;
  const { gradient, curvature } = node;
  const l2 = params.l2 + (count > 4 ? params.categoryL2 : 0);
  const free = node.lowest === -Infinity && node.highest === Infinity;
  const nodeScore = free
    ? (gradient * gradient) / (curvature + params.l2)
    : boundedScore(gradient, curvature, params.l2, node);
  let bestScore = (best === null ? params.minGain + NOISE * nodeScore : best.gain) + nodeScore;
  let bestGroups = 0;
  let bestGradient = 0;
  let bestCurvature = 0;
  let g = 0;
  let h = 0;
  for (let i = 0; i + 1 < count; i++) {
    const bin = order[i]!;
    g += bin === 0 ? pooledGradient : histogram[offset + 2 * bin]!;
    h += bin === 0 ? pooledCurvature : histogram[offset + 2 * bin + 1]!;
    if (h < params.minLeafWeight) continue;
    if (curvature - h < params.minLeafWeight) break;
    const score = free
      ? (g * g) / (h + l2) + (gradient - g) ** 2 / (curvature - h + l2)
      : pairScore(g, h, gradient - g, curvature - h, l2, node, 0);
    if (score > bestScore) {
      bestScore = score;
      bestGroups = i + 1;
      bestGradient = g;
      bestCurvature = h;
    }
  }
  if (bestGroups === 0) return best;
  const heavierLeft = bestCurvature * 2 > curvature;
  return {
    gain: bestScore - nodeScore,
    feature,
    low: 0,
    high: 0,
    set: levelSet(bestGroups, heavierLeft),
    leftGradient: bestGradient,
    leftCurvature: bestCurvature,
  };
}

/** Groups of levels in ascending rate, the space used again at every node. */
interface Groups {
  /** Bins; 0 stands for the pool. */
  readonly order: Uint8Array;
  readonly rates: Float64Array;
  count: number;
  pooledGradient: number;
  pooledCurvature: number;
}

const groups: Groups = {
  order: new Uint8Array(256),
  rates: new Float64Array(256),
  count: 0,
  pooledGradient: 0,
  pooledCurvature: 0,
};

function orderGroups(
  params: SplitParams,
  histogram: Float64Array,
  offset: number,
  bins: number,
  node: NodeSums,
): void {
  const { categorySmoothing, minLevelWeight } = params;
  const prior = (categorySmoothing * node.gradient) / node.curvature;
  let pooledGradient = histogram[offset]!;
  let pooledCurvature = histogram[offset + 1]!;
  groups.count = 0;
  for (let bin = 1; bin < bins; bin++) {
    const g = histogram[offset + 2 * bin]!;
    const h = histogram[offset + 2 * bin + 1]!;
    if (h > 0 && h >= minLevelWeight) insertGroup(bin, (g + prior) / (h + categorySmoothing));
    else if (h > 0) {
      pooledGradient += g;
      pooledCurvature += h;
    }
  }
  if (pooledCurvature > 0) insertGroup(0, (pooledGradient + prior) / (pooledCurvature + categorySmoothing));
  groups.pooledGradient = pooledGradient;
  groups.pooledCurvature = pooledCurvature;
}

function insertGroup(bin: number, rate: number): void {
  const { order, rates } = groups;
  let at = groups.count++;
  for (; at > 0 && rates[at - 1]! > rate; at--) {
    rates[at] = rates[at - 1]!;
    order[at] = order[at - 1]!;
  }
  rates[at] = rate;
  order[at] = bin;
}

/** The bins of the first `leftGroups` groups; those without a group of their own go with the pool. */
function levelSet(leftGroups: number, heavierLeft: boolean): Uint32Array {
  const { order, count } = groups;
  const rank = order.subarray(0, count).indexOf(0);
  const poolLeft = rank < 0 ? heavierLeft : rank < leftGroups;
  const set = new Uint32Array(SET_WORDS).fill(poolLeft ? 0xffffffff : 0);
  for (let i = 0; i < count; i++) {
    const bin = order[i]!;
    if (bin === 0) continue;
    if (i < leftGroups) set[bin >>> 5]! |= 1 << (bin & 31);
    else set[bin >>> 5]! &= ~(1 << (bin & 31));
  }
  return set;
}

function boundedScore(gradient: number, curvature: number, l2: number, node: NodeSums): number {
  const value = leafValue(gradient, curvature, l2, node.lowest, node.highest);
  return 2 * gradient * value - (curvature + l2) * value * value;
}

function pairScore(
  leftGradient: number,
  leftCurvature: number,
  rightGradient: number,
  rightCurvature: number,
  l2: number,
  node: NodeSums,
  direction: number,
): number {
  const left = leafValue(leftGradient, leftCurvature, l2, node.lowest, node.highest);
  const right = leafValue(rightGradient, rightCurvature, l2, node.lowest, node.highest);
  if (direction * (right - left) < 0) return -Infinity;
  return (
    2 * leftGradient * left -
    (leftCurvature + l2) * left * left +
    2 * rightGradient * right -
    (rightCurvature + l2) * right * right
  );
}
