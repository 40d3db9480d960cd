/**
 * What each action of a campaign achieved against the controls. The intervals of all actions hold together (Bonferroni),
 * because several are looked at.
 */
import type { Figure } from '../../ml/evaluation/threshold-figures.ts';
import { outcomesByStratum } from '../../ml/experiments/arm-outcomes.ts';
import { readCampaign, savedCustomers } from '../../ml/experiments/campaign-readout.ts';
import type { CampaignReadout } from '../../ml/experiments/campaign-readout.ts';
import { estimateSaveRate, saveRateEvidence } from '../../ml/experiments/save-rate.ts';
import type { SaveRate } from '../../ml/experiments/save-rate.ts';
import type { Campaign, CampaignArm } from '../../store/campaigns.ts';
import { armsOf, isComparedFor } from './arms.ts';
import { countMembers, informationOf, knownOf } from './known-members.ts';
import type { ArmCounts, ReadMember } from './known-members.ts';

export interface ArmResult {
  readonly action: string;
  readonly counts: ArmCounts;
  /** Of contacting its members. */
  readonly cost: number;
  /** Null: too little is known. */
  readonly effect: CampaignReadout | null;
  readonly saved: Figure | null;
  /** At the end of the horizon. */
  readonly saveRate: SaveRate | null;
}

/** One entry an action. */
export function readArms(campaign: Campaign, all: readonly ReadMember[], isOver: boolean): ArmResult[] {
  const arms = armsOf(campaign);
  return arms.map((terms, i) => {
    const isOwn = isComparedFor(i + 1);
    const own = all.filter(({ member }) => isOwn(member));
    const counts = countMembers(own, (arm) => arm === i + 1);
    return {
      counts,
      cost: counts.members * terms.cost,
      ...readArm(terms, own, { isOver, arms: arms.length }),
    };
  });
}

/** `own`: the members of the arm and its controls. */
function readArm(
  { action, saveRate }: CampaignArm,
  own: readonly ReadMember[],
  { isOver, arms }: { readonly isOver: boolean; readonly arms: number },
) {
  const known = knownOf(own, isOver);
  const strata = outcomesByStratum(known);
  const information = isOver
    ? null
    : informationOf(
        known,
        own.map(({ member }) => member),
      );
  const effect = information === 0 ? null : readCampaign(strata, information, arms);
  const evidence = isOver ? saveRateEvidence(strata) : null;
  return {
    action,
    effect,
    saved: effect && savedCustomers(effect),
    saveRate: evidence && estimateSaveRate(saveRate, [evidence]),
  };
}
