/**
 * Whether the arms of a test are alike in what was known of their customers. Where customers were assigned at random, a
 * column from before the test differs between arms by chance only: one that differs by more was written after the test began, or
 * the arms were not drawn at random.
 *
 * Method: the standardised difference of means or shares between an arm and the first (Austin 2009), and a χ² test of all
 * arms: of the means by their pooled variance for numbers, Pearson's for categories.
 * Assumptions: some hundred customers an arm; levels with fewer than five expected in an arm are tested together.
 */
import type { CategoryColumn, Column } from '../data/table.ts';
import { chiSquareTail } from '../math/incomplete-gamma.ts';

export interface Balance {
  /** The largest over arms (and levels), in standard deviations, at least 0. */
  readonly difference: number;
  /** Of a column at least as different by chance, in [0, 1]. */
  readonly probability: number;
}

/** `arm`: one entry a customer, from 0 to `arms` − 1. Missing numbers are left out, missing levels are a level. */
export function balanceOf(column: Column, arm: Uint8Array, arms: number): Balance {
  return column.kind === 'number'
    ? balanceOfNumbers(column.values, arm, arms)
    : balanceOfLevels(countsOf(column, arm, arms));
}

function balanceOfNumbers(values: Float64Array, arm: Uint8Array, arms: number): Balance {
  const [counts, sums] = [new Float64Array(arms), new Float64Array(arms)];
  values.forEach((value, row) => {
    if (Number.isNaN(value)) return;
    counts[arm[row]!]!++;
    sums[arm[row]!]! += value;
  });
  const means = sums.map((sum, a) => sum / counts[a]!);
  const total = sumOf(counts);
  const mean = sumOf(sums) / total;
  let within = 0;
  values.forEach((value, row) => {
    if (!Number.isNaN(value)) within += (value - means[arm[row]!]!) ** 2;
  });
  const variance = within / (total - arms);
  if (!(variance > 0) || counts.includes(0)) return { difference: 0, probability: 1 };
  const between = counts.reduce((sum, count, a) => sum + count * (means[a]! - mean) ** 2, 0);
  return {
    difference: Math.max(...means.map((own) => Math.abs(own - means[0]!) / Math.sqrt(variance))),
    probability: chiSquareTail(between / variance, arms - 1),
  };
}

/** `counts[level][arm]` */
export function balanceOfLevels(counts: readonly Float64Array[]): Balance {
  const arms = counts[0]?.length ?? 0;
  const sizes = Float64Array.from({ length: arms }, (_, a) => sumOf(counts.map((level) => level[a]!)));
  const total = sumOf(sizes);
  const smallest = Math.min(...sizes) / total;
  const isRare = (level: Float64Array): boolean => sumOf(level) * smallest < 5;
  const rare = counts.filter(isRare);
  const rest = Float64Array.from({ length: arms }, (_, a) => sumOf(rare.map((level) => level[a]!)));
  const tested = [...counts.filter((level) => !isRare(level)), ...(sumOf(rest) * smallest < 5 ? [] : [rest])];
  if (tested.length < 2) return { difference: 0, probability: 1 };
  let distance = 0;
  let difference = 0;
  for (const level of tested) {
    const share = sumOf(level) / total;
    level.forEach((count, a) => {
      const expected = share * sizes[a]!;
      distance += (count - expected) ** 2 / expected;
      const apart = Math.abs(count / sizes[a]! - level[0]! / sizes[0]!);
      difference = Math.max(difference, apart / Math.sqrt(share * (1 - share)));
    });
  }
  return { difference, probability: chiSquareTail(distance, (tested.length - 1) * (arms - 1)) };
}

function countsOf({ levels, codes }: CategoryColumn, arm: Uint8Array, arms: number): Float64Array[] {
  const counts = Array.from({ length: levels.length + 1 }, () => new Float64Array(arms));
  codes.forEach((code, row) => counts[code < 0 ? levels.length : code]![arm[row]!]!++);
  return counts.filter((level) => sumOf(level) > 0);
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
