/**
 * What a campaign achieved, by the arm that members were assigned to, whatever happened to them afterwards: the difference
 * within strata of the score (ml/experiments/arm-difference.ts), before the horizon by an interval that may be looked at as
 * often as one likes. Only members whose outcome is known count; before the horizon, those who were seen since the launch.
 */
import { differenceOfArms } from '../../ml/experiments/arm-difference.ts';
import { outcomesByStratum } from '../../ml/experiments/arm-outcomes.ts';
import type { Stratum } from '../../ml/experiments/arm-outcomes.ts';
import { horizonLevel, readCampaign, savedCustomers } from '../../ml/experiments/campaign-readout.ts';
import type { CampaignReadout } from '../../ml/experiments/campaign-readout.ts';
import { estimateMoreNeeded } from '../../ml/experiments/more-needed.ts';
import type { MoreNeeded } from '../../ml/experiments/more-needed.ts';
import { checkSampleRatio } from '../../ml/experiments/sample-ratio.ts';
import { estimateSaveRate, saveRateEvidence } from '../../ml/experiments/save-rate.ts';
import type { SaveRate } from '../../ml/experiments/save-rate.ts';
import { adjustedDifference } from '../../ml/experiments/score-adjustment.ts';
import type { AdjustedDifference } from '../../ml/experiments/score-adjustment.ts';
import { wilsonInterval } from '../../ml/evaluation/wilson.ts';
import type { Figure } from '../../ml/evaluation/threshold-figures.ts';
import { controlArm, listMembersWithOutcomes } from '../../store/campaign-members.ts';
import type { MemberWithOutcome } from '../../store/campaign-members.ts';
import type { Campaign } from '../../store/campaigns.ts';
import { countContactedControls } from '../../store/contacted-controls.ts';
import { stateOfOutcomes } from '../../store/outcomes.ts';
import { getSettings } from '../../store/settings.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { customerValue } from '../retention/expected-value.ts';
import { riskLevelOf, riskLevels } from '../risk/levels.ts';
import type { RiskLevel, RiskThresholds } from '../risk/levels.ts';
import { contactPeriod } from './contacted-controls.ts';
import { daysBetween, today } from './days.ts';
import { effectsOfGroups } from './group-effects.ts';
import type { GroupEffect } from './group-effects.ts';
import { actionOf, armsOf } from './arms.ts';
import { readArms } from './arm-results.ts';
import type { ArmResult } from './arm-results.ts';
import { countMembers, informationOf, knownOf, meanOf, withOutcomes } from './known-members.ts';
import type { ArmCounts, Known } from './known-members.ts';

export interface CampaignResults {
  readonly control: ArmCounts;
  readonly treated: ArmCounts;
  /** The horizon is over. */
  readonly isOver: boolean;
  /** Null: too little is known. Of all treated, whatever action they got, so that no customer counts twice. */
  readonly effect: CampaignReadout | null;
  /** At the end of the horizon, adjusted by the score; beside the effect, it decides nothing. */
  readonly adjusted: AdjustedDifference | null;
  /** Customers kept; below 0 where more of the treated left. */
  readonly saved: Figure | null;
  /** In money, after the cost; null where no revenue is known. */
  readonly earned: Figure | null;
  /** Known members without a revenue: they count nothing in `earned`. */
  readonly withoutValue: number;
  /** Of contacting all treated members. */
  readonly cost: number;
  /** Of it, spent on customers who would have stayed anyway. */
  readonly costOfStayers: number | null;
  readonly moreNeeded: MoreNeeded | null;
  /** Controls who were contacted nevertheless; they stay controls. */
  readonly contactedControls: number;
  /** Whether the arms are as large as they should be among those whose outcome is known. */
  readonly isMismatched: boolean;
  /** Null with several actions: each has its own. */
  readonly saveRate: SaveRate | null;
  /** Each action against the controls; empty where there is one action. */
  readonly arms: readonly ArmResult[];
  /** At the end of the horizon; null without controls whose outcome is known. */
  readonly calibration: LiveCalibration | null;
  /** At the end of the horizon; levels that have members. */
  readonly byRisk: readonly RiskEffect[];
}

