/**
 * The split that gains most in all leaves of a level together, from their histograms.
 *
 * Gain: as in split.ts, summed over the leaves that the split leaves enough of on both sides; the others stay whole and gain
 * nothing. Numbers: every bin edge, rows without a value on either side. Categories: levels ordered by their smoothed rate in
 * all leaves together. What the leaves have not seen follows the heavier side.
 */
import type { GrowContext, GrowParams, OpenLeaf, RowSums } from './context.ts';
import { markLeftBins } from './partition.ts';
import { NOISE, setOf, SET_WORDS, type Split } from './split.ts';

/** The best split of one feature so far. */
interface Found {
  readonly gain: number;
  readonly split: Split;
}

/** A feature whose bins are tried in an order: those before each cut go left. */
interface Cuts {
  readonly feature: number;
  /** Place of the feature in a histogram. */
  readonly offset: number;
  readonly isNumber: boolean;
  /** Added to the curvature of children. */
  readonly l2: number;
}

/** `leaves`: with histograms. The sums on the left are those of all leaves together. Null when nothing gains enough. */
export function bestLevelSplit(
  params: GrowParams,
  context: GrowContext,
  features: Int32Array,
  leaves: readonly OpenLeaf[],
): Split | null {
  const score = leaves.reduce((sum, { sums }) => sum + sums.gradient ** 2 / (sums.curvature + params.l2), 0);
  let best = params.minGain + NOISE * score;
  let found: Split | null = null;
  for (const feature of features) {
    const all = addHistograms(context, feature, leaves);
    const isNumber = context.bins[feature]!.kind === 'number';
    const orders = isNumber || context.isOrdered[feature] === 1 ? ascending(all) : [byRate(params, all)];
    for (const order of orders) {
      const l2 = params.l2 + (isNumber || order.length <= 4 ? 0 : params.categoryL2);
      const cuts = { feature, offset: 2 * context.layout.offsets[feature]!, isNumber, l2 };
      const next = bestCut(params, cuts, order, all, leaves, best);
      if (next !== null) ({ gain: best, split: found } = next);
    }
  }
  return found;
}

/** What the leaf's rows that go left add up to. */
export function leftSums({ layout, leftBins }: GrowContext, leaf: OpenLeaf, split: Split): RowSums {
  const histogram = leaf.histogram!;
  const sums = { gradient: 0, curvature: 0 };
  markLeftBins(leftBins, split);
  const [start, end] = [layout.offsets[split.feature]!, layout.offsets[split.feature + 1]!];
  for (let bin = 0; bin < end - start; bin++) {
    if (leftBins[bin] === 0) continue;
    sums.gradient += histogram[2 * (start + bin)]!;
    sums.curvature += histogram[2 * (start + bin) + 1]!;
  }
  return sums;
}

/** The feature's histogram of all leaves together: gradient and curvature of each bin. */
function addHistograms({ layout }: GrowContext, feature: number, leaves: readonly OpenLeaf[]): Float64Array {
  const [start, end] = [2 * layout.offsets[feature]!, 2 * layout.offsets[feature + 1]!];
  const all = leaves[0]?.histogram!.slice(start, end) ?? new Float64Array(end - start);
  for (const { histogram } of leaves.slice(1))
    for (let i = 0; i < all.length; i++) all[i]! += histogram![start + i]!;
  return all;
}

/** The bins that occur; where bin 0, no value, is one of them, once before and once after the others. */
function ascending(all: Float64Array): number[][] {
  const [first, ...others] = binsOf(all);
  if (first !== 0) return first === undefined ? [] : [[first, ...others]];
  return [
    [0, ...others],
    [...others, 0],
  ];
}

/** The bins that occur, of low rate first. */
function byRate({ categorySmoothing }: GrowParams, all: Float64Array): number[] {
  let gradient = 0;
  let curvature = 0;
  for (let i = 0; i < all.length; i += 2) {
    gradient += all[i]!;
    curvature += all[i + 1]!;
  }
  const prior = (categorySmoothing * gradient) / curvature;
  const rate = (bin: number): number => (all[2 * bin]! + prior) / (all[2 * bin + 1]! + categorySmoothing);
  return binsOf(all).sort((a, b) => rate(a) - rate(b) || a - b);
}

/** Differences of histograms leave rounding errors where there are no rows. */
function binsOf(all: Float64Array): number[] {
  const bins: number[] = [];
  for (let bin = 0; 2 * bin < all.length; bin++) if (all[2 * bin + 1]! > NOISE) bins.push(bin);
  return bins;
}

/** The best cut of an order of bins, or null when none gains more than `least`. */
function bestCut(
  params: GrowParams,
  cuts: Cuts,
  order: readonly number[],
  all: Float64Array,
  leaves: readonly OpenLeaf[],
  least: number,
): Found | null {
  gains.fill(0);
  for (const leaf of leaves) addGains(params, cuts, order, leaf);
  let cut = -1;
  let gain = least;
  for (let i = 0; i + 1 < order.length; i++)
    if (gains[i]! > gain) {
      gain = gains[i]!;
      cut = i;
    }
  return cut < 0 ? null : { gain, split: splitAt(cuts, order, cut, all, gain) };
}

/** Gain after each cut; the space is used again for every feature. */
const gains = new Float64Array(256);

/** Adds what each cut gains in the leaf. */
function addGains(
  { l2: own, minLeafWeight }: GrowParams,
  { offset, l2 }: Cuts,
  order: readonly number[],
  { histogram, sums: { gradient, curvature } }: OpenLeaf,
): void {
  const score = (gradient * gradient) / (curvature + own);
  let g = 0;
  let h = 0;
  let gain = 0;
  for (let i = 0; i + 1 < order.length; i++) {
    const at = offset + 2 * order[i]!;
    const weight = histogram![at + 1]!;
    if (weight > 0) {
      g += histogram![at]!;
      h += weight;
      const rest = curvature - h;
      if (rest < minLeafWeight) break;
      const other = gradient - g;
      if (h >= minLeafWeight) gain = (g * g) / (h + l2) + (other * other) / (rest + l2) - score;
    }
    gains[i]! += gain;
  }
}

function splitAt(
  { feature, isNumber }: Cuts,
  order: readonly number[],
  cut: number,
  all: Float64Array,
  gain: number,
): Split {
  const [left, right] = [order.slice(0, cut + 1), order.slice(cut + 1)];
  const weightOf = (bins: readonly number[]): number => bins.reduce((sum, bin) => sum + all[2 * bin + 1]!, 0);
  const unseenLeft = weightOf(left) > weightOf(right);
  const gradient = left.reduce((sum, bin) => sum + all[2 * bin]!, 0);
  const shared = { gain, feature, leftGradient: gradient, leftCurvature: weightOf(left) };
  if (!isNumber) return { ...shared, low: 0, high: 0, set: setFrom(left, right, unseenLeft) };
  const low = left.includes(0) || (unseenLeft && !right.includes(0)) ? 0 : 1;
  return { ...shared, low, high: Math.max(...left), set: null };
}

function setFrom(left: readonly number[], right: readonly number[], unseenLeft: boolean): Uint32Array {
  const set = unseenLeft ? setOf({ low: 0, high: 255 }) : new Uint32Array(SET_WORDS);
  for (const bin of unseenLeft ? right : left) set[bin >>> 5]! ^= 1 << (bin & 31);
  return set;
}
