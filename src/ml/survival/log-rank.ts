/**
 * Do groups of customers leave at different speeds?
 *
 * Method: log-rank test (Mantel 1966; Peto and Peto 1972). At every time the number expected to leave in a group is its share of
 * those at risk times all who left; the summed differences, weighed by the inverse of their hypergeometric covariance, are χ²
 * with one degree of freedom fewer than groups if the groups leave alike.
 * Assumptions: as for Kaplan–Meier curves. The test has little power where curves cross.
 */
import { solveCholesky } from '../linear/cholesky.ts';
import { chiSquareTail } from '../math/incomplete-gamma.ts';
import type { TimeCounts } from './durations.ts';

export interface LogRank {
  readonly chiSquare: number;
  readonly degreesOfFreedom: number;
  readonly pValue: number;
}

/** Null where there is nothing to compare: fewer than two groups of customers, or nobody left. */
export function logRankTest(counts: TimeCounts): LogRank | null {
  const groups = groupsAtRisk(counts);
  const degreesOfFreedom = groups.length - 1;
  if (degreesOfFreedom < 1 || !counts.left.some((left) => left > 0)) return null;
  const { difference, covariance } = sumsOf(counts, groups.slice(0, -1));
  const solved = solveCholesky(covariance, difference);
  const chiSquare = solved.reduce((sum, value, g) => sum + value * difference[g]!, 0);
  return { chiSquare, degreesOfFreedom, pValue: chiSquareTail(chiSquare, degreesOfFreedom) };
}

function groupsAtRisk({ times, groupCount, atRisk }: TimeCounts): number[] {
  return Array.from({ length: groupCount }, (_, g) => g).filter((g) => (atRisk[g * times.length] ?? 0) > 0);
}

/** Of left − expected, for all groups but one: with it the covariance has no inverse. */
function sumsOf(
  counts: TimeCounts,
  groups: readonly number[],
): { difference: Float64Array; covariance: Float64Array } {
  const { times, groupCount } = counts;
  const size = groups.length;
  const difference = new Float64Array(size);
  const covariance = new Float64Array(size * size);
  for (let k = 0; k < times.length; k++) {
    let atRisk = 0;
    let left = 0;
    for (let g = 0; g < groupCount; g++) {
      atRisk += counts.atRisk[g * times.length + k]!;
      left += counts.left[g * times.length + k]!;
    }
    if (left === 0) continue;
    const variance = atRisk > 1 ? (left * (atRisk - left)) / (atRisk - 1) : 0;
    for (let a = 0; a < size; a++) {
      const place = groups[a]! * times.length + k;
      const share = counts.atRisk[place]! / atRisk;
      difference[a]! += counts.left[place]! - left * share;
      for (let b = 0; b <= a; b++) {
        const other = counts.atRisk[groups[b]! * times.length + k]! / atRisk;
        covariance[a * size + b]! += variance * share * ((a === b ? 1 : 0) - other);
      }
    }
  }
  return { difference, covariance };
}
