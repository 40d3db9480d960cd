/** The trees of a forest, a few of which make an item that any thread can grow. */
import { createRandom, type Random } from '../math/random.ts';
import type { Task } from '../parallel/threads.ts';
import type { Bundle } from './bundles.ts';
import { createGrowContext, type GrowContext, type GrowParams } from './context.ts';
import { growTree, writeCovers } from './grow.ts';
import { addTreeOutOfBag, startOutOfBag, type OutOfBagSums } from './out-of-bag.ts';
import { createTreeWriter, finishTrees, joinTrees, type Trees } from './predict.ts';
import type { TrainingBins } from './target-statistics.ts';

/** What all trees of a forest share. */
export interface ForestTrees extends TrainingBins {
  readonly bundles: readonly Bundle[];
  /** The bins, row-major. */
  readonly rows: Uint8Array;
  readonly target: Uint8Array;
  readonly weights: Float64Array;
  readonly params: GrowParams;
  readonly sampleShare: number;
  /** Weight of customers who left among the pseudo-rows of a leaf. */
  readonly pseudoPositive: number;
  /** One a tree. */
  readonly seeds: Int32Array;
}

/** The same for any number of threads, as sums over rows out of the bag are added item by item. */
export const TREES_PER_ITEM = 5;

export interface GrownTrees {
  readonly trees: Trees;
  readonly outOfBag: OutOfBagSums;
}

export const forestTrees: Task<ForestTrees, GrownTrees> = {
  name: 'forest-trees',
  prepare: (shared) => {
    const thread: ThreadOfTrees = {
      ...shared,
      context: createGrowContext(shared.bins, shared.columns, shared.isOrdered, shared.bundles),
      candidates: Int32Array.from(shared.weights.keys()).filter((row) => shared.weights[row]! > 0),
      space: createSpace(shared.target.length),
    };
    return (item) => growSome(thread, item * TREES_PER_ITEM);
  },
};

interface ThreadOfTrees extends ForestTrees {
  readonly context: GrowContext;
  /** Rows that may be drawn. */
  readonly candidates: Int32Array;
  readonly space: TreeSpace;
}

/** Room for one tree's rows, used again by the next. */
interface TreeSpace {
  /** The weight of each row. */
  readonly drawn: Float64Array;
  readonly gradient: Float64Array;
  readonly rows: Int32Array;
}

function createSpace(rowCount: number): TreeSpace {
  return {
    drawn: new Float64Array(rowCount),
    gradient: new Float64Array(rowCount),
    rows: new Int32Array(rowCount),
  };
}

function growSome(thread: ThreadOfTrees, first: number): GrownTrees {
  const { seeds, rows, space, bins } = thread;
  const outOfBag = startOutOfBag(space.rows.length);
  const trees = Array.from(seeds.subarray(first, first + TREES_PER_ITEM), (seed) => {
    const tree = growOne(thread, createRandom(seed));
    addTreeOutOfBag(outOfBag, tree, rows, space.drawn);
    return tree;
  });
  return { trees: joinTrees(trees, bins.length), outOfBag };
}

/** Grows a tree on a bootstrap sample; where cuts are drawn at random, on all rows. */
function growOne(thread: ThreadOfTrees, random: Random): Trees {
  const { params, context, target, pseudoPositive, space } = thread;
  const { drawn, gradient } = space;
  if (params.randomCuts) drawn.set(thread.weights);
  else bootstrap(drawn, thread.candidates, thread.weights, thread.sampleShare, random);
  let count = 0;
  for (let row = 0; row < drawn.length; row++) {
    space.rows[count] = row;
    count += Number(drawn[row]! > 0);
    gradient[row] = drawn[row]! * target[row]!;
  }
  const rows = space.rows.subarray(0, count);
  const features = Int32Array.from(context.bins.keys());
  const writer = createTreeWriter();
  const leaves = growTree(params, context, { rows, features, gradient, curvature: drawn }, writer, random);
  for (const leaf of leaves) {
    const rate = (leaf.sums.gradient + pseudoPositive) / (leaf.sums.curvature + params.l2);
    // Sums of weights come from subtracting histograms: rounding takes the rate of a pure leaf out of 0 to 1.
    writer.value[leaf.node] = Math.min(1, Math.max(0, rate));
  }
  writeCovers(writer, leaves, rows, drawn);
  return finishTrees(writer, context.bins.length);
}

/** Sets the weight of each row in one tree: how often it was drawn, with replacement, times its own weight. */
function bootstrap(
  drawn: Float64Array,
  candidates: Int32Array,
  weights: Float64Array,
  sampleShare: number,
  random: Random,
): void {
  drawn.fill(0);
  const draws = new Int32Array(Math.max(1, Math.round(sampleShare * candidates.length)));
  random.fill(draws);
  const scale = candidates.length / 4294967296;
  for (const bits of draws) {
    const row = candidates[Math.floor((bits >>> 0) * scale)]!;
    drawn[row]! += weights[row]!;
  }
}
