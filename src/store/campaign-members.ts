/** Customers of campaigns as they were at the launch. Nothing of them changes afterwards but that one may be erased. */
import type { Db } from '../db.ts';
import { visitRows } from '../db.ts';
import { getCampaign } from './campaigns.ts';
import type { Campaign } from './campaigns.ts';
import { outcomesByCustomer } from './outcomes.ts';
import type { SeenDays } from './outcomes.ts';
import { riskLevelSql } from './risk-levels.ts';
import type { RiskLevel, RiskThresholds } from './risk-levels.ts';

export const controlArm = 0;

export interface Member {
  readonly customerId: string;
  readonly probability: number;
  /** NaN: not known. */
  readonly monthlyValue: number;
  readonly stratum: number;
  /** `controlArm`, or the number of the action that the member gets, from 1. */
  readonly arm: number;
  /** The arm that a plan chose for the member, for controls too; 0: chance chose among all. */
  readonly plannedArm: number;
  /** Chance of this arm, in (0, 1). */
  readonly propensity: number;
  /** The input that raised the customer's probability most; null: none. */
  readonly reason: string | null;
}

/** Variables of one statement: SQLite takes 32,766. */
const membersAtOnce = 500;

export async function insertMembers(db: Db, campaignId: number, members: readonly Member[]): Promise<void> {
  for (let from = 0; from < members.length; from += membersAtOnce)
    await db('campaign_members').insert(
      members.slice(from, from + membersAtOnce).map((member, i) => ({
        campaign_id: campaignId,
        place: from + i,
        customer_id: member.customerId,
        probability: member.probability,
        monthly_value: Number.isNaN(member.monthlyValue) ? null : member.monthlyValue,
        stratum: member.stratum,
        arm: member.arm,
        planned_arm: member.plannedArm,
        propensity: member.propensity,
        reason: member.reason,
      })),
    );
}

/** Customers of campaigns that run. */
export async function listBusyCustomers(db: Db): Promise<Set<string>> {
  return readIdentifiers(db, running(db));
}

/** Customers who must not be contacted, because they are controls of a campaign that runs. */
export async function listControls(db: Db): Promise<Set<string>> {
  return readIdentifiers(db, running(db).where('arm', controlArm));
}

/** Those of these customers who are controls of a campaign that runs. */
export async function controlsAmong(
  db: Db,
  customerIds: readonly (string | null)[],
): Promise<ReadonlySet<string>> {
  const asked = customerIds.filter((id) => id !== null);
  const found = await running(db).where('arm', controlArm).whereIn('customer_id', asked).pluck('customer_id');
  return new Set(found as string[]);
}

/** Those of these customers who are in a campaign that runs. */
export async function membersRunning(
  db: Db,
  customerIds: readonly (string | null)[],
): Promise<ReadonlySet<string>> {
  const asked = customerIds.filter((id) => id !== null);
  const found = await running(db).whereIn('customer_id', asked).pluck('customer_id');
  return new Set(found as string[]);
}

/** What is known of a member's outcome, with what the launch froze. */
export type MemberWithOutcome = Member & SeenDays;

/** In the order of the launch. */
export async function listMembersWithOutcomes(db: Db, campaignId: number): Promise<MemberWithOutcome[]> {
  const query = db('campaign_members')
    .leftJoin(outcomesByCustomer(db), 'outcomes.customer_id', 'campaign_members.customer_id')
    .where('campaign_id', campaignId)
    .orderBy('place')
    .select('campaign_members.customer_id', 'probability', 'monthly_value', 'stratum', 'arm', 'propensity')
    .select('planned_arm', 'reason', 'left_on', 'there_on');
  const members: MemberWithOutcome[] = [];
  await visitRows(db, query, (row) => {
    members.push({
      customerId: String(row['customer_id']),
      probability: Number(row['probability']),
      monthlyValue: row['monthly_value'] === null ? NaN : Number(row['monthly_value']),
      stratum: Number(row['stratum']),
      arm: Number(row['arm']),
      plannedArm: Number(row['planned_arm']),
      propensity: Number(row['propensity']),
      reason: row['reason'] as string | null,
      leftOn: row['left_on'] as string | null,
      seenOn: row['there_on'] as string | null,
    });
  });
  return members;
}

/** Members who are alike in everything that the evidence of a campaign rests on. */
export interface MemberGroup extends Pick<
  MemberWithOutcome,
  'stratum' | 'arm' | 'plannedArm' | 'reason' | 'leftOn' | 'seenOn'
