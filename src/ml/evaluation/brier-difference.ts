/**
 * Two forecasts of the same customers compared by their Brier scores, the mean squared distance from the outcome. The interval is
 * that of the mean of the paired differences, by Student's t: x̄ ± t₀.₉₇₅,ₙ₋₁ · s / √n.
 * Assumes that customers are independent, and enough of them for the mean of bounded differences to be about normal.
 */
import { studentQuantile } from '../math/quantiles.ts';
import type { Interval } from './wilson.ts';

export interface Forecasts {
  /** Probabilities of leaving, one a customer. */
  readonly first: Float64Array;
  readonly second: Float64Array;
  /** 1: has left. */
  readonly outcome: Uint8Array;
}

export interface BrierDifference {
  /** Brier scores in [0, 1]; lower is better. */
  readonly first: number;
  readonly second: number;
  /** first − second: below 0 the first is nearer to the outcomes. 95 %. */
  readonly interval: Interval;
}

/** @throws RangeError with fewer than two customers */
export function brierDifference({ first, second, outcome }: Forecasts): BrierDifference {
  const n = outcome.length;
  if (n < 2) throw new RangeError(`at least two customers are needed, found ${n}`);
  const differences = new Float64Array(n);
  let firstSum = 0;
  let secondSum = 0;
  for (let i = 0; i < n; i++) {
    const a = (first[i]! - outcome[i]!) ** 2;
    const b = (second[i]! - outcome[i]!) ** 2;
    differences[i] = a - b;
    firstSum += a;
    secondSum += b;
  }
  const mean = (firstSum - secondSum) / n;
  const squares = differences.reduce((sum, difference) => sum + (difference - mean) ** 2, 0);
  const half = studentQuantile(0.975, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { first: firstSum / n, second: secondSum / n, interval: { low: mean - half, high: mean + half } };
}
