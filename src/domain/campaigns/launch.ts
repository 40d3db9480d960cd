/**
 * The launch of a campaign: its customers are split into treatment and control, and everything that the result will be
 * read by is frozen. All of it is written in one transaction.
 */
import { createHash } from 'node:crypto';
import type { Db } from '../../db.ts';
import { timeOf } from '../../db/clock.ts';
import { Conflict } from '../../errors.ts';
import { countText } from '../../format.ts';
import { recordEvent } from '../../store/audit.ts';
import { controlArm, insertMembers } from '../../store/campaign-members.ts';
import type { Member } from '../../store/campaign-members.ts';
import { endLaunch } from '../../store/campaigns.ts';
import type { Campaign, Launch } from '../../store/campaigns.ts';
import type { ScoreStore } from '../../store/score-files/store.ts';
import { getSettings } from '../../store/settings.ts';
import { mostMembers } from './candidates.ts';
import type { Candidates } from './candidates.ts';
import { addDays, today } from './days.ts';
import { findMembers, readValueTerms } from './planned-members.ts';
import { fewestInArm, splitAtRandom, splitByPlan } from './split.ts';

export interface Split extends Launch {
  readonly members: readonly Member[];
}

/** The same customers, scores, share and seed give the same split. @throws Conflict when the customers cannot be split */
export async function splitCampaign(store: ScoreStore, campaign: Campaign): Promise<Split> {
  const { horizonDays } = campaign;
  const { timeZone } = await getSettings(store.db);
  const members = assign(await findMembers(store, campaign), campaign);
  const launchedOn = today(timeZone, await timeOf(store.db));
  return {
    members,
    memberCount: members.length,
    controlCount: members.filter(({ arm }) => arm === controlArm).length,
    membersSha256: hashOf(members),
    ...(await readValueTerms(store.db, campaign)),
    launchedOn,
    endsOn: addDays(launchedOn, horizonDays),
  };
}

/** Call in the transaction that ends the launch. */
export async function storeSplit(
  trx: Db,
  { id, name }: Campaign,
  { members, ...launch }: Split,
): Promise<void> {
  await insertMembers(trx, id, members);
  await endLaunch(trx, id, launch);
  await recordEvent(trx, { userId: null, action: 'campaign.split', subject: name, after: launch });
}

function assign(found: Candidates, campaign: Campaign): Member[] {
  const { customerIds, probability, monthlyValue, reason, plannedArm } = found;
  const arms = 1 + campaign.moreArms.length;
  const controlShare = campaign.controlShare ?? 0;
  refuseUnsplittable(found, Math.min(controlShare, (1 - controlShare) / (plannedArm ? 1 : arms)));
  // In the order of the identifiers: the order in which scores were stored decides nothing.
  const order = Int32Array.from(customerIds.keys()).sort((a, b) =>
    customerIds[a]! < customerIds[b]! ? -1 : 1,
  );
  const scores = Float64Array.from(order, (i) => probability[i]!);
  const splitting = { scores, controlShare, seed: campaign.seed ?? 0 };
  const { arm, propensity, stratum } = plannedArm
    ? splitByPlan(
        splitting,
        Array.from(order, (i) => plannedArm[i]!),
      )
    : splitAtRandom(splitting, arms);
  return Array.from(order, (i, place) => ({
    customerId: customerIds[i]!,
    probability: probability[i]!,
    monthlyValue: monthlyValue[i]!,
    stratum: stratum[place]!,
    arm: arm[place]!,
    plannedArm: plannedArm?.[i] ?? 0,
    propensity: propensity[place]!,
    reason: reason[i]!,
  }));
}

/** `share`: of the smallest arm. */
function refuseUnsplittable({ customerIds, leftOut }: Candidates, share: number): void {
  if (leftOut.tooMany > 0)
    throw new Conflict(
      `The filter finds more than ${countText(mostMembers)} customers. Choose fewer, for example by risk level.`,
    );
  if (customerIds.length * share < fewestInArm)
    throw new Conflict(
      'The filter finds too few customers to split. Choose more customers or a larger control group.',
    );
}

function hashOf(members: readonly Member[]): string {
  const hash = createHash('sha256');
  for (const { customerId, arm, propensity, plannedArm } of members) {
    const planned = plannedArm === 0 ? '' : ` ${plannedArm}`;
    hash.update(`${JSON.stringify(customerId)} ${arm} ${propensity}${planned}\n`);
  }
  return hash.digest('hex');
}
