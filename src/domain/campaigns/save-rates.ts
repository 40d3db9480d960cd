/**
 * The save rate of an action as finished campaigns have found it: a Beta distribution with the rule's figure as prior
 * (ml/experiments/save-rate.ts). Whoever spends money by a save rate takes its lower bound.
 */
import { estimateSaveRate, saveRateEvidence } from '../../ml/experiments/save-rate.ts';
import type { SaveRate, SaveRateEvidence } from '../../ml/experiments/save-rate.ts';
import { armsOfFinished, controlsOf, membersOf, strataOf } from './evidence.ts';
import type { FinishedCampaign } from './evidence.ts';

/** With bounds of 95 %. Without campaigns it is the rule's figure, as unsure as an opinion is. */
export interface LearnedSaveRate extends SaveRate {
  readonly campaigns: readonly CampaignName[];
  /** Members of them with a known outcome, in both arms. */
  readonly customers: number;
  readonly controls: number;
}

export interface CampaignName {
  readonly id: number;
  readonly name: string;
}

/** Actions are compared without case and spaces at the ends. `ruleRate`: the prior, in [0, 1]. */
export type SaveRates = (action: string, ruleRate: number) => LearnedSaveRate;

export function learnSaveRates(finished: readonly FinishedCampaign[]): SaveRates {
  const found = armsOfFinished(finished).flatMap(({ campaign, arm, groups }) => {
    const evidence = saveRateEvidence(strataOf(groups));
    return evidence === null ? [] : [{ campaign, arm, groups, evidence }];
  });
  return (action, ruleRate) => {
    const own = found.filter(({ arm }) => isSameAction(arm.action, action));
    const evidence: SaveRateEvidence[] = own.map((one) => one.evidence);
    return {
      ...estimateSaveRate(ruleRate, evidence),
      campaigns: own.map(({ campaign: { id, name } }) => ({ id, name })),
      customers: own.reduce((sum, { groups }) => sum + membersOf(groups), 0),
      controls: own.reduce((sum, { groups }) => sum + controlsOf(groups), 0),
    };
  };
}

export function isSameAction(a: string, b: string): boolean {
  return foldAction(a) === foldAction(b);
}

export function foldAction(action: string): string {
  return action.trim().toLowerCase();
}
