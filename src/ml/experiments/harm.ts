/**
 * Groups of customers whom contact makes leave: those where more of the treated than of the controls left, by more than
 * chance explains over all groups that were looked at.
 *
 * Method: one-sided normal test of each group's difference, and the procedure of Benjamini and Hochberg (1995): of the
 * groups that are named at most 5 % are named wrongly on average, however many are compared.
 * Assumptions: groups do not overlap, or are alike where they do (positive dependence).
 */
import { findDiscoveries } from '../math/false-discovery.ts';
import { normalTail } from '../math/incomplete-gamma.ts';

export interface GroupEffect {
  /** Treated minus control churn. */
  readonly value: number;
  readonly standardError: number;
}

export interface HarmFinding {
  /** Of a difference at least as large where contact does no harm, in [0, 1]. */
  readonly probability: number;
  readonly isHarmed: boolean;
}

/** One finding a group, in order. `falseShare`: of the groups named, at most so many wrongly. */
export function findHarm(groups: readonly GroupEffect[], falseShare = 0.05): HarmFinding[] {
  const probabilities = groups.map(({ value, standardError }) =>
    standardError > 0 ? normalTail(value / standardError) : 1,
  );
  const isNamed = findDiscoveries(probabilities, falseShare);
  return probabilities.map((probability, i) => ({ probability, isHarmed: isNamed[i]! }));
}
