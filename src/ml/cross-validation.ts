/**
 * Splits that keep the share of leavers in every part (stratified), and cross-validation in which everything
 * that is learned is learned from the training part alone: the encoder too, inside `fitFold`.
 */
import { createRandom, shuffle } from './random.ts';
import type { Random } from './random.ts';

/** For each row the fold it is tested in, 0 to folds − 1. @throws RangeError when a class has fewer rows than folds. */
export function stratifiedFolds(target: Uint8Array, folds: number, random: Random): Uint8Array {
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= 255))
    throw new RangeError(`folds must be 2 to 255, found ${folds}`);
  const foldOf = new Uint8Array(target.length);
  let next = 0;
  for (const label of [0, 1]) {
    const rows = Int32Array.from(target.keys()).filter((row) => target[row] === label);
    if (rows.length < folds)
      throw new RangeError(`${folds} folds need at least ${folds} rows of each class, found ${rows.length}`);
    shuffle(rows, random);
    for (const row of rows) foldOf[row] = next++ % folds;
  }
  return foldOf;
}

export interface Split {
  readonly train: Int32Array;
  readonly test: Int32Array;
}

/** One split with about `testShare` of each class in the test part. */
export function stratifiedSplit(target: Uint8Array, testShare: number, random: Random): Split {
  const isTest = new Uint8Array(target.length);
  for (const label of [0, 1]) {
    const rows = Int32Array.from(target.keys()).filter((row) => target[row] === label);
    shuffle(rows, random);
    for (const row of rows.subarray(0, Math.round(rows.length * testShare))) isTest[row] = 1;
  }
  return splitBy(isTest, 1);
}

/** The rows of fold `fold` against all others. */
export function splitBy(foldOf: Uint8Array, fold: number): Split {
  const rows = Int32Array.from(foldOf.keys());
  return {
    train: rows.filter((row) => foldOf[row] !== fold),
    test: rows.filter((row) => foldOf[row] === fold),
  };
}

export interface FoldScores {
  readonly repeat: number;
  readonly fold: number;
  /** The test rows and their scores, in the same order. */
  readonly rows: Int32Array;
  readonly scores: Float64Array;
}

/**
 * Scores every row `repeats` times by a model that has not seen it. `fitFold` learns from the training rows
 * and scores the test rows; it gets its own random numbers, so that folds do not depend on their order.
 */
export function crossValidate(
  target: Uint8Array,
  options: { readonly folds: number; readonly repeats: number; readonly seed: number },
  fitFold: (split: Split, random: Random) => Float64Array,
  onFold: (done: number, total: number) => void = () => undefined,
): FoldScores[] {
  const random = createRandom(options.seed);
  const results: FoldScores[] = [];
  for (let repeat = 0; repeat < options.repeats; repeat++) {
    const foldOf = stratifiedFolds(target, options.folds, random);
    for (let fold = 0; fold < options.folds; fold++) {
      const split = splitBy(foldOf, fold);
      results.push({ repeat, fold, rows: split.test, scores: fitFold(split, random.fork()) });
      onFold(results.length, options.folds * options.repeats);
    }
  }
  return results;
}

/** The labels of some rows. */
export function takeTarget(target: Uint8Array, rows: Int32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => target[row]!);
}
