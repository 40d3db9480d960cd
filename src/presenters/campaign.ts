/** Campaigns as their pages show them. */
import { armsOf } from '../domain/campaigns/arms.ts';
import type { CampaignPlan } from '../domain/campaigns/plan.ts';
import type { CampaignResults } from '../domain/campaigns/results.ts';
import type { RevenueChange } from '../domain/campaigns/revenue-change.ts';
import type { RetentionRule } from '../domain/retention/matching.ts';
import type { Campaign, CampaignArm, CampaignFilter, CampaignState } from '../store/campaigns.ts';
import type { UserRecord } from '../store/users.ts';
import { filterValues, filterWords } from './campaign-filter.ts';
import type { KnownNames } from './campaign-filter.ts';
import { presentResults } from './campaign-results.ts';
import type { ViewHelpers } from './view-helpers.ts';

const stateWords: Readonly<Record<CampaignState, string>> = {
  draft: 'Draft',
  launching: 'Being launched',
  running: 'Running',
  closed: 'Closed',
};

export function presentCampaignList(h: ViewHelpers, campaigns: readonly Campaign[]) {
  return {
    campaigns: campaigns.map((campaign) => ({
      href: `/campaigns/${campaign.id}`,
      name: campaign.name,
      action: armsOf(campaign)
        .map(({ action }) => action)
        .join(' · '),
      state: stateWords[campaign.state],
      customers: campaign.launchedOn === null ? h.or(null) : h.count(campaign.memberCount),
      control: campaign.launchedOn === null ? h.or(null) : h.count(campaign.controlCount),
      launched: h.date(campaign.launchedOn),
      ends: h.date(campaign.endsOn),
    })),
  };
}

/** Numbers of the form's further actions, which are compared with the first. */
export const moreSlots = [2, 3, 4] as const;

export interface CampaignFormData extends KnownNames {
  /** Null: a new one. */
  readonly id: number | null;
  readonly filter: CampaignFilter;
  readonly values: Readonly<Record<string, string>>;
  /** Its actions are those of a plan. */
  readonly isOfPlan: boolean;
  /** To begin with; empty where the campaign is there already. */
  readonly rules: readonly RetentionRule[];
  /** The one that the fields were filled in from. */
  readonly rule: number | '';
}

export function presentCampaignForm(h: ViewHelpers, data: CampaignFormData) {
  const { id, filter, values, rules, rule } = data;
  return {
    title: id === null ? 'Plan a campaign' : 'Change a campaign',
    path: id === null ? '/campaigns' : `/campaigns/${id}`,
    back: id === null ? '/campaigns' : `/campaigns/${id}`,
    isNew: id === null,
    isOfPlan: data.isOfPlan,
    moreSlots,
    hasMore: moreSlots.some((slot) => (values[`action${slot}`] ?? '') !== ''),
    values,
    whom: filterWords(h, filter, data),
    fields: filterValues(filter),
    rule,
    ruleOptions: [
      { value: '', label: 'None' },
      ...rules.map((one) => ({ value: one.id, label: `${one.action}, ${h.money(one.cost)}` })),
    ],
    hasRules: rules.length > 0,
  };
}

export interface CampaignData extends KnownNames {
  readonly campaign: Campaign;
  /** Of a draft. */
  readonly plan: CampaignPlan | null;
  /** Once it is launched. */
  readonly results: CampaignResults | null;
  /** Once the horizon is over, where enough members were scored again. */
  readonly revenue: RevenueChange | null;
  /** Who can have actions. */
  readonly people: readonly UserRecord[];
}

export function presentCampaign(h: ViewHelpers, data: CampaignData) {
  const { campaign, plan, results } = data;
  const { id, name, state } = campaign;
  return {
    id,
    title: name,
    people: [
      { value: '', label: 'Nobody' },
      ...data.people.map((one) => ({ value: one.id, label: one.name })),
    ],
    href: `/campaigns/${id}`,
    state: stateWords[state],
    isDraft: state === 'draft',
    isLaunching: state === 'launching',
    isRunning: state === 'running',
    problem: campaign.error,
    whom: filterWords(h, campaign.filter, data),
    planHref: campaign.planId === null ? null : `/plans/${campaign.planId}`,
    facts: factsOf(h, campaign),
    plan: plan && presentPlan(h, plan, campaign),
    results: results && presentResults(h, campaign, results, data.revenue),
  };
}

