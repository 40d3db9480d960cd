/**
 * The effect of an action adjusted by the score: what the model knew of the members before is taken out of the difference.
 *
 * Method: Lin (2013), least squares of the outcome on the score in each arm,
 *   τ̂ = [ȳ₁ − b₁ (x̄₁ − x̄)] − [ȳ₀ − b₀ (x̄₀ − x̄)],
 * the same as a regression with arm, centred score and their product. Variance HC2 (MacKinnon and White 1985):
 * Σ cᵢ² eᵢ² / (1 − hᵢ) with cᵢ the weight of yᵢ in τ̂ and hᵢ its leverage, which is consistent whatever the true shape.
 * Assumptions: members were assigned at random, with the same chance for all; enough members that the normal quantile holds.
 */
import { normalQuantile } from '../math/quantiles.ts';
import type { Interval } from '../evaluation/wilson.ts';
import { checkLevel } from './arm-difference.ts';
import { isRare, isShare, outcomesByStratum } from './arm-outcomes.ts';

export interface AdjustedDifference extends Interval {
  /** Treated minus control, in units of the outcome. */
  readonly value: number;
  readonly standardError: number;
}

export interface ScoredMembers {
  /** Churn probability at launch, one a member; any number known before the action does. */
  readonly score: Float64Array;
  /** 0: control, 1: treated. */
  readonly arm: Uint8Array;
  readonly outcome: Float64Array;
}

/** Null with fewer than three members of an arm, and where outcomes are 0 or 1 with fewer than twenty of either in an arm. */
export function adjustedDifference(members: ScoredMembers, level = 0.95): AdjustedDifference | null {
  checkLevel(level);
  if (hasRareOutcomes(members)) return null;
  const centre = meanOf(members.score);
  const treated = armMean(members, 1, centre);
  const control = armMean(members, 0, centre);
  if (treated === null || control === null) return null;
  const value = treated.value - control.value;
  const standardError = Math.sqrt(treated.variance + control.variance);
  const half = normalQuantile((1 + level) / 2) * standardError;
  return { value, standardError, low: value - half, high: value + half };
}

function hasRareOutcomes({ arm, outcome }: ScoredMembers): boolean {
  const [all] = outcomesByStratum({ stratum: new Int32Array(arm.length), arm, outcome });
  const arms = all === undefined ? [] : [all.control, all.treated];
  return arms.every(isShare) && arms.some(isRare);
}

/** The arm's line at the mean score of all members. */
function armMean(
  { score, arm, outcome }: ScoredMembers,
  which: number,
  centre: number,
): { value: number; variance: number } | null {
  const isOwn = (_: number, i: number): boolean => arm[i] === which;
  const x = score.filter(isOwn);
  const y = outcome.filter(isOwn);
  const count = x.length;
  if (count < 3) return null;
  const [meanX, meanY] = [meanOf(x), meanOf(y)];
  const spread = x.reduce((sum, value) => sum + (value - meanX) ** 2, 0);
  // Where all scores are alike there is no line, and the arm's mean stands.
  const perSpread = spread > 0 ? 1 / spread : 0;
  const slope = perSpread * x.reduce((sum, value, i) => sum + (value - meanX) * (y[i]! - meanY), 0);
  let variance = 0;
  for (let i = 0; i < count; i++) {
    const apart = x[i]! - meanX;
    const weight = 1 / count + (centre - meanX) * apart * perSpread;
    const residual = y[i]! - meanY - slope * apart;
    const leverage = 1 / count + apart ** 2 * perSpread;
    // A member through whom the line must pass has a residual of 0 and a leverage of 1.
    if (leverage < 1 - 1e-12) variance += (weight * residual) ** 2 / (1 - leverage);
  }
  return { value: meanY - slope * (meanX - centre), variance };
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
