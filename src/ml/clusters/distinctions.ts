/**
 * What sets a group of customers apart from the others, column by column.
 *
 * Method: Welch's t test (1947) of the means of a number, with the degrees of freedom of Satterthwaite (1946), and
 * Pearson's χ² test of the shares of levels; then the procedure of Benjamini and Hochberg over all columns. The size of a
 * difference is in standard deviations of all customers; of a category it is that of the level that differs most.
 * Assumptions: customers are independent, and groups are large enough for means to be nearly normal. A column that the
 * group was made from differs by construction: its test says nothing, its size does.
 */
import { balanceOfLevels } from '../experiments/balance.ts';
import { findDiscoveries } from '../math/false-discovery.ts';
import { studentTail } from '../math/quantiles.ts';

/** Of the values that are known. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** With count − 1; NaN below two values. */
  readonly variance: number;
}

export type ComparedColumn =
  | { readonly kind: 'number'; readonly name: string; readonly inside: Moments; readonly outside: Moments }
  | {
      readonly kind: 'level';
      readonly name: string;
      /** Customers by level; '' where none is known. */
      readonly inside: ReadonlyMap<string, number>;
      readonly outside: ReadonlyMap<string, number>;
    };

export interface Distinction {
  readonly name: string;
  /** The level that differs most; null: a number. */
  readonly level: string | null;
  /** Means, or shares of the level in [0, 1]. */
  readonly inside: number;
  readonly outside: number;
  /** In standard deviations; below 0: less inside. */
  readonly size: number;
  /** Of a difference at least as large by chance, in [0, 1]. */
  readonly probability: number;
  /** Named with at most 5 % of the named ones wrong. */
  readonly isFound: boolean;
}

/** The largest first; columns that cannot be compared are left out. */
export function findDistinctions(columns: readonly ComparedColumn[], falseShare = 0.05): Distinction[] {
  const compared = columns.flatMap((column) => (column.kind === 'number' ? numbers(column) : levels(column)));
  const isFound = findDiscoveries(
    compared.map(({ probability }) => probability),
    falseShare,
  );
  return compared
    .map((one, i) => ({ ...one, isFound: isFound[i]! }))
    .sort((a, b) => Math.abs(b.size) - Math.abs(a.size));
}

type Compared = Omit<Distinction, 'isFound'>;

function numbers({ name, inside, outside }: Extract<ComparedColumn, { kind: 'number' }>): Compared[] {
  const deviation = Math.sqrt(varianceOfBoth(inside, outside));
  if (!(deviation > 0)) return [];
  return [
    {
      name,
      level: null,
      inside: inside.mean,
      outside: outside.mean,
      size: (inside.mean - outside.mean) / deviation,
      probability: welchProbability(inside, outside),
    },
  ];
}

/** Two-sided; 1 with fewer than two values on a side, or without any spread within the sides. */
export function welchProbability(a: Moments, b: Moments): number {
  const [errorA, errorB] = [a.variance / a.count, b.variance / b.count];
  const squared = errorA + errorB;
  if (!(squared > 0)) return Number.isNaN(squared) || a.mean === b.mean ? 1 : 0;
  const degrees = squared ** 2 / (errorA ** 2 / (a.count - 1) + errorB ** 2 / (b.count - 1));
  return Math.min(1, 2 * studentTail(Math.abs(a.mean - b.mean) / Math.sqrt(squared), degrees));
}

/** Of the customers of both sides together. NaN where a side has none. */
function varianceOfBoth(a: Moments, b: Moments): number {
  const count = a.count + b.count;
  const within = squaresOf(a) + squaresOf(b);
  return (within + ((a.count * b.count) / count) * (a.mean - b.mean) ** 2) / (count - 1);
}

function squaresOf({ count, variance }: Moments): number {
  return count < 2 ? 0 : (count - 1) * variance;
}

function levels({ name, inside, outside }: Extract<ComparedColumn, { kind: 'level' }>): Compared[] {
  const known = [...new Set([...inside.keys(), ...outside.keys()])];
  const [countIn, countOut] = [sumOf(inside), sumOf(outside)];
  if (countIn === 0 || countOut === 0 || known.length < 2) return [];
  const counts = known.map((level) => Float64Array.of(inside.get(level) ?? 0, outside.get(level) ?? 0));
  const { probability } = balanceOfLevels(counts);
  const differences = known.map((level, i) => {
    const [shareIn, shareOut] = [counts[i]![0]! / countIn, counts[i]![1]! / countOut];
    const share = (counts[i]![0]! + counts[i]![1]!) / (countIn + countOut);
    const size = (shareIn - shareOut) / Math.sqrt(share * (1 - share));
    return { name, level, inside: shareIn, outside: shareOut, size, probability };
  });
  // Of two levels both differ by as much: what the group has more of is said.
  return differences.sort((a, b) => Math.abs(b.size) - Math.abs(a.size) || b.size - a.size).slice(0, 1);
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
