/**
 * An interval that may be looked at as often as one likes while outcomes come in: the chance that it ever misses the true
 * effect is at most 1 − level, where a fixed interval that is looked at every week for twelve weeks misses it in 23 %.
 *
 * Method: asymptotic confidence sequence, a mixture of normal likelihood ratios (Robbins 1970; Waudby-Smith, Arbour,
 * Sinha, Kennedy and Ramdas 2024, Time-uniform central limit theory, theorem 2.2). With v the information so far as a
 * share of that at the horizon, and α = 1 − level, the interval is τ̂ ± standard error · b(v),
 *   b(v) = √((1 + 1/(ρ²v)) · log((1 + ρ²v) / α²)),  ρ² = (−2 log α + log(1 − 2 log α)) / v*,
 * which is narrowest at v = v*. At v* and α = 5 % it is 1.55 times as wide as the fixed interval.
 * Assumptions: as for the fixed interval; the estimate moves like a sum of independent steps as information grows, v being
 * in proportion to 1 / standard error² where further customers come in. Where the same customers are followed and leave
 * one by one, v is in proportion to F / (1 − F), F being the share who have left (see informationOfRate).
 */
import type { Interval } from '../evaluation/wilson.ts';
import { checkLevel } from './arm-difference.ts';

/** Narrowest when half of the information is in: at the horizon the fixed interval is read instead. */
const narrowestAt = 0.5;

/**
 * Half the width in standard errors, above 2.6 for any level of 0.9 or more; `information` is the share of what will be
 * known at the horizon, above 0, and may be above 1 where a campaign goes on.
 */
export function anytimeFactor(information: number, level = 0.95): number {
  checkLevel(level);
  if (!(information > 0)) throw new RangeError(`information must be above 0, found ${information}`);
  const logs = -2 * Math.log(1 - level);
  const mixed = ((logs + Math.log(1 + logs)) * information) / narrowestAt;
  return Math.sqrt((1 + 1 / mixed) * (Math.log1p(mixed) + logs));
}

/** The interval at this look. */
export function anytimeInterval(
  { value, standardError }: { readonly value: number; readonly standardError: number },
  information: number,
  level = 0.95,
): Interval {
  const half = standardError * anytimeFactor(information, level);
  return { low: value - half, high: value + half };
}

/**
 * Information so far where the same customers are followed: `share` of them have left, `expectedShare` will have left at
 * the horizon; both in [0, 1).
 */
export function informationOfRate(share: number, expectedShare: number): number {
  return share / (1 - share) / (expectedShare / (1 - expectedShare));
}
