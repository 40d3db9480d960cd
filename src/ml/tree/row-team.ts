/** The thread that grows a tree, and those that pass over its rows with it; see row-parts.ts. */
import { oneThread, type Team, type Threads } from '../parallel/threads.ts';
import type { RowPasses, RowSums } from './context.ts';
import type { GrownLeaf } from './grow.ts';
import { fillHistogram, type HistogramLayout } from './histogram.ts';
import { joinFronts, joinSides, partitionRows } from './partition.ts';
import type { Trees } from './predict.ts';
import {
  cutsOf,
  FEWEST_SHARED_ROWS,
  MOST_PARTS,
  orders,
  partsOf,
  passes,
  rowParts,
  PART_ROWS,
  type RowMemory,
} from './row-parts.ts';

interface DrawnRows {
  readonly count: number;
  readonly otherCount: number;
  /** Over the drawn rows. */
  readonly sums: RowSums;
}

export class RowTeam implements RowPasses {
  readonly memory: RowMemory;
  readonly #layout: HistogramLayout;
  readonly #team: Team<undefined>;

  /** `layout`: of the histograms. Few rows are not worth other threads' time. */
  constructor(memory: RowMemory, layout: HistogramLayout, threads: Threads) {
    this.memory = memory;
    this.#layout = layout;
    const wanted = memory.target.length < FEWEST_SHARED_ROWS ? oneThread : threads;
    this.#team = wanted.open(rowParts, memory);
  }

  /**
   * Draws a share of the rows, in (0, 1], by the random numbers in `words`: those to learn from come to the front of `rows`, all
   * others to that of `others`. Sets gradients and curvatures.
   */
  draw(share: number): DrawnRows {
    const { rows, others, target, order, counts, otherCounts } = this.memory;
    order[orders.drawn] = Math.round(share * 65_536);
    const parts = this.#pass(passes.draw, 0, target.length);
    const cuts = cutsOf(0, target.length, parts);
    return {
      count: joinFronts(rows, cuts, counts),
      otherCount: joinFronts(others, cuts, otherCounts),
      sums: this.#sumParts(parts),
    };
  }

  fill(histogram: Float64Array, features: Int32Array, start: number, end: number): void {
    const { rows, gradient, curvature, histograms, order } = this.memory;
    if (partsOf(end - start) === 1) {
      fillHistogram(histogram, this.#layout, features, rows, start, end, gradient, curvature);
      return;
    }
    this.memory.features.set(features);
    order[orders.features] = features.length;
    const parts = this.#pass(passes.histogram, start, end);
    const size = histograms.length / MOST_PARTS;
    const { offsets } = this.#layout;
    for (const f of features)
      for (let i = 2 * offsets[f]!; i < 2 * offsets[f + 1]!; i++) {
        let sum = histograms[i]!;
        for (let part = 1; part < parts; part++) sum += histograms[part * size + i]!;
        histogram[i] = sum;
      }
  }

  partition(feature: number, start: number, end: number): number {
    const { rows, scratch, columns, leftBins, counts, order } = this.memory;
    if (partsOf(end - start) === 1)
      return partitionRows(rows, start, end, columns[feature]!, leftBins, scratch);
    order[orders.feature] = feature;
    const parts = this.#pass(passes.sides, start, end);
    return joinSides(rows, cutsOf(start, end, parts), counts, scratch);
  }

  /** Multiplies the odds of all rows by what the tree says of them. `otherCount`: of rows it was not grown on. */
  moveOdds(tree: Trees, leaves: readonly GrownLeaf[], otherCount: number): void {
    const { nodeFactors, order } = this.memory;
    copyTree(tree, this.memory.tree);
    tree.value.forEach((value, node) => (nodeFactors[node] = Math.exp(-value)));
    const stretches = this.#cutLeaves(leaves);
    const parts = partsOf(otherCount);
    order.set([passes.odds, 0, otherCount, parts], orders.pass);
    order[orders.stretches] = stretches;
    this.#team.run(stretches + parts);
  }

  close(): void {
    this.#team.close();
  }

  #sumParts(parts: number): RowSums {
    const { sums } = this.memory;
    let gradient = sums[0]!;
    let curvature = sums[1]!;
    for (let part = 1; part < parts; part++) {
      gradient += sums[2 * part]!;
      curvature += sums[2 * part + 1]!;
    }
    return { gradient, curvature };
  }

  #cutLeaves(leaves: readonly GrownLeaf[]): number {
    const { stretches, factors, nodeFactors } = this.memory;
    let count = 0;
    for (const leaf of leaves)
      for (let from = leaf.start; from < leaf.end; from += PART_ROWS) {
        stretches[2 * count] = from;
        stretches[2 * count + 1] = Math.min(from + PART_ROWS, leaf.end);
        factors[count++] = nodeFactors[leaf.node]!;
      }
    return count;
  }

  /** Does a pass over a stretch; returns the number of its parts. */
  #pass(pass: number, start: number, end: number): number {
    const parts = partsOf(end - start);
    this.memory.order.set([pass, start, end, parts], orders.pass);
    this.#team.run(parts);
    return parts;
  }
}

/** What `leafOf` needs of it. */
function copyTree({ feature, left, low, high, set, sets }: Trees, room: Trees): void {
  room.feature.set(feature);
  room.left.set(left);
  room.low.set(low);
  room.high.set(high);
  room.set.set(set);
  room.sets.set(sets);
}