/** What the model expected of the controls, who were left alone, and what they did. */
export interface LiveCalibration {
  readonly customers: number;
  /** Mean churn probability at the launch. */
  readonly expected: number;
  /** Their churn, with an interval of 95 %. */
  readonly observed: Figure;
}

export interface RiskEffect extends GroupEffect {
  readonly level: RiskLevel;
  readonly members: number;
}

export async function readResults(db: Db, campaign: Campaign): Promise<CampaignResults> {
  const settings = await getSettings(db);
  const members = await listMembersWithOutcomes(db, campaign.id);
  const contactedControls = await countContactedControls(db, contactPeriod(campaign, settings.timeZone));
  const day = today(settings.timeZone, await timeOf(db));
  return resultsOf(campaign, members, { ...settings, day, contactedControls });
}

/** Changes with the day, the levels, outcomes, and contacts of controls: with all that the results of a campaign are read from. */
export async function stateOfResults(db: Db, campaign: Campaign): Promise<string> {
  const { timeZone, mediumFrom, highFrom } = await getSettings(db);
  const contacted = await countContactedControls(db, contactPeriod(campaign, timeZone));
  const day = today(timeZone, await timeOf(db));
  return JSON.stringify([campaign, day, mediumFrom, highFrom, contacted, await stateOfOutcomes(db)]);
}

interface Reading extends RiskThresholds {
  /** The day that it is. */
  readonly day: string;
  readonly contactedControls: number;
}

/** Of a campaign that was launched. */
export function resultsOf(
  campaign: Campaign,
  members: readonly MemberWithOutcome[],
  reading: Reading,
): CampaignResults {
  const isOver = reading.day >= campaign.endsOn!;
  const all = withOutcomes(campaign, members);
  const known = knownOf(all, isOver);
  const strata = outcomesByStratum(known);
  const information = isOver ? null : informationOf(known, members);
  const effect = information === 0 ? null : readCampaign(strata, information);
  const money = moneyOf(known, campaign);
  const control = countMembers(all, (arm) => arm === controlArm);
  const treated = countMembers(all, (arm) => arm !== controlArm);
  const cost = costOf(campaign, members);
  return {
    control,
    treated,
    isOver,
    effect,
    adjusted: isOver ? adjustedDifference(known, horizonLevel) : null,
    saved: effect && savedCustomers(effect),
    earned: effect && earnedOf({ ...known, outcome: money.lost }, information, cost),
    withoutValue: money.withoutValue,
    cost,
    costOfStayers: costOfStayersOf(strata, cost),
    moreNeeded: moreNeededOf(campaign, known, strata, { information, day: reading.day }),
    contactedControls: reading.contactedControls,
    isMismatched: isMismatched(campaign, members, known),
    saveRate: isOver && campaign.moreArms.length === 0 ? saveRateOf(campaign, strata) : null,
    arms: campaign.moreArms.length === 0 ? [] : readArms(campaign, all, isOver),
    calibration: isOver ? calibrationOf(known) : null,
    byRisk: isOver ? effectsByRisk(known, reading) : [],
  };
}

/** Of the treated it would say nothing: the action changes what they do. */
function calibrationOf({ arm, score, outcome }: Known): LiveCalibration | null {
  const isControl = (_: number, i: number): boolean => arm[i] === controlArm;
  const [expected, left] = [score.filter(isControl), outcome.filter(isControl)];
  if (left.length === 0) return null;
  const count = left.reduce((sum, one) => sum + one, 0);
  return {
    customers: left.length,
    expected: meanOf(expected),
    observed: { value: count / left.length, ...wilsonInterval(count, left.length) },
  };
}

