/**
 * Groups of customers who are left out of new campaigns because contact made such customers leave: named when the campaign
 * that says so is closed after its horizon, for a year, or until a person ends it.
 */
import { inTransaction } from '../../db.ts';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { recordEvent } from '../../store/audit.ts';
import { endHarm, listHarmful } from '../../store/campaigns.ts';
import type { Campaign, Closing, HarmedGroup } from '../../store/campaigns.ts';
import { getSettings } from '../../store/settings.ts';
import type { User } from '../people/accounts.ts';
import { fewestPoints } from '../retention/conditions/reason.ts';
import { riskLevels } from '../risk/levels.ts';
import type { RiskLevel } from '../risk/levels.ts';
import { addDays, today } from './days.ts';
import { readFinishedCampaign, strataOf } from './evidence.ts';
import type { KnownGroup } from './evidence.ts';
import { effectsOfGroups } from './group-effects.ts';

const daysLeftOut = 365;

/** What a campaign says when it is closed; nothing before the end of its horizon. */
export async function findHarmed(db: Db, campaign: Campaign): Promise<Closing> {
  const finished = await readFinishedCampaign(db, campaign);
  const harmed = finished === null ? [] : harmedGroupsOf(finished.groups);
  return { harmed, harmUntil: harmed.length === 0 ? null : addDays(campaign.endsOn!, daysLeftOut) };
}

/** Levels are compared with one another, and reasons. */
export function harmedGroupsOf(groups: readonly KnownGroup[]): HarmedGroup[] {
  const reasons = [...new Set(groups.map(({ reason }) => reason))].filter((reason) => reason !== null);
  return [
    ...harmedAmong('level', riskLevels, (value) => groups.filter(({ level }) => level === value)),
    ...harmedAmong('reason', reasons, (value) => groups.filter(({ reason }) => reason === value)),
  ];
}

function harmedAmong(
  kind: HarmedGroup['kind'],
  values: readonly string[],
  groupsOf: (value: string) => readonly KnownGroup[],
): HarmedGroup[] {
  const found = effectsOfGroups(values.map((value) => strataOf(groupsOf(value))));
  return values.flatMap((value, i) => {
    const { effect, isHarmed } = found[i]!;
    return isHarmed && effect !== null ? [{ kind, value, effect }] : [];
  });
}

export interface HarmListing extends HarmedGroup {
  readonly campaign: Pick<Campaign, 'id' | 'name' | 'action'>;
  /** The last day. */
  readonly until: string;
}

/** Groups that are left out today. */
export async function listHarmed(db: Db): Promise<HarmListing[]> {
  const { timeZone } = await getSettings(db);
  const campaigns = await listHarmful(db, today(timeZone, await timeOf(db)));
  return campaigns.flatMap(({ id, name, action, harmed, harmUntil }) =>
    harmed.map((group) => ({ ...group, campaign: { id, name, action }, until: harmUntil! })),
  );
}

/** The first listing that the customer belongs to. `reason`: as `raisingReason` says. */
export function harmOf<T extends HarmedGroup>(
  listings: readonly T[],
  level: RiskLevel,
  reason: string | null,
): T | null {
  return listings.find(({ kind, value }) => value === (kind === 'level' ? level : reason)) ?? null;
}

/** The strongest of a customer's reasons that raises the probability; null: none. `reasons`: strongest first. */
export function raisingReason(
  reasons: readonly { readonly feature: string; readonly points: number }[],
): string | null {
  return reasons.find(({ points }) => points >= fewestPoints)?.feature ?? null;
}

export async function contactAgain(db: Db, user: User, { id, name }: Campaign): Promise<void> {
  await inTransaction(db, async (trx) => {
    await endHarm(trx, id);
    await recordEvent(trx, { userId: user.id, action: 'campaign.harm-ended', subject: name });
  });
}
