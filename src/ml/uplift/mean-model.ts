/**
 * The mean of a number given the inputs, by any family of models, although these learn probabilities: a value between the
 * lowest and the highest one counts as the share of the way between them,
 *   E[y | x] = low + (high − low) · P(x),
 * and each row is learned twice, as a positive of weight (y − low) / (high − low) and as a negative of the rest. Minimising
 * the log loss of that gives the conditional mean, whatever the values' distribution (Papke and Wooldridge 1996).
 */
import { fitEstimator, predictWith, type Family } from '../estimators.ts';
import { takeRows, type Table } from '../data/table.ts';
import type { Random } from '../math/random.ts';

/** What uplift models are built on. */
export interface Base {
  readonly family: Family;
  /** Replaces some of the family's defaults. */
  readonly params: object;
}

export type MeanModel = (table: Table) => Float64Array;

/** `values`: finite, one a row; where all are alike the model is that number. */
export function fitMean(base: Base, table: Table, values: Float64Array, random: Random): MeanModel {
  const low = values.reduce((least, value) => Math.min(least, value), Infinity);
  const high = values.reduce((most, value) => Math.max(most, value), -Infinity);
  if (!(high > low)) return ({ rowCount }) => new Float64Array(rowCount).fill(low);
  const rows: number[] = [];
  const target: number[] = [];
  const weights: number[] = [];
  values.forEach((value, row) => {
    const share = (value - low) / (high - low);
    for (const [label, weight] of [
      [1, share],
      [0, 1 - share],
    ] as const) {
      if (weight === 0) continue;
      rows.push(row);
      target.push(label);
      weights.push(weight);
    }
  });
  const data = {
    table: takeRows(table, Int32Array.from(rows)),
    target: Uint8Array.from(target),
    weights: Float64Array.from(weights),
  };
  const fitted = fitEstimator(base.family, base.params, data, random);
  return (asked) => predictWith(fitted, asked).map((share) => low + (high - low) * share);
}
