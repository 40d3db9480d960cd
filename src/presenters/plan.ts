/** Plans for a budget as their pages show them: what they save first, then who gets what, and what other budgets would save. */
import type { Campaign } from '../store/campaigns.ts';
import type { PlannedAction, PlanResult } from '../store/plan-documents.ts';
import type { Plan, PlanState } from '../store/plans.ts';
import { filterWords } from './campaign-filter.ts';
import type { KnownNames } from './campaign-filter.ts';
import { presentLineChart, roundTicksBetween } from './line-chart.ts';
import { evidenceWords, saveRateWords } from './plan-form.ts';
import type { ViewHelpers } from './view-helpers.ts';

const stateWords: Readonly<Record<PlanState, string>> = {
  working: 'Being made',
  ready: 'Ready',
  failed: 'Failed',
};

export function presentPlanList(h: ViewHelpers, plans: readonly Plan[]) {
  return {
    title: 'Plans',
    plans: plans.map(({ id, name, state, terms, result, createdAt }) => ({
      href: `/plans/${id}`,
      name,
      state: stateWords[state],
      budget: h.money(terms.budget),
      customers: h.or(result && h.count(result.planned)),
      saving: h.or(result && h.money(result.saving)),
      made: h.dateTime(createdAt),
    })),
  };
}

export interface PlanData extends KnownNames {
  readonly plan: Plan;
  /** Null: there is none with this plan. */
  readonly campaign: Campaign | null;
}

export function presentPlanPage(h: ViewHelpers, data: PlanData) {
  const { plan, campaign } = data;
  const { id, name, state, result } = plan;
  return {
    id,
    title: name,
    href: `/plans/${id}`,
    state: stateWords[state],
    isWorking: state === 'working',
    isReady: result !== null,
    whom: filterWords(h, plan.filter, data),
    problem: plan.error,
    made: `Made on ${h.dateTime(plan.createdAt)} from the latest scores of that moment.`,
    isOutdated: hasNewerScores(data),
    campaign: campaign && { href: `/campaigns/${campaign.id}`, name: campaign.name },
    canDownload: result !== null && result.planned > 0 && !isLaunched(campaign),
    canLaunch: result !== null && result.planned > 0 && campaign === null,
    result: result && presentResult(h, plan, result),
  };
}

/** From then on its members are treated or controls. */
function isLaunched(campaign: Campaign | null): boolean {
  return campaign !== null && campaign.state !== 'draft';
}

/** The page before a plan is removed. */
export function presentPlanRemoval({ id, name }: Plan) {
  return { title: `Remove ${name}?`, name, href: `/plans/${id}` };
}

function hasNewerScores({ plan, batches }: PlanData): boolean {
  return batches.some(({ finishedAt }) => finishedAt !== null && finishedAt > plan.createdAt);
}

function presentResult(h: ViewHelpers, plan: Plan, result: PlanResult) {
  const { planned, saving, spent, considered, expectedSaving } = result;
  const isEmpty = planned === 0;
  return {
    finding: isEmpty ? 'Nobody gets an action' : `Saves ${h.money(saving)} after ${h.money(spent)} of cost`,
    detail: isEmpty
      ? 'By the lower bounds of the save rates, no action saves more than it costs within these limits.'
      : `${h.plural(planned, 'customer')} of ${h.count(considered)} get an action. By the expected save rates it would be ${h.money(expectedSaving)}.`,
    next: nextWords(h, plan, result),
    planned: h.count(planned),
    isEmpty,
    notes: notesOf(h, plan, result),
    actions: result.actions.map((action) => presentAction(h, plan, action)),
    ...presentCurve(h, plan, result),
  };
}

/** Of money that the next steps of a budget are said in. */
const step = 100;

function nextWords(h: ViewHelpers, { terms }: Plan, { marginalValue, spent }: PlanResult): string {
  if (marginalValue > 0)
    return `The next ${h.money(step)} of budget would save ${h.money(step * marginalValue)} more, after cost.`;
  return `${h.money(spent)} of ${h.money(terms.budget)} is spent. A larger budget would save nothing more.`;
}

function presentAction(h: ViewHelpers, { terms }: Plan, planned: PlannedAction) {
  const { name } = terms.channels[planned.channel]!;
  return {
    action: planned.action,
    channel: name === planned.action ? null : name,
    customers: h.count(planned.customers),
    spent: h.money(planned.spent),
    saving: h.money(planned.saving),
    saveRate: saveRateWords(h, planned.saveRate),
    evidence: evidenceWords(h, planned.saveRate),
  };
}

function notesOf(h: ViewHelpers, { terms }: Plan, { leftOut, channels }: PlanResult): string[] {
  const full = channels.flatMap(({ used, marginalValue }, place) => {
    const { name, capacity } = terms.channels[place]!;
    return capacity !== null && used >= capacity && marginalValue > 0
      ? [
          `${name}: all ${h.plural(capacity, 'place is', 'places are')} taken. One more would save ${h.money(marginalValue)}.`,
        ]
      : [];
  });
  const without = (count: number, one: string, many: string): string[] =>
    count === 0 ? [] : [h.plural(count, `customer ${one}`, `customers ${many}`)];
  return [
    ...full,
    ...without(
      leftOut.inOthers,
      'is left out: in a campaign that runs.',
      'are left out: in campaigns that run.',
    ),
    ...without(
      leftOut.heldOut,
      'is left out: in the hold-out of the year.',
      'are left out: in the hold-out of the year.',
    ),
    ...without(
      leftOut.harmed,
      'is left out: in a group that contact made leave.',
      'are left out: in groups that contact made leave.',
    ),
    ...without(
      leftOut.withoutAction,
      'is left out: no chosen rule is for them.',
      'are left out: no chosen rule is for them.',
    ),
    ...without(
      leftOut.withoutValue,
      'is left out: the monthly revenue is not known.',
      'are left out: the monthly revenue is not known.',
    ),
    ...without(
      leftOut.withoutId,
      'is left out: without a customer ID.',
      'are left out: without a customer ID.',
    ),
  ];
}

/** Without a chart where no action costs anything. */
function presentCurve(h: ViewHelpers, { terms }: Plan, { curve }: PlanResult) {
  const largest = curve.at(-1)?.budget ?? 0;
  return {
    chart: largest === 0 ? null : presentSavings(h, terms.budget / largest, curve, largest),
    curve: curve
      .filter((_, k) => k % 2 === 1)
      .map(({ budget, saving, marginalValue }) => ({
        budget: h.money(budget),
        saving: h.money(saving),
        next: h.money(step * marginalValue),
      })),
    step: h.money(step),
  };
}

function presentSavings(h: ViewHelpers, place: number, curve: PlanResult['curve'], largest: number) {
  const most = curve.at(-1)!.saving;
  return presentLineChart({
    conclusion: `A budget of ${h.money(largest)} would save the most, ${h.money(most)}`,
    xLabel: 'Budget',
    yLabel: 'Expected saving after cost',
    points: curve.map(({ budget, saving }) => ({ x: budget / largest, y: saving })),
    xText: (x) => h.money(x * largest),
    yText: h.money,
    yTicks: roundTicksBetween(0, most),
    ...(place <= 1 && { mark: { x: place, text: 'This plan' } }),
  });
}
