import { z } from 'zod';
import { isoTimeOf } from '../db/clock.ts';
import type { Db } from '../db.ts';
import { NotFound } from '../errors.ts';
import { readJson, readJsonOrNull } from './json.ts';
import type { Stored } from './json.ts';
import type { PredictionFilter } from './prediction-filters.ts';

/** `launching`: a job splits its customers. */
export const campaignStates = ['draft', 'launching', 'running', 'closed'] as const;
export type CampaignState = (typeof campaignStates)[number];

/** What the members of an arm get. */
const CampaignArm = z.object({
  action: z.string(),
  /** In money, of contacting one customer. */
  cost: z.number(),
  /** Share of customers who would have left and stay because of the action, in (0, 1], as expected. */
  saveRate: z.number(),
});
export type CampaignArm = Stored<z.infer<typeof CampaignArm>>;

/** What a person decides before the launch. `action`, `cost` and `saveRate` are those of the first arm. */
export interface CampaignTerms extends CampaignArm {
  readonly name: string;
  /** Further actions to compare, or of the plan. */
  readonly moreArms: readonly CampaignArm[];
  /** The smallest one that would matter, in (0, 1]. */
  readonly smallestSaveRate: number;
  /** Days after the launch on which the result is read. */
  readonly horizonDays: number;
}

/** Whom a campaign is for: a list of customers without its population, which is that of the launch. */
export type CampaignFilter = Omit<PredictionFilter, 'population'>;

export interface Campaign extends CampaignTerms {
  readonly id: number;
  readonly state: CampaignState;
  readonly filter: CampaignFilter;
  /** The plan that says who gets which action; null: the filter and chance do. */
  readonly planId: number | null;
  /** Null before the launch was asked for. */
  readonly controlShare: number | null;
  readonly seed: number | null;
  /** Months that a saved customer goes on paying, at the launch. */
  readonly valueMonths: number | null;
  /** Share of their revenue that is left after what serving them costs, at the launch. */
  readonly valueMargin: number;
  readonly memberCount: number;
  readonly controlCount: number;
  /** Of the split: who is in which arm with which chance. */
  readonly membersSha256: string | null;
  /** Why the launch failed. */
  readonly error: string | null;
  readonly createdAt: string;
  /** Days, `2026-11-20`. */
  readonly launchedOn: string | null;
  readonly endsOn: string | null;
  readonly closedAt: string | null;
  /** Found when it was closed. */
  readonly harmed: readonly HarmedGroup[];
  /** The last day on which such customers are left out of new campaigns. */
  readonly harmUntil: string | null;
}

const effect = z.object({ value: z.number(), low: z.number(), high: z.number() });
const HarmedGroup = z.object({
  /** What the customers have in common: their risk level, or the strongest reason that raised their risk. */
  kind: z.enum(['level', 'reason']),
  value: z.string(),
  /** Treated minus control churn. */
  effect,
});
export type HarmedGroup = Stored<z.infer<typeof HarmedGroup>>;

const optional = z.string().nullable().default(null);
const optionalNumber = z.number().nullable().default(null);
export const Filter = z.object({
  batch: optionalNumber,
  risk: optional,
  source: optional,
  model: optionalNumber,
  search: optional,
  column: optional,
  level: optional,
  from: optionalNumber,
  to: optionalNumber,
  column2: optional,
  level2: optional,
  from2: optionalNumber,
  to2: optionalNumber,
  low: optionalNumber,
  high: optionalNumber,
  segment: optionalNumber,
  compared: optionalNumber,
  there: optional,
});

interface CampaignRow {
  id: number;
  name: string;
  state: CampaignState;
  filter: string;
  action: string;
  cost: number;
  save_rate: number;
  smallest_save_rate: number;
  horizon_days: number;
  more_arms: string;
  plan_id: number | null;
  control_share: number | null;
  seed: number | null;
  value_months: number | null;
  value_margin: number;
  member_count: number;
  control_count: number;
  members_sha256: string | null;
  error: string | null;
  created_by: number | null;
  created_at: string;
  launched_on: string | null;
  ends_on: string | null;
  closed_at: string | null;
  harmed: string | null;
  harm_until: string | null;
}

/** Newest first. */
export async function listCampaigns(db: Db): Promise<Campaign[]> {
  const rows = await db<CampaignRow>('campaigns').orderBy('id', 'desc');
  return rows.map(toCampaign);
}

/** @throws NotFound */
export async function getCampaign(db: Db, id: number): Promise<Campaign> {
  const row = await db<CampaignRow>('campaigns').where({ id }).first();
  if (!row) throw new NotFound('campaign');
  return toCampaign(row);
}

export type NewCampaign = CampaignTerms & Pick<Campaign, 'filter' | 'planId'>;

/** The newest campaign of a plan. */
export async function findCampaignOfPlan(db: Db, planId: number): Promise<Campaign | undefined> {
  const row = await db<CampaignRow>('campaigns').where('plan_id', planId).orderBy('id', 'desc').first();
  return row && toCampaign(row);
}

