/** Campaigns: drafted for customers of the latest scores, launched against controls, read. */
import { z } from 'zod';
import { actionOf, armsOf } from '../../domain/campaigns/arms.ts';
import {
  closeCampaign,
  controlShares,
  draftCampaign,
  launchLater,
} from '../../domain/campaigns/campaigns.ts';
import type { ArmCounts } from '../../domain/campaigns/known-members.ts';
import type { CampaignResults } from '../../domain/campaigns/results.ts';
import { riskLevels } from '../../domain/risk/levels.ts';
import { Conflict } from '../../errors.ts';
import { campaignStates, getCampaign, listCampaigns } from '../../store/campaigns.ts';
import type { Campaign, CampaignArm } from '../../store/campaigns.ts';
import { noFilter } from '../../store/prediction-filters.ts';
import { getSegment } from '../../store/segments.ts';
import { pageOf, pageOfNewest, pageQuery } from '../cursor.ts';
import { defineOperation } from '../operation.ts';
import { idParams, time } from '../schemas.ts';

const share = z.number().gt(0).max(1);
const day = z.iso.date();
const count = z.int().nonnegative();

const Arm = z
  .strictObject({
    action: z.string().trim().min(1).max(200).meta({ description: 'What is done with these customers.' }),
    cost: z.number().min(0).max(1e9).meta({ description: 'Of contacting one customer.' }),
    save_rate: share.meta({ description: 'Of those who would have left, the share who stay, as expected.' }),
  })
  .meta({ id: 'CampaignArm' });

const terms = {
  name: z.string().trim().min(1).max(200),
  actions: z.array(Arm).min(1).max(4).meta({ description: 'Several are compared with the same controls.' }),
  smallest_save_rate: share.meta({ description: 'The smallest one that would matter.' }),
  horizon_days: z.int().min(7).max(730).meta({ description: 'After so many days the result is read.' }),
};

const CampaignFacts = z
  .object({
    id: z.int(),
    ...terms,
    state: z.enum(campaignStates),
    control_share: z.number().nullable().meta({ description: 'Null before the launch.' }),
    error: z.string().nullable().meta({ description: 'Why the launch has failed.' }),
    created_at: time,
    launched_on: day.nullable(),
    ends_on: day.nullable(),
    closed_at: time.nullable(),
  })
  .meta({ id: 'Campaign' });

const Interval = z.object({ value: z.number(), low: z.number(), high: z.number() });
const ArmFigures = z.object({
  members: count,
  left: count,
  stayed: count,
  not_known: count.meta({ description: 'Of whom it is not known yet.' }),
});

const Readout = z
  .object({
    is_over: z.boolean().meta({ description: 'The horizon is over. Before it intervals are wider.' }),
    control: ArmFigures,
    treated: ArmFigures,
    effect: Interval.nullable().meta({
      description: 'Churn of the treated minus that of the controls; null: too little is known.',
    }),
    saved: Interval.nullable().meta({ description: 'Customers.' }),
    earned: Interval.nullable().meta({ description: 'Money, after the cost.' }),
    cost: z.number(),
    contacted_controls: count,
    is_mismatched: z
      .boolean()
      .meta({ description: 'The arms are not as large as they should be: do not trust the result.' }),
    actions: z.array(
      z.object({
        action: z.string(),
        treated: ArmFigures,
        effect: Interval.nullable(),
        saved: Interval.nullable(),
      }),
    ),
  })
  .meta({ id: 'CampaignReadout' });

const exampleCampaign = {
  id: 1,
  name: 'Autumn calls',
  actions: [{ action: 'Call', cost: 5, save_rate: 0.2 }],
  smallest_save_rate: 0.1,
  horizon_days: 90,
  state: 'draft',
  control_share: null,
  error: null,
  created_at: '2026-11-20T09:30:00.000Z',
  launched_on: null,
  ends_on: null,
  closed_at: null,
} as const;
const exampleFigures = { members: 500, left: 96, stayed: 384, not_known: 20 };
const exampleInterval = { value: -0.05, low: -0.09, high: -0.01 };
const params = { id: '1' };
const facts = { tag: 'Campaigns', params: idParams } as const;

