/** Effects on groups of members, and which of them contact has made leave. */
import { differenceOfArms } from '../../ml/experiments/arm-difference.ts';
import type { Stratum } from '../../ml/experiments/arm-outcomes.ts';
import { horizonLevel } from '../../ml/experiments/campaign-readout.ts';
import { findHarm } from '../../ml/experiments/harm.ts';
import type { Figure } from '../../ml/evaluation/threshold-figures.ts';

export interface GroupEffect {
  /** Treated minus control churn; null: too few members. */
  readonly effect: Figure | null;
  /** Contact raised churn by more than chance explains over all groups. */
  readonly isHarmed: boolean;
}

/** Members of each arm: with fewer the normal distribution says too much. */
const fewestInArm = 20;

/** One entry a group, in order; each group is given by its strata. */
export function effectsOfGroups(groups: readonly (readonly Stratum[])[]): GroupEffect[] {
  const differences = groups.map((strata) => differenceOfArms(strata, horizonLevel));
  const tested = differences.map((found) =>
    found === null || Math.min(found.treated, found.control) < fewestInArm
      ? { value: 0, standardError: 0 }
      : found,
  );
  const harm = findHarm(tested);
  return differences.map((found, g) => ({
    effect: found && { value: found.value, low: found.low, high: found.high },
    isHarmed: harm[g]!.isHarmed,
  }));
}
