/**
 * Trials of `auto`: the settings of all families in the order in which they are tried, and their out-of-fold
 * probabilities. What each family tries, and what it costs, stands in families.ts.
 */
import { families, familyNames, type FamilyName } from '../families.ts';
import type { CrossFitRequest } from './cross-fit.ts';

export interface Candidate {
  readonly family: FamilyName;
  /** Replace some of the family's defaults. */
  readonly params: object;
}

export interface Trial extends Candidate {
  /** Weighted mean log loss of the out-of-fold probabilities. */
  readonly logLoss: number;
  /** Out-of-fold, one a row. */
  readonly probabilities: Float64Array;
  /** Nominal microseconds to score a customer with reasons. */
  readonly scoringMicros: number;
}

/** In the order in which they are tried. */
export const candidates: readonly Candidate[] = familyNames
  .flatMap((family) => families[family].trials.map(({ order, params }) => ({ family, order, params })))
  .sort((a, b) => a.order - b.order)
  .map(({ family, params }) => ({ family, params }));

/** Cross-validates one candidate. */
export function tryCandidate({ family, params: tried }: Candidate, request: CrossFitRequest): Trial {
  const fit = families[family].crossFit(tried, request);
  const logLoss = meanLogLoss(fit.probabilities, request.data.target, request.weights);
  return { family, logLoss, ...fit };
}

/** Weighted mean log loss, probabilities cut to [1e-6, 1 − 1e-6]. */
export function meanLogLoss(probabilities: Float64Array, target: Uint8Array, weights: Float64Array): number {
  let loss = 0;
  let total = 0;
  for (let row = 0; row < target.length; row++) {
    const hit = target[row] === 1 ? probabilities[row]! : 1 - probabilities[row]!;
    loss -= weights[row]! * Math.log(Math.min(Math.max(hit, 1e-6), 1 - 1e-6));
    total += weights[row]!;
  }
  return loss / total;
}