const createCampaign = defineOperation({
  id: 'createCampaign',
  method: 'post',
  path: '/campaigns',
  tag: 'Campaigns',
  scope: 'campaigns:write',
  summary: 'Draft a campaign',
  description:
    'For the customers whose latest score is at the level, or who are in the segment, or both; all of them without.',
  status: 201,
  body: z.strictObject({
    ...terms,
    risk_level: z.enum(riskLevels).optional(),
    segment_id: z.int().positive().max(2_147_483_647).optional(),
  }),
  answer: CampaignFacts,
  example: {
    body: {
      ...{
        name: 'Autumn calls',
        actions: exampleCampaign.actions,
        smallest_save_rate: 0.1,
        horizon_days: 90,
      },
    },
    answer: { ...exampleCampaign, actions: [...exampleCampaign.actions] },
  },
  handle: async ({ context: { db }, user, body }) => {
    const { name, actions, smallest_save_rate: smallestSaveRate, horizon_days: horizonDays } = body;
    if (body.segment_id !== undefined) await getSegment(db, body.segment_id);
    const [first, ...more] = actions.map(toArm);
    const filter = { ...noFilter, risk: body.risk_level ?? null, segment: body.segment_id ?? null };
    const draft = { name, ...first!, moreArms: more, smallestSaveRate, horizonDays, filter, planId: null };
    const id = await draftCampaign(db, user, draft);
    return { body: toFacts(await getCampaign(db, id)), location: `/campaigns/${id}` };
  },
});

const listAll = defineOperation({
  id: 'listCampaigns',
  method: 'get',
  path: '/campaigns',
  tag: 'Campaigns',
  scope: 'campaigns:read',
  summary: 'List campaigns, the newest first',
  status: 200,
  query: z.strictObject(pageQuery),
  answer: pageOf(CampaignFacts),
  example: {
    answer: { items: [{ ...exampleCampaign, actions: [...exampleCampaign.actions] }], next_cursor: null },
  },
  handle: async ({ context: { db }, query }) => ({
    body: pageOfNewest(await listCampaigns(db), query, toFacts),
  }),
});

const getOne = defineOperation({
  ...facts,
  id: 'getCampaign',
  method: 'get',
  path: '/campaigns/{id}',
  scope: 'campaigns:read',
  summary: 'Read a campaign',
  status: 200,
  answer: CampaignFacts,
  example: { params, answer: { ...exampleCampaign, actions: [...exampleCampaign.actions] } },
  handle: async ({ context: { db }, params: { id } }) => ({ body: toFacts(await getCampaign(db, id)) }),
});

const launch = defineOperation({
  ...facts,
  id: 'launchCampaign',
  method: 'post',
  path: '/campaigns/{id}/launch',
  scope: 'campaigns:write',
  summary: 'Launch a campaign',
  description:
    'Its customers are split at random in the background, and stay so. Of a campaign that was launched nothing changes. If it cannot be launched it is a draft again, with the reason in `error`.',
  status: 202,
  body: z.strictObject({ control_share: z.literal([...controlShares]) }),
  answer: CampaignFacts,
  example: {
    params,
    body: { control_share: 0.5 },
    answer: { ...exampleCampaign, actions: [...exampleCampaign.actions], state: 'launching' },
  },
  handle: async ({ context: { db }, user, params: { id }, body }) => {
    await getCampaign(db, id);
    await launchLater(db, user, id, body.control_share);
    return { body: toFacts(await getCampaign(db, id)), location: `/campaigns/${id}` };
  },
});

const close = defineOperation({
  ...facts,
  id: 'closeCampaign',
  method: 'post',
  path: '/campaigns/{id}/close',
  scope: 'campaigns:write',
  summary: 'Close a campaign',
  description:
    'Its customers can be in other campaigns from now on, and its result stays. Of a campaign that is not running nothing changes.',
  status: 200,
  answer: CampaignFacts,
  example: { params, answer: { ...exampleCampaign, actions: [...exampleCampaign.actions], state: 'closed' } },
  handle: async ({ context: { db }, user, params: { id } }) => {
    await closeCampaign(db, user, await getCampaign(db, id));
    return { body: toFacts(await getCampaign(db, id)) };
  },
});

