/**
 * The effect of an action: difference between treated and control members within strata of the score.
 *
 * Method: τ̂ = Σ wₖ (ȳ₁ₖ − ȳ₀ₖ), wₖ the stratum's share of all members, with Neyman's variance
 *   Σ wₖ² (s²₁ₖ / n₁ₖ + s²₀ₖ / n₀ₖ)
 * and Student's t with the degrees of freedom of Satterthwaite (1946), as strata have few controls. Strata with fewer than
 * two members of an arm are joined with a neighbour. Reference: Imbens and Rubin (2015), Causal Inference, 9.
 *
 * Where events are rare the interval is that of Newcombe (1998, method 10) by strata (Yan and Su 2010): with Wilson's
 * limits lₐ and uₐ of an arm's rate, averaged over strata, and λₐ = Σ wₖ² / nₐₖ,
 *   low = τ̂ − z √(λ₁ l₁(1 − l₁) + λ₀ u₀(1 − u₀)),  high = τ̂ + z √(λ₁ u₁(1 − u₁) + λ₀ l₀(1 − l₀)).
 * The limits of a stratum are taken at z √(Σ wₖ² / nₐₖ) / Σ (wₖ / √nₐₖ), so that their average is as wide as one limit of
 * the whole arm; that takes the strata of an arm to be about as variable as each other.
 *
 * Assumptions: members were assigned at random within strata, and one customer's outcome does not depend on the action
 * given to another. Neyman's variance is too large rather than too small where the effect differs between customers.
 */
import { normalQuantile, studentQuantile } from '../math/quantiles.ts';
import { wilsonInterval, type Interval } from '../evaluation/wilson.ts';
import { isRare, isShare, joinArms, mergeStrata, sizeOf, varianceOfMean } from './arm-outcomes.ts';
import type { ArmOutcomes, Stratum } from './arm-outcomes.ts';

export interface ArmDifference extends Interval {
  /** Treated minus control, in units of the outcome; below 0 fewer customers left than without the action. */
  readonly value: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
  /** Members with a known outcome. */
  readonly treated: number;
  readonly control: number;
  /** After joining. */
  readonly strata: number;
  readonly method: 'student' | 'newcombe';
}

/**
 * With an interval of `level`; Newcombe's where outcomes are 0 or 1 and an arm has fewer than twenty of either. Null with
 * fewer than two members of an arm. @throws RangeError unless `level` is in (0, 1)
 */
export function differenceOfArms(strata: readonly Stratum[], level = 0.95): ArmDifference | null {
  checkLevel(level);
  const merged = mergeStrata(strata);
  const estimate = estimateOf(merged);
  if (estimate === null) return null;
  if (hasRareEvents(merged)) return { ...estimate, ...newcombeInterval(merged, level), method: 'newcombe' };
  const { value, standardError, degreesOfFreedom } = estimate;
  // Without any spread nothing is left to be unsure of, and there are no degrees of freedom.
  const half = standardError === 0 ? 0 : standardError * studentQuantile((1 + level) / 2, degreesOfFreedom);
  return { ...estimate, low: value - half, high: value + half, method: 'student' };
}

/** Of outcomes that are 0 or 1. Needs a member of each arm in every stratum. */
export function newcombeInterval(strata: readonly Stratum[], level = 0.95): Interval {
  const weights = weightsOf(strata);
  const z = normalQuantile((1 + level) / 2);
  const treated = limitsOf(
    strata.map((stratum) => stratum.treated),
    weights,
    z,
  );
  const control = limitsOf(
    strata.map((stratum) => stratum.control),
    weights,
    z,
  );
  const value = treated.rate - control.rate;
  const reach = (a: number, b: number): number =>
    z * Math.sqrt(treated.lambda * a * (1 - a) + control.lambda * b * (1 - b));
  return {
    low: value - reach(treated.low, control.high),
    high: value + reach(treated.high, control.low),
  };
}

/** @throws RangeError unless it is in (0, 1) */
export function checkLevel(level: number): void {
  if (!(level > 0 && level < 1)) throw new RangeError(`level must be above 0 and below 1, found ${level}`);
}

type Estimate = Omit<ArmDifference, keyof Interval | 'method'>;

function estimateOf(strata: readonly Stratum[]): Estimate | null {
  const treated = joinArms(strata.map((stratum) => stratum.treated)).count;
  const control = joinArms(strata.map((stratum) => stratum.control)).count;
  if (Math.min(treated, control) < 2) return null;
  const weights = weightsOf(strata);
  let [value, variance, squares] = [0, 0, 0];
  strata.forEach((stratum, k) => {
    value += weights[k]! * (stratum.treated.mean - stratum.control.mean);
    for (const arm of [stratum.treated, stratum.control]) {
      const part = weights[k]! ** 2 * varianceOfMean(arm);
      variance += part;
      squares += part ** 2 / (arm.count - 1);
    }
  });
  return {
    value,
    standardError: Math.sqrt(variance),
    degreesOfFreedom: variance ** 2 / squares,
    treated,
    control,
    strata: strata.length,
  };
}

function weightsOf(strata: readonly Stratum[]): number[] {
  const total = strata.reduce((sum, stratum) => sum + sizeOf(stratum), 0);
  return strata.map((stratum) => sizeOf(stratum) / total);
}

function limitsOf(arms: readonly ArmOutcomes[], weights: readonly number[], z: number) {
  const sum = (term: (arm: ArmOutcomes) => number): number =>
    arms.reduce((all, arm, k) => all + weights[k]! * term(arm), 0);
  const lambda = arms.reduce((all, { count }, k) => all + weights[k]! ** 2 / count, 0);
  const near = (z * Math.sqrt(lambda)) / sum(({ count }) => 1 / Math.sqrt(count));
  const limits = arms.map(({ mean, count }) => wilsonInterval(Math.round(mean * count), count, near));
  return {
    rate: sum(({ mean }) => mean),
    lambda,
    low: limits.reduce((all, { low }, k) => all + weights[k]! * low, 0),
    high: limits.reduce((all, { high }, k) => all + weights[k]! * high, 0),
  };
}

function hasRareEvents(strata: readonly Stratum[]): boolean {
  if (!strata.every(({ control, treated }) => isShare(control) && isShare(treated))) return false;
  return (['control', 'treated'] as const).some((name) =>
    isRare(joinArms(strata.map((stratum) => stratum[name]))),
  );
}
