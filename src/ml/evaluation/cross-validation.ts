/**
 * Splits that keep the share of customers who left in every part (stratified), and cross-validation in which
 * everything is learned from the training part alone, the encoder included.
 *
 * Groups of rows (row-groups.ts) stay whole: from the largest to single rows, each goes to the part where it adds least
 * to Σ (rows of a class in the part / rows of the class)² / share of the part, which is least where all parts have their
 * share of both classes. Single rows come last and fill what larger groups left uneven.
 */
import { createRandom, forkSeeds, shuffle } from '../math/random.ts';
import type { Random } from '../math/random.ts';
import type { RowGroups } from '../data/row-groups.ts';

/**
 * For each row the fold it is tested in, 0 to folds − 1.
 * @throws RangeError when a class has fewer rows, or groups of rows, than folds.
 */
export function stratifiedFolds(
  target: Uint8Array,
  folds: number,
  random: Random,
  groups: RowGroups = null,
): Uint8Array {
  if (!(Number.isInteger(folds) && folds >= 2 && folds <= 255))
    throw new RangeError(`folds must be 2 to 255, found ${folds}`);
  if (groups !== null) {
    const fewest = fewestOfAClass(target, groups);
    if (fewest < folds)
      throw new RangeError(
        `${folds} folds need at least ${folds} customers of each class, found ${fewest}: rows of one customer stay together`,
      );
    return partsOf(target, groups, new Array<number>(folds).fill(1 / folds), random);
  }
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
export function stratifiedSplit(
  target: Uint8Array,
  testShare: number,
  random: Random,
  groups: RowGroups = null,
): Split {
  if (groups !== null) return splitBy(partsOf(target, groups, [1 - testShare, testShare], random), 1);
  const isTest = new Uint8Array(target.length);
  for (const label of [0, 1]) {
    const rows = Int32Array.from(target.keys()).filter((row) => target[row] === label);
    shuffle(rows, random);
    for (const row of rows.subarray(0, Math.round(rows.length * testShare))) isTest[row] = 1;
  }
  return splitBy(isTest, 1);
}

/** Rows of the class that has fewer; with groups, the groups that hold any of it. */
export function fewestOfAClass(target: Uint8Array, groups: RowGroups = null): number {
  if (groups === null) {
    const positive = target.reduce((sum, label) => sum + label, 0);
    return Math.min(positive, target.length - positive);
  }
  return Math.min(...[0, 1].map((label) => new Set(groups.filter((_, row) => target[row] === label)).size));
}

/** The part that each row goes to; `shares` of the parts add up to 1. */
function partsOf(
  target: Uint8Array,
  groups: Int32Array,
  shares: readonly number[],
  random: Random,
): Uint8Array {
  const groupCount = groups.reduce((most, group) => Math.max(most, group + 1), 0);
  const counts = [new Int32Array(groupCount), new Int32Array(groupCount)] as const;
  groups.forEach((group, row) => counts[target[row] === 1 ? 1 : 0][group]!++);
  const totals = counts.map((of) =>
    Math.max(
      1,
      of.reduce((sum, count) => sum + count, 0),
    ),
  );
  const order = Int32Array.from({ length: groupCount }, (_, group) => group);
  shuffle(order, random);
  const sizeOf = (group: number): number => counts[0][group]! + counts[1][group]!;
  order.sort((a, b) => sizeOf(b) - sizeOf(a));
  const filled = shares.map(() => [0, 0] as [number, number]);
  const partOf = new Uint8Array(groupCount);
  for (const group of order) {
    const added = (part: number): number =>
      [0, 1].reduce((sum, label) => {
        const count = counts[label]![group]!;
        return sum + (count * (2 * filled[part]![label]! + count)) / totals[label]! ** 2 / shares[part]!;
      }, 0);
    let best = 0;
    let least = Infinity;
    for (let part = 0; part < shares.length; part++) {
      const more = added(part);
      if (more >= least) continue;
      best = part;
      least = more;
    }
    partOf[group] = best;
    filled[best]![0] += counts[0][group]!;
    filled[best]![1] += counts[1][group]!;
  }
  return Uint8Array.from(groups, (group) => partOf[group]!);
}

/** The rows of fold `fold` against all others. */
export function splitBy(foldOf: Uint8Array, fold: number): Split {
  const rows = Int32Array.from(foldOf.keys());
  return {
    train: rows.filter((row) => foldOf[row] !== fold),
    test: rows.filter((row) => foldOf[row] === fold),
  };
}

/** A fold that is to be fitted and scored. */
export interface PlannedFold {
  readonly repeat: number;
  readonly fold: number;
  /** For each row the fold of this repeat in which it is tested. */
  readonly foldOf: Uint8Array;
  /** Of the fold's own random numbers, so that folds do not depend on their order. */
  readonly seed: number;
}

export interface FoldProtocol {
  readonly folds: number;
  readonly repeats: number;
  readonly seed: number;
  readonly groups?: RowGroups;
}

/** The folds of `repeats` cross-validations. @throws RangeError as stratifiedFolds */
export function planFolds(target: Uint8Array, { folds, repeats, seed, groups }: FoldProtocol): PlannedFold[] {
  const random = createRandom(seed);
  return Array.from({ length: repeats }, (_, repeat) => {
    const foldOf = stratifiedFolds(target, folds, random, groups);
    return Array.from(forkSeeds(random, folds), (own, fold) => ({ repeat, fold, foldOf, seed: own }));
  }).flat();
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
 * and scores the test rows.
 */
export function crossValidate(
  target: Uint8Array,
  protocol: FoldProtocol,
  fitFold: (split: Split, random: Random) => Float64Array,
): FoldScores[] {
  return planFolds(target, protocol).map(({ repeat, fold, foldOf, seed }) => {
    const split = splitBy(foldOf, fold);
    return { repeat, fold, rows: split.test, scores: fitFold(split, createRandom(seed)) };
  });
}

/** The labels of some rows. */
export function takeTarget(target: Uint8Array, rows: Int32Array): Uint8Array {
  return Uint8Array.from(rows, (row) => target[row]!);
}
