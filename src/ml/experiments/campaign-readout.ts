/**
 * The effect of a campaign as it is read at any time: while outcomes come in by the confidence sequence, at the horizon by
 * the fixed interval. Of campaigns without an effect at most 5 % are ever said to have one, at weekly looks and at the
 * horizon together: 0.5 % may be wrong before the horizon and 4.5 % at it (Bonferroni). Sharing the 5 % so makes the
 * interval at the horizon 2 % wider than one of 95 %.
 */
import type { Figure } from '../evaluation/threshold-figures.ts';
import { differenceOfArms } from './arm-difference.ts';
import type { ArmDifference } from './arm-difference.ts';
import type { Stratum } from './arm-outcomes.ts';
import { anytimeInterval } from './confidence-sequence.ts';

export const sequenceLevel = 0.995;
export const horizonLevel = 0.955;

export interface CampaignReadout extends Omit<ArmDifference, 'method'> {
  readonly method: ArmDifference['method'] | 'sequence';
}

/**
 * `information`: null at the horizon, before it the share of what will be known then (confidence-sequence.ts). Null where
 * it cannot be said yet: with fewer than two members of an arm, and before the horizon with fewer than twenty of either
 * outcome in an arm. `comparisons`: how many arms are compared with the control; their intervals hold together (Bonferroni).
 */
export function readCampaign(
  strata: readonly Stratum[],
  information: number | null,
  comparisons = 1,
): CampaignReadout | null {
  const shared = (level: number): number => 1 - (1 - level) / comparisons;
  const difference = differenceOfArms(strata, shared(horizonLevel));
  if (information === null || difference === null) return difference;
  if (difference.method === 'newcombe') return null;
  return {
    ...difference,
    ...anytimeInterval(difference, information, shared(sequenceLevel)),
    method: 'sequence',
  };
}

/** Customers kept by the action, of those who were treated; `low` to `high` as the readout's. */
export function savedCustomers({ value, low, high, treated }: CampaignReadout): Figure {
  return { value: -value * treated, low: -high * treated, high: -low * treated };
}