> {
  /** At the launch, by the thresholds asked for. */
  readonly level: RiskLevel;
  readonly count: number;
}

/** Counted by the database: of a hundred thousand members there are some hundred groups. */
export async function countMemberGroups(
  db: Db,
  campaignId: number,
  { mediumFrom, highFrom }: RiskThresholds,
): Promise<MemberGroup[]> {
  const level = db.raw(`(${riskLevelSql}) AS level`, [highFrom, mediumFrom]);
  const members = db('campaign_members')
    .leftJoin(outcomesByCustomer(db), 'outcomes.customer_id', 'campaign_members.customer_id')
    .where('campaign_id', campaignId)
    .select('stratum', 'arm', 'planned_arm', 'reason', 'left_on', 'there_on', level)
    .as('members');
  const names = ['stratum', 'arm', 'planned_arm', 'reason', 'left_on', 'there_on', 'level'];
  const rows: Record<string, unknown>[] = await db(members)
    .groupBy(names)
    .orderBy(names)
    .select(names)
    .count({ count: '*' });
  return rows.map((row) => ({
    stratum: Number(row['stratum']),
    arm: Number(row['arm']),
    plannedArm: Number(row['planned_arm']),
    reason: row['reason'] as string | null,
    leftOn: row['left_on'] as string | null,
    seenOn: row['there_on'] as string | null,
    level: row['level'] as RiskLevel,
    count: Number(row['count']),
  }));
}

/** Treated members of campaigns that were launched in a period, by campaign and arm. Days are inclusive. */
export async function countTreated(
  db: Db,
  { from, until }: { readonly from: string; readonly until: string },
): Promise<{ campaignId: number; arm: number; count: number }[]> {
  const rows: Record<string, unknown>[] = await db('campaign_members')
    .join('campaigns', 'campaigns.id', 'campaign_members.campaign_id')
    .whereBetween('campaigns.launched_on', [from, until])
    .whereNot('arm', controlArm)
    .groupBy('campaign_id', 'arm')
    .select('campaign_id', 'arm')
    .count({ count: '*' });
  return rows.map((row) => ({
    campaignId: Number(row['campaign_id']),
    arm: Number(row['arm']),
    count: Number(row['count']),
  }));
}

/** A campaign that a customer is in. */
export interface Membership {
  readonly campaign: Campaign;
  readonly arm: number;
}

/** Newest first. */
export async function listMemberships(db: Db, customerId: string): Promise<Membership[]> {
  const found = await db('campaign_members')
    .where('customer_id', customerId)
    .orderBy('campaign_id', 'desc')
    .select<{ campaign_id: number; arm: number }[]>('campaign_id', 'arm');
  return Promise.all(
    found.map(async ({ campaign_id: id, arm }) => ({ campaign: await getCampaign(db, id), arm })),
  );
}

/** Which of these are customers of a campaign, running or closed. */
export async function membersAmong(db: Db, customerIds: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>();
  for (let from = 0; from < customerIds.length; from += membersAtOnce) {
    const asked = customerIds.slice(from, from + membersAtOnce);
    const ids = await db('campaign_members').whereIn('customer_id', asked).pluck('customer_id');
    for (const id of ids as string[]) found.add(id);
  }
  return found;
}

function running(db: Db) {
  return db('campaign_members')
    .join('campaigns', 'campaigns.id', 'campaign_members.campaign_id')
    .where('campaigns.state', 'running');
}

async function readIdentifiers(db: Db, query: ReturnType<typeof running>): Promise<Set<string>> {
  const ids = new Set<string>();
  await visitRows(db, query.select('customer_id'), (row) => ids.add(String(row['customer_id'])));
  return ids;
}

/** The customer's places in campaigns and outcomes belong to nobody any more; the counts stay. Plans lose the place. */
export async function forgetMember(trx: Db, customerId: string, stranger: string): Promise<void> {
  const ofCustomer = { customer_id: customerId };
  await trx('plan_members').where(ofCustomer).delete();
  const forgotten = { customer_id: stranger };
  await trx('customer_outcomes').where(ofCustomer).update(forgotten);
  await trx('campaign_members').where(ofCustomer).update(forgotten);
  // The reason is free text and may name the customer.
  await trx('set_levels')
    .where(ofCustomer)
    .update({ ...forgotten, reason: '' });
}
