/**
 * What finished campaigns say: a campaign is finished at the end of its horizon, and counts with the members whose outcome
 * is known, by the arm that they were assigned to.
 */
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import type { Stratum } from '../../ml/experiments/arm-outcomes.ts';
import { controlArm, countMemberGroups } from '../../store/campaign-members.ts';
import type { MemberGroup } from '../../store/campaign-members.ts';
import { listCampaigns } from '../../store/campaigns.ts';
import type { Campaign, CampaignArm } from '../../store/campaigns.ts';
import { getSettings } from '../../store/settings.ts';
import { armsOf, isComparedFor } from './arms.ts';
import { today } from './days.ts';
import { outcomeOf } from './member-outcome.ts';

/** Members with a known outcome who are alike. */
export interface KnownGroup extends Pick<
  MemberGroup,
  'stratum' | 'arm' | 'plannedArm' | 'level' | 'reason' | 'count'
> {
  readonly hasLeft: boolean;
}

export interface FinishedCampaign {
  readonly campaign: Campaign;
  readonly groups: readonly KnownGroup[];
}

/** One action of a finished campaign, with its members and their controls. */
export interface FinishedArm extends FinishedCampaign {
  readonly arm: CampaignArm;
}

export function armsOfFinished(finished: readonly FinishedCampaign[]): FinishedArm[] {
  return finished.flatMap(({ campaign, groups }) =>
    armsOf(campaign).map((arm, i) => ({ campaign, arm, groups: groups.filter(isComparedFor(i + 1)) })),
  );
}

/** Newest first. */
export async function readFinishedCampaigns(db: Db): Promise<FinishedCampaign[]> {
  const found: FinishedCampaign[] = [];
  for (const campaign of await listCampaigns(db)) {
    const finished = await readFinishedCampaign(db, campaign);
    if (finished !== null) found.push(finished);
  }
  return found;
}

/** Null before the end of its horizon. */
export async function readFinishedCampaign(db: Db, campaign: Campaign): Promise<FinishedCampaign | null> {
  const settings = await getSettings(db);
  const day = today(settings.timeZone, await timeOf(db));
  if (campaign.endsOn === null || campaign.endsOn > day) return null;
  return { campaign, groups: knownOf(campaign, await countMemberGroups(db, campaign.id, settings)) };
}

function knownOf({ launchedOn, endsOn }: Campaign, groups: readonly MemberGroup[]): KnownGroup[] {
  return groups.flatMap(({ leftOn, seenOn, ...group }) => {
    const outcome = outcomeOf({ leftOn, seenOn }, { launchedOn: launchedOn!, endsOn: endsOn! });
    return outcome === 'left' || outcome === 'stayed' ? [{ ...group, hasLeft: outcome === 'left' }] : [];
  });
}

/** In the order of the score. */
export function strataOf(groups: readonly KnownGroup[]): Stratum[] {
  const numbers = [...new Set(groups.map(({ stratum }) => stratum))].sort((a, b) => a - b);
  return numbers.map((number) => {
    const own = groups.filter(({ stratum }) => stratum === number);
    const isControl = ({ arm }: KnownGroup): boolean => arm === controlArm;
    return {
      control: armOf(own.filter(isControl)),
      treated: armOf(own.filter((group) => !isControl(group))),
    };
  });
}

export function membersOf(groups: readonly KnownGroup[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

export function controlsOf(groups: readonly KnownGroup[]): number {
  return membersOf(groups.filter(({ arm }) => arm === controlArm));
}

function armOf(groups: readonly KnownGroup[]): Stratum['control'] {
  const count = membersOf(groups);
  const mean = membersOf(groups.filter(({ hasLeft }) => hasLeft)) / count;
  return { count, mean, squares: count === 0 ? 0 : count * mean * (1 - mean) };
}
