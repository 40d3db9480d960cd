/**
 * Whether a share of rows, such as those without a value, differs between training and a later file by more than chance.
 *
 * Method: of the k + l rows in question in both, k are in the file; where nothing has changed, k is hypergeometric (Fisher's exact test).
 * Two-sided: twice the smaller tail.
 * Reference: Fisher (1935), The logic of inductive inference.
 * Assumptions: rows are independent.
 */
import { logGamma } from '../math/log-gamma.ts';

/** Rows, and how many of them are in question. */
export interface ShareCount {
  readonly count: number;
  readonly rows: number;
}

/** Probability of a share in the file at least as large where nothing has changed, in [0, 1]. */
export function riseProbability(then: ShareCount, now: ShareCount): number {
  return upperTail(now, then);
}

/** Of a difference at least as large, either way. */
export function changeProbability(then: ShareCount, now: ShareCount): number {
  const fall = upperTail(
    { count: now.rows - now.count, rows: now.rows },
    { count: then.rows - then.count, rows: then.rows },
  );
  return Math.min(1, 2 * Math.min(upperTail(now, then), fall));
}

/** P(X ≥ count) of a hypergeometric X: `rows` draws from all rows. */
function upperTail({ count, rows }: ShareCount, other: ShareCount): number {
  const all = rows + other.rows;
  const marked = count + other.count;
  const least = Math.max(0, marked + rows - all);
  if (count <= least) return 1;
  const isAbove = count * all >= marked * rows;
  return isAbove
    ? tailFrom(count, 1, { all, marked, rows })
    : Math.max(0, 1 - tailFrom(count - 1, -1, { all, marked, rows }));
}

interface Draws {
  readonly all: number;
  readonly marked: number;
  readonly rows: number;
}

/** The probabilities of `x` and of everything beyond it in a direction, in which they fall. */
function tailFrom(x: number, direction: 1 | -1, { all, marked, rows }: Draws): number {
  let term = Math.exp(logChoose(marked, x) + logChoose(all - marked, rows - x) - logChoose(all, rows));
  let total = term;
  while (term > total * 1e-17) {
    term *=
      direction === 1
        ? ((marked - x) * (rows - x)) / ((x + 1) * (all - marked - rows + x + 1))
        : (x * (all - marked - rows + x)) / ((marked - x + 1) * (rows - x + 1));
    x += direction;
    total += term;
  }
  return Math.min(1, total);
}

function logChoose(n: number, k: number): number {
  return logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);
}