const readResult = defineOperation({
  ...facts,
  id: 'getCampaignReadout',
  method: 'get',
  path: '/campaigns/{id}/readout',
  scope: 'campaigns:read',
  summary: 'Read what a campaign achieved',
  status: 200,
  problems: [409],
  answer: Readout,
  example: {
    params,
    answer: {
      is_over: true,
      ...{ control: exampleFigures, treated: exampleFigures },
      effect: exampleInterval,
      saved: { value: 25, low: 5, high: 45 },
      earned: { value: 12_000, low: 1_500, high: 22_500 },
      cost: 2_500,
      contacted_controls: 0,
      is_mismatched: false,
      actions: [],
    },
  },
  handle: async ({ context: { db, tasks }, params: { id } }) => {
    requireLaunched(await getCampaign(db, id));
    return { body: toReadout(await tasks.run('readCampaignResults', { id })) };
  },
});

const listTreated = defineOperation({
  ...facts,
  id: 'listCustomersToContact',
  method: 'get',
  path: '/campaigns/{id}/customers-to-contact',
  scope: 'campaigns:read',
  summary: 'List the customers to contact',
  description: 'Never the controls. In pages of at most 200.',
  status: 200,
  problems: [409],
  query: z.strictObject(pageQuery),
  answer: pageOf(z.object({ customer_id: z.string(), action: z.string(), probability: z.number() })),
  example: {
    params,
    answer: {
      items: [{ customer_id: '7590-VHVEG', action: 'Call', probability: 0.64 }],
      next_cursor: null,
    },
  },
  handle: async ({ context: { db, tasks }, params: { id }, query }) => {
    const campaign = requireLaunched(await getCampaign(db, id));
    const members = await tasks.run('listTreatedMembers', { id });
    const numbered = members.map((member, i) => ({ ...member, id: members.length - i }));
    return {
      body: pageOfNewest(numbered, query, ({ customerId, arm, probability }) => ({
        customer_id: customerId,
        action: actionOf(campaign, arm).action,
        probability,
      })),
    };
  },
});

function requireLaunched(campaign: Campaign): Campaign {
  if (campaign.launchedOn === null) throw new Conflict('This campaign has not been launched yet.');
  return campaign;
}

function toArm({ action, cost, save_rate: saveRate }: z.output<typeof Arm>): CampaignArm {
  return { action, cost, saveRate };
}

function toFacts(campaign: Campaign): z.input<typeof CampaignFacts> {
  const { id, name, state, error } = campaign;
  return {
    ...{ id, name, state, error },
    actions: armsOf(campaign).map(({ action, cost, saveRate }) => ({ action, cost, save_rate: saveRate })),
    smallest_save_rate: campaign.smallestSaveRate,
    horizon_days: campaign.horizonDays,
    control_share: campaign.controlShare,
    created_at: campaign.createdAt,
    launched_on: campaign.launchedOn,
    ends_on: campaign.endsOn,
    closed_at: campaign.closedAt,
  };
}

function toReadout(results: CampaignResults): z.input<typeof Readout> {
  const { isOver, control, treated, effect, saved, earned, cost, arms } = results;
  return {
    is_over: isOver,
    ...{ control: toFigures(control), treated: toFigures(treated) },
    ...{ effect: toInterval(effect), saved: toInterval(saved), earned: toInterval(earned), cost },
    contacted_controls: results.contactedControls,
    is_mismatched: results.isMismatched,
    actions: arms.map((arm) => ({
      ...{ action: arm.action, treated: toFigures(arm.counts) },
      ...{ effect: toInterval(arm.effect), saved: toInterval(arm.saved) },
    })),
  };
}

function toFigures({ members, left, stayed }: ArmCounts): z.input<typeof ArmFigures> {
  return { members, left, stayed, not_known: members - left - stayed };
}

function toInterval(figure: z.input<typeof Interval> | null): z.input<typeof Interval> | null {
  return figure && { value: figure.value, low: figure.low, high: figure.high };
}

export const campaignOperations = [createCampaign, listAll, getOne, launch, readResult, listTreated, close];