export async function insertCampaign(
  db: Db,
  { filter, planId, ...terms }: NewCampaign,
  userId: number,
): Promise<number> {
  const [row] = await db<CampaignRow>('campaigns')
    .insert({
      ...termColumns(terms),
      state: 'draft',
      filter: JSON.stringify(filter),
      plan_id: planId,
      created_by: userId,
      created_at: await isoTimeOf(db),
    })
    .returning('id');
  return row!.id;
}

/** The number of a draft of a user since a time that is the same in everything; null: there is none. */
export async function findSameDraft(
  db: Db,
  { filter, planId, ...terms }: NewCampaign,
  { userId, since }: { readonly userId: number; readonly since: string },
): Promise<number | null> {
  const same = { ...termColumns(terms), filter: JSON.stringify(filter), plan_id: planId };
  const row = await db<CampaignRow>('campaigns')
    .where({ ...same, state: 'draft', created_by: userId })
    .where('created_at', '>=', since)
    .first();
  return row?.id ?? null;
}

/** Changes a draft; false: it is none. */
export async function updateDraft(db: Db, id: number, terms: CampaignTerms): Promise<boolean> {
  const changed = await db('campaigns').where({ id, state: 'draft' }).update(termColumns(terms));
  return changed > 0;
}

export async function deleteDraft(db: Db, id: number): Promise<boolean> {
  return (await db('campaigns').where({ id, state: 'draft' }).delete()) > 0;
}

/** A draft becomes `launching`; false: it is no draft any more. */
export async function beginLaunch(
  db: Db,
  id: number,
  { controlShare, seed }: { readonly controlShare: number; readonly seed: number },
): Promise<boolean> {
  const change = { state: 'launching', control_share: controlShare, seed, error: null };
  return (await db('campaigns').where({ id, state: 'draft' }).update(change)) > 0;
}

/** A launch that failed leaves a draft with the reason. */
export async function failLaunch(db: Db, id: number, error: string): Promise<void> {
  await db('campaigns').where({ id, state: 'launching' }).update({ state: 'draft', error });
}

/** What is frozen at the launch. */
export interface Launch {
  readonly memberCount: number;
  readonly controlCount: number;
  readonly membersSha256: string;
  readonly valueMonths: number;
  readonly valueMargin: number;
  readonly launchedOn: string;
  readonly endsOn: string;
}

export async function endLaunch(db: Db, id: number, launch: Launch): Promise<void> {
  await db('campaigns').where({ id }).update({
    state: 'running',
    member_count: launch.memberCount,
    control_count: launch.controlCount,
    members_sha256: launch.membersSha256,
    value_months: launch.valueMonths,
    value_margin: launch.valueMargin,
    launched_on: launch.launchedOn,
    ends_on: launch.endsOn,
  });
}

/** What is known when a campaign is closed. */
export type Closing = Pick<Campaign, 'harmed' | 'harmUntil'>;

/** False: it was not running. */
export async function closeRunning(db: Db, id: number, { harmed, harmUntil }: Closing): Promise<boolean> {
  const change = {
    state: 'closed',
    closed_at: await isoTimeOf(db),
    harmed: JSON.stringify(harmed),
    harm_until: harmUntil,
  };
  return (await db('campaigns').where({ id, state: 'running' }).update(change)) > 0;
}

/** Campaigns whose groups are still left out on this day, newest first. */
export async function listHarmful(db: Db, day: string): Promise<Campaign[]> {
  const rows = await db<CampaignRow>('campaigns').where('harm_until', '>=', day).orderBy('id', 'desc');
  return rows.map(toCampaign);
}

/** Its groups are left out no longer. */
export async function endHarm(db: Db, id: number): Promise<void> {
  await db('campaigns').where({ id }).update({ harm_until: null });
}

function termColumns(terms: CampaignTerms) {
  return {
    name: terms.name,
    action: terms.action,
    cost: terms.cost,
    save_rate: terms.saveRate,
    smallest_save_rate: terms.smallestSaveRate,
    horizon_days: terms.horizonDays,
    more_arms: JSON.stringify(terms.moreArms),
  };
}

function toCampaign(row: CampaignRow): Campaign {
  return {
    id: row.id,
    name: row.name,
    state: row.state,
    filter: readJson(Filter, row.filter, `filter of campaign ${row.id}`),
    action: row.action,
    cost: row.cost,
    saveRate: row.save_rate,
    smallestSaveRate: row.smallest_save_rate,
    horizonDays: row.horizon_days,
    moreArms: readJson(z.array(CampaignArm), row.more_arms, `arms of campaign ${row.id}`),
    planId: row.plan_id,
    controlShare: row.control_share,
    seed: row.seed,
    valueMonths: row.value_months,
    valueMargin: row.value_margin,
    memberCount: row.member_count,
    controlCount: row.control_count,
    membersSha256: row.members_sha256,
    error: row.error,
    createdAt: row.created_at,
    launchedOn: row.launched_on,
    endsOn: row.ends_on,
    closedAt: row.closed_at,
    harmed: readJsonOrNull(z.array(HarmedGroup), row.harmed, `harmed groups of campaign ${row.id}`) ?? [],
    harmUntil: row.harm_until,
  };
}
