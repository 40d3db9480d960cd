/**
 * How much longer a campaign has to run until it can be told from no effect: 'about 3 weeks or 420 customers more'.
 *
 * Method: the standard error shrinks with the square root of the information, so that an interval of ± b standard errors
 * excludes an effect of size d once the information is (b · standard error / d)² times what there is. d is the estimate,
 * or the smallest effect that matters where the estimate is smaller: waiting for less than that is not worth it. Before the
 * horizon b is that of the confidence sequence and grows slowly; at the horizon it is that of the fixed interval. Where the
 * same customers are followed effect and standard error both grow, their ratio with the square root of the information.
 * Assumptions: further customers are like those so far and come in at the same pace; the estimate stays where it is, so the
 * figure is rough.
 */
import { normalQuantile } from '../math/quantiles.ts';
import { findRoot } from '../math/roots.ts';
import { horizonLevel, sequenceLevel } from './campaign-readout.ts';
import { anytimeFactor } from './confidence-sequence.ts';

export interface Progress {
  /** Treated minus control so far. */
  readonly value: number;
  readonly standardError: number;
  /** Smallest effect that matters, above 0; of customers who are followed, the part of it to be expected by now. */
  readonly smallestEffect: number;
  /** Share of what will be known at the horizon, in (0, 1] (confidence-sequence.ts). */
  readonly information: number;
  /** Members whose outcome is known. */
  readonly known: number;
  /** Weeks since the first outcome, above 0. */
  readonly weeks: number;
}

export interface MoreNeeded {
  /** Further members with a known outcome; of no meaning where the same customers are followed. */
  readonly customers: number;
  readonly weeks: number;
  /** The campaign as planned is large enough. */
  readonly isWithinPlan: boolean;
}

const mostTimes = 1e6;

/** Null where it can be told already, or where nothing is known yet. */
export function estimateMoreNeeded(progress: Progress): MoreNeeded | null {
  const { value, standardError, smallestEffect, information, known, weeks } = progress;
  if (known === 0 || !(standardError > 0)) return null;
  const effect = Math.max(Math.abs(value), smallestEffect);
  /** Half the interval's width once there is `times` the information, less the effect. */
  const excess = (times: number): number =>
    (anytimeFactor(information * times, sequenceLevel) * standardError) / Math.sqrt(times) - effect;
  if (Math.abs(value) >= smallestEffect && excess(1) <= 0) return null;
  const early = findRoot((logTimes) => excess(Math.exp(logTimes)), 0, Math.log(mostTimes));
  const atHorizon = normalQuantile((1 + horizonLevel) / 2) * standardError * Math.sqrt(information) <= effect;
  const times = atHorizon ? Math.min(Math.exp(early), 1 / information) : Math.exp(early);
  return {
    customers: Math.ceil(known * (times - 1)),
    weeks: weeks * (times - 1),
    isWithinPlan: times <= 1 / information + 1e-9,
  };
}
