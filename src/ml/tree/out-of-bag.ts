/** How well the trees of a forest predict the rows that they were not grown on. */
import { leafOf, type Trees } from './predict.ts';

/** Over at most 50,000 rows or a few more. */
export interface OutOfBag {
  readonly rowCount: number;
  readonly logLoss: number;
  readonly brier: number;
}

/** Of every `step`-th row. */
export interface OutOfBagSums {
  readonly step: number;
  /** Of the rates of trees that were grown without the row. */
  readonly sums: Float64Array;
  readonly counts: Float64Array;
}

const ROWS = 50_000;

export function startOutOfBag(rowCount: number): OutOfBagSums {
  const step = Math.max(1, Math.floor(rowCount / ROWS));
  const length = Math.ceil(rowCount / step);
  return { step, sums: new Float64Array(length), counts: new Float64Array(length) };
}

/** Adds one tree. `rows`: the bins, row-major; `drawn`: the weight of each row in the tree. */
export function addTreeOutOfBag(
  { step, sums, counts }: OutOfBagSums,
  tree: Trees,
  rows: Uint8Array,
  drawn: Float64Array,
): void {
  for (let i = 0, row = 0; row < drawn.length; i++, row += step) {
    if (drawn[row]! > 0) continue;
    sums[i]! += tree.value[leafOf(tree, 0, rows, row * tree.featureCount)]!;
    counts[i]!++;
  }
}

/** Adds the sums of other trees. */
export function addOutOfBag(all: OutOfBagSums, part: OutOfBagSums): void {
  for (let i = 0; i < all.sums.length; i++) {
    all.sums[i]! += part.sums[i]!;
    all.counts[i]! += part.counts[i]!;
  }
}

/** Null when no row was left out of any tree. */
export function finishOutOfBag({ step, sums, counts }: OutOfBagSums, target: Uint8Array): OutOfBag | null {
  let rowCount = 0;
  let logLoss = 0;
  let brier = 0;
  for (let i = 0; i < sums.length; i++) {
    if (counts[i] === 0) continue;
    const p = sums[i]! / counts[i]!;
    const hit = target[i * step] === 1 ? p : 1 - p;
    rowCount++;
    logLoss -= Math.log(Math.max(hit, 1e-15));
    brier += (1 - hit) ** 2;
  }
  return rowCount === 0 ? null : { rowCount, logLoss: logLoss / rowCount, brier: brier / rowCount };
}
