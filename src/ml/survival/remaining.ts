/**
 * What is to come for a customer who is still there, from the survival of a discrete-time hazard. Within a period the hazard is taken
 * to be constant, so that survival falls exponentially from the end of one period to the end of the next.
 */
import { placeOf } from './durations.ts';

/** Of one customer: survival at the end of each period. */
export interface PeriodCurve {
  readonly periodEnds: Float64Array;
  readonly survival: Float64Array;
}

/** Probability to stay for `more` after `time`; null where the last period ends before. */
export function stayingFor(curve: PeriodCurve, time: number, more: number): number | null {
  const now = survivalAtTime(curve, time);
  const then = survivalAtTime(curve, time + more);
  return now === null || then === null || now <= 0 ? null : then / now;
}

/** How much longer until half of such customers have left; null where the last period ends before. */
export function halfLeftAfter(curve: PeriodCurve, time: number): number | null {
  const { periodEnds, survival } = curve;
  const now = survivalAtTime(curve, time);
  if (now === null || now <= 0) return null;
  const period = survival.findIndex((share) => share <= now / 2);
  if (period < 0) return null;
  const [start, before] = period === 0 ? [0, 1] : [periodEnds[period - 1]!, survival[period - 1]!];
  const share = survival[period]! > 0 ? Math.log(now / 2 / before) / Math.log(survival[period]! / before) : 1;
  return start + share * (periodEnds[period]! - start) - time;
}

function survivalAtTime({ periodEnds, survival }: PeriodCurve, time: number): number | null {
  const period = placeOf(periodEnds, time);
  if (period === periodEnds.length) return null;
  const [start, before] = period === 0 ? [0, 1] : [periodEnds[period - 1]!, survival[period - 1]!];
  const length = periodEnds[period]! - start;
  return length === 0
    ? survival[period]!
    : before * (survival[period]! / before) ** ((time - start) / length);
}
