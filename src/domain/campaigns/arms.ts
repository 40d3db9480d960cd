/**
 * The arms of a campaign: 0 is the control, arm k gets the k-th action. Arms are compared at random, or each member has the
 * action that a plan chose: then the controls of an action are those for whom it was planned.
 */
import { controlArm } from '../../store/campaign-members.ts';
import type { Member } from '../../store/campaign-members.ts';
import type { CampaignArm, CampaignTerms } from '../../store/campaigns.ts';

type Terms = Pick<CampaignTerms, 'action' | 'cost' | 'saveRate' | 'moreArms'>;

/** Arm k is entry k − 1. */
export function armsOf({ action, cost, saveRate, moreArms }: Terms): CampaignArm[] {
  return [{ action, cost, saveRate }, ...moreArms];
}

/** Of a treated member. */
export function actionOf(terms: Terms, arm: number): CampaignArm {
  return armsOf(terms)[arm - 1]!;
}

/** Whether a member is treated with an arm, or one of its controls. */
export function isComparedFor(arm: number): (member: Pick<Member, 'arm' | 'plannedArm'>) => boolean {
  return (member) =>
    member.plannedArm === 0 ? member.arm === controlArm || member.arm === arm : member.plannedArm === arm;
}