/** The page before a draft is removed or a campaign closed. */
export function presentCampaignStep({ id, name }: Campaign, step: 'Remove' | 'Close') {
  return { title: `${step} ${name}?`, name, href: `/campaigns/${id}` };
}

/** Of one action each of its terms, of several a line each. */
function factsOfArms(h: ViewHelpers, arms: readonly CampaignArm[]) {
  const rate = (saveRate: number): string => h.share(Math.round(saveRate * 1000) / 1000);
  if (arms.length > 1)
    return arms.map(({ action, cost, saveRate }, i) => ({
      name: `Action ${i + 1}`,
      value: `${action}: ${h.money(cost)}, save rate ${rate(saveRate)}`,
    }));
  return arms.flatMap(({ action, cost, saveRate }) => [
    { name: 'Action', value: action },
    { name: 'Cost per customer', value: h.money(cost) },
    { name: 'Expected save rate', value: rate(saveRate) },
  ]);
}

function factsOf(h: ViewHelpers, campaign: Campaign) {
  const terms = [
    ...factsOfArms(h, armsOf(campaign)),
    { name: 'Smallest save rate that matters', value: h.share(campaign.smallestSaveRate) },
    { name: 'Read after', value: h.plural(campaign.horizonDays, 'day') },
  ];
  if (campaign.launchedOn === null) return terms;
  return [
    ...terms,
    { name: 'Launched', value: h.date(campaign.launchedOn) },
    { name: 'To be read on', value: h.date(campaign.endsOn) },
    { name: 'Customers', value: h.count(campaign.memberCount) },
    { name: 'Of them in the control group', value: h.count(campaign.controlCount) },
    { name: 'Hash of the split (SHA-256)', value: campaign.membersSha256?.slice(0, 16) ?? h.or(null) },
  ];
}

function presentPlan(h: ViewHelpers, plan: CampaignPlan, campaign: Campaign) {
  const { smallestSaveRate, moreArms, planId } = campaign;
  const isCompared = moreArms.length > 0 && planId === null;
  const { members, leftOut } = plan;
  return {
    summary: `${h.plural(members, 'customer')}, of whom about ${h.count(Math.round(plan.expectedToLeave))} would leave without the action.`,
    money: `Contacting all of them costs ${h.money(plan.cost)} and is expected to save ${h.money(plan.expectedSaving)} net.`,
    losesMoney: plan.expectedSaving < 0,
    notes: [
      leftOut.inOthers > 0
        ? `${h.plural(leftOut.inOthers, 'customer is', 'customers are')} left out because another campaign is running with them.`
        : '',
      leftOut.heldOut > 0
        ? `${h.plural(leftOut.heldOut, 'customer is', 'customers are')} left out because they are held out for the year.`
        : '',
      leftOut.harmed > 0
        ? `${h.plural(leftOut.harmed, 'customer is', 'customers are')} left out because contact made such customers leave in an earlier campaign (see Evidence).`
        : '',
      leftOut.withoutId > 0
        ? `${h.plural(leftOut.withoutId, 'score has', 'scores have')} no customer ID and cannot be in a campaign.`
        : '',
      leftOut.tooMany > 0
        ? `${h.plural(leftOut.tooMany, 'customer is', 'customers are')} beyond the largest campaign, of 100,000. Choose fewer customers.`
        : '',
      plan.withoutValue > 0
        ? `The monthly revenue of ${h.plural(plan.withoutValue, 'customer')} is not known; no saving is counted for them.`
        : '',
    ].filter((note) => note !== ''),
    canLaunch: plan.shares.length > 0 && leftOut.tooMany === 0,
    smallest: `${h.share(smallestSaveRate)}${isCompared ? ' of each action' : ''}`,
    shares: plan.shares.map(({ share, controls, cost, power, detectable }) => ({
      value: share,
      label: h.share(share),
      controls: h.count(controls),
      cost: h.money(Math.max(0, cost)),
      found: `${h.count(Math.round(power * 100))} of 100`,
      detectable: detectable === null ? 'no save rate' : h.share(Math.ceil(detectable * 1000) / 1000),
      isProposed: share === plan.proposed?.share,
    })),
  };
}
