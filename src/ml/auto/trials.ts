/**
 * Trials of `auto`: the settings of all families, and their out-of-fold probabilities. What each family tries, and what it
 * costs, stands in families.ts; which of them see all folds is decided in race.ts.
 */
import { LOW, type Capacity } from './capacity.ts';
import type { Table } from '../data/table.ts';
import { families, familyNames, type FamilyName } from '../families.ts';

export interface Candidate {
  readonly family: FamilyName;
  /** Replace some of the family's defaults. */
  readonly params: object;
  /** How many times longer it takes than the family's default. */
  readonly effort: number;
  readonly capacity: Capacity;
}

export interface Trial extends Pick<Candidate, 'family' | 'params'> {
  /** Weighted mean log loss of the out-of-fold probabilities. */
  readonly logLoss: number;
  /** Out-of-fold, one a row; NaN where a fold was not tried. */
  readonly probabilities: Float64Array;
  /** How many folds were tried, from the first. */
  readonly folds: number;
  /** Nominal microseconds to score a customer with reasons. */
  readonly scoringMicros: number;
}

/** In the order in which they are tried. */
export const candidates: readonly Candidate[] = familyNames
  .flatMap((family) => families[family].trials.map((setting) => ({ family, setting })))
  .sort((a, b) => a.setting.order - b.setting.order)
  .map(({ family, setting: { params, effort = 1, capacity = LOW } }) => ({
    family,
    params,
    effort,
    capacity,
  }));

/** Nominal seconds of one fit on the whole table. */
export function fitSeconds({ family, effort }: Candidate, table: Table): number {
  return effort * families[family].fitSeconds(table);
}

/** Weighted mean log loss of the given rows, probabilities cut to [1e-6, 1 − 1e-6]. */
export function meanLogLoss(
  probabilities: Float64Array,
  target: Uint8Array,
  weights: Float64Array,
  rows: Iterable<number> = target.keys(),
): number {
  let loss = 0;
  let total = 0;
  for (const row of rows) {
    const hit = target[row] === 1 ? probabilities[row]! : 1 - probabilities[row]!;
    loss -= weights[row]! * Math.log(Math.min(Math.max(hit, 1e-6), 1 - 1e-6));
    total += weights[row]!;
  }
  return loss / total;
}