function costOf(campaign: Campaign, members: readonly MemberWithOutcome[]): number {
  return members.reduce((sum, { arm }) => sum + (arm === controlArm ? 0 : actionOf(campaign, arm).cost), 0);
}

/** A plan gives its actions to customers of different kinds, whose outcomes may be known more or less often. */
function isMismatched(campaign: Campaign, members: readonly MemberWithOutcome[], known: Known): boolean {
  const isSplitAmongAll = campaign.planId === null;
  const arms = isSplitAmongAll ? [controlArm, ...armsOf(campaign).map((_, i) => i + 1)] : [0, 1];
  const armOf = isSplitAmongAll ? known.assigned : known.arm;
  const count = (arm: number): number => armOf.filter((own) => own === arm).length;
  const share = (arm: number): number =>
    members.filter((one) => (isSplitAmongAll ? one.arm : Math.min(1, one.arm)) === arm).length /
    members.length;
  return checkSampleRatio(arms.map(count), arms.map(share)).isMismatch;
}

/** What leaves with each member, in money. */
function moneyOf({ monthlyValue, outcome }: Known, { valueMonths, valueMargin }: Campaign) {
  const worth = { valueMonths: valueMonths ?? 0, valueMargin };
  return {
    lost: outcome.map((left, i) =>
      Number.isNaN(monthlyValue[i]!) ? 0 : left * customerValue(monthlyValue[i]!, worth),
    ),
    withoutValue: monthlyValue.filter(Number.isNaN).length,
  };
}

function earnedOf(known: Known, information: number | null, cost: number): Figure | null {
  if (!known.monthlyValue.some((value) => !Number.isNaN(value))) return null;
  const effect = readCampaign(outcomesByStratum(known), information);
  if (effect === null) return null;
  return afterCost(savedCustomers(effect), cost);
}

export function afterCost({ value, low, high }: Figure, cost: number): Figure {
  return { value: value - cost, low: low - cost, high: high - cost };
}

/** As many of the treated would have stayed as of the controls did. */
function costOfStayersOf(strata: readonly Stratum[], cost: number): number | null {
  const total = strata.reduce((sum, { control, treated }) => sum + control.count + treated.count, 0);
  if (total === 0 || strata.some(({ control }) => control.count === 0)) return null;
  const left = strata.reduce(
    (sum, { control, treated }) => sum + ((control.count + treated.count) / total) * control.mean,
    0,
  );
  return cost * (1 - left);
}

function moreNeededOf(
  { smallestSaveRate, launchedOn }: Campaign,
  { score, outcome }: Known,
  strata: readonly Stratum[],
  { information, day }: { readonly information: number | null; readonly day: string },
): MoreNeeded | null {
  const difference = differenceOfArms(strata, horizonLevel);
  if (difference === null || information === null || information === 0) return null;
  return estimateMoreNeeded({
    value: difference.value,
    standardError: difference.standardError,
    smallestEffect: smallestSaveRate * meanOf(score) * Math.min(1, information),
    information,
    known: outcome.length,
    weeks: Math.max(1, daysBetween(launchedOn!, day)) / 7,
  });
}

function saveRateOf({ saveRate }: Campaign, strata: readonly Stratum[]): SaveRate | null {
  const evidence = saveRateEvidence(strata);
  return evidence && estimateSaveRate(saveRate, [evidence]);
}

function effectsByRisk(known: Known, thresholds: RiskThresholds): RiskEffect[] {
  const levels = Array.from(known.score, (p) => riskLevelOf(p, thresholds));
  const present = riskLevels.filter((level) => levels.includes(level));
  const strata = present.map((level) => {
    const isOwn = (_: number, i: number): boolean => levels[i] === level;
    return outcomesByStratum({
      stratum: known.stratum.filter(isOwn),
      arm: known.arm.filter(isOwn),
      outcome: known.outcome.filter(isOwn),
    });
  });
  return effectsOfGroups(strata).map((found, g) => ({
    ...found,
    level: present[g]!,
    members: levels.filter((own) => own === present[g]).length,
  }));
}
