/** The result of a campaign in words: the finding first, then what it rests on. */
import type { ArmResult } from '../domain/campaigns/arm-results.ts';
import type { ArmCounts } from '../domain/campaigns/known-members.ts';
import type { RevenueChange } from '../domain/campaigns/revenue-change.ts';
import type { CampaignResults, LiveCalibration } from '../domain/campaigns/results.ts';
import type { Figure } from '../ml/evaluation/threshold-figures.ts';
import type { Campaign } from '../store/campaigns.ts';
import type { ViewHelpers } from './view-helpers.ts';

/** Of all members; below it those who are missing may differ from the others. */
const enoughKnown = 0.9;

export function presentResults(
  h: ViewHelpers,
  campaign: Campaign,
  results: CampaignResults,
  revenue: RevenueChange | null,
) {
  return {
    finding: findingOf(h, results),
    detail: detailOf(h, campaign, results),
    arms: [
      presentArm(h, results.arms.length === 0 ? 'Treatment' : 'Treatment, all actions', results.treated),
      presentArm(h, 'Control', results.control),
    ],
    byAction: results.arms.map((arm) => presentByAction(h, arm)),
    byActionNote:
      campaign.planId === null
        ? 'Each action against the same control group.'
        : 'Each action against the controls for whom it was planned.',
    checks: [...checksOf(h, results), ...revenueChecks(h, revenue)],
    figures: [...figuresOf(h, campaign, results), ...revenueFigures(h, revenue)],
    contactedHref: `/campaigns/${campaign.id}/contacted`,
    byRisk: results.byRisk.map(({ level, members, effect, isHarmed }) => ({
      level,
      members: h.count(members),
      effect: effect === null ? 'too few' : pointsRange(h, effect),
      isHarmed,
    })),
    calibration: results.calibration && presentCalibration(h, results.calibration),
    unknown: unknownOf(results),
    treated: h.count(results.treated.members),
  };
}

/** 'Of 180 controls with known outcomes …, 30 % were expected to leave and 34 % left (27 % to 41 %).' */
function presentCalibration(h: ViewHelpers, { customers, expected, observed }: LiveCalibration) {
  const { value, low, high } = observed;
  const finding =
    expected < low
      ? 'The model expected too few to leave.'
      : expected > high
        ? 'The model expected too many to leave.'
        : 'That agrees with the model.';
  return `Of ${h.plural(customers, 'customer')} of the control group, who were left alone, the model expected ${h.rate(expected)} to leave; ${h.rate(value)} did (${h.rate(low)} to ${h.rate(high)}). ${finding}`;
}

/** 'Saved 41 customers (12 to 70) and €18,300 (€4,900 to €31,000) after €2,600 of cost.' */
function findingOf(h: ViewHelpers, { effect, saved, earned, cost, isOver }: CampaignResults): string {
  if (effect === null || saved === null) return 'Too early to tell';
  const money = earned === null ? '' : ` and ${rangeOf(earned, h.money)} after ${h.money(cost)} of cost`;
  if (effect.high < 0) return `Saved ${customers(h, saved)}${money}`;
  if (effect.low > 0)
    return `Contact made ${customers(h, { value: -saved.value, low: -saved.high, high: -saved.low })} leave who would have stayed`;
  return isOver ? 'No effect shown' : 'Too early to tell';
}

function detailOf(h: ViewHelpers, { endsOn }: Campaign, results: CampaignResults): string {
  const { effect, saved, isOver, moreNeeded } = results;
  if (effect === null || saved === null)
    return isOver
      ? 'Too few outcomes are known to compare the arms. Record more of them.'
      : `Too few outcomes are known yet. The result will be read on ${h.date(endsOn)}.`;
  const between = `Between ${signedCustomers(h, saved.low)} and ${signedCustomers(h, saved.high)}, by what is known so far.`;
  if (isOver)
    return effect.high < 0 || effect.low > 0 ? readAt(h, results) : `${between} ${readAt(h, results)}`;
  if (effect.high < 0 || effect.low > 0)
    return `${readAt(h, results)} The horizon is not over; this interval holds however often you look at it.`;
  const more = moreNeeded?.isWithinPlan
    ? ` About ${h.plural(Math.max(1, Math.ceil(moreNeeded.weeks)), 'week')} more should be enough to tell.`
    : moreNeeded
      ? ' The campaign is small for the effect that matters: the end of the horizon may show nothing.'
      : '';
  return `${between}${more} The result will be read on ${h.date(endsOn)}.`;
}

function readAt(h: ViewHelpers, { effect }: CampaignResults): string {
  return `The difference in churn between treatment and control is ${pointsRange(h, effect!)}.`;
}

function customers(h: ViewHelpers, { value, low, high }: Figure): string {
  const whole = (x: number): string => h.count(Math.max(0, Math.round(x)));
  return `${h.plural(Math.round(value), 'customer')} (${whole(low)} to ${whole(high)})`;
}

function signedCustomers(h: ViewHelpers, saved: number): string {
  const count = Math.round(Math.abs(saved));
  return `${h.plural(count, 'customer')} ${saved < 0 ? 'lost' : 'saved'}`;
}

function rangeOf({ value, low, high }: Figure, text: (x: number) => string): string {
  return `${text(value)} (${text(low)} to ${text(high)})`;
}

/** '−19 points (−29 to −8.2)'. */
export function pointsRange(h: ViewHelpers, figure: Figure): string {
  const bare = (x: number): string => h.points(x).replace(/ points?$/, '');
  return `${h.points(figure.value)} (${bare(figure.low)} to ${bare(figure.high)})`;
}

function presentArm(h: ViewHelpers, name: string, counts: ArmCounts) {
  const known = counts.left + counts.stayed;
  return {
    name,
    members: h.count(counts.members),
    left: h.count(counts.left),
    stayed: h.count(counts.stayed),
    maturing: h.count(counts.maturing),
    unknown: h.count(counts.unknown + counts.before),
    rate: h.rate(known === 0 ? null : counts.left / known),
  };
}

function presentByAction(h: ViewHelpers, { action, counts, cost, effect, saved, saveRate }: ArmResult) {
  const whole = (x: number): string => h.number(Math.round(x));
  return {
    action,
    members: h.count(counts.members),
    cost: h.money(cost),
    effect: effect === null ? 'too few known' : pointsRange(h, effect),
    saved: saved === null ? h.or(null) : rangeOf(saved, whole),
    saveRate:
      saveRate === null
        ? h.or(null)
        : `${h.rate(saveRate.mean)} (${h.rate(saveRate.low)} to ${h.rate(saveRate.high)})`,
  };
}

function checksOf(h: ViewHelpers, results: CampaignResults) {
  const { control, treated, contactedControls, isMismatched, isOver, withoutValue } = results;
  const known = ({ members, unknown, before, maturing }: ArmCounts): number =>
    members === 0 ? 1 : 1 - (unknown + before + (isOver ? maturing : 0)) / members;
  const least = Math.min(known(control), known(treated));
  return [
    isMismatched
      ? 'The arms do not have the sizes that they were given, among customers whose outcome is known. Find out why before you trust the result: often a file lacks some of the customers.'
      : '',
    least < enoughKnown
      ? `Outcomes are known of ${h.rate(known(treated))} of the treated and ${h.rate(known(control))} of the controls. If those who are missing differ, the result is wrong.`
      : '',
    control.before + treated.before > 0
      ? `${h.plural(control.before + treated.before, 'customer had', 'customers had')} left before the launch and count in neither arm.`
      : '',
    contactedControls > 0
      ? `${h.plural(contactedControls, 'control was', 'controls were')} contacted nevertheless. They stay in the control group, so that the result is closer to no effect than the action’s own.`
      : '',
    withoutValue > 0
      ? `The monthly revenue of ${h.plural(withoutValue, 'customer')} is not known; they count nothing in the money saved.`
      : '',
  ].filter((check) => check !== '');
}

function figuresOf(h: ViewHelpers, { saveRate }: Campaign, results: CampaignResults) {
  const { effect, adjusted, costOfStayers, saveRate: learned, cost } = results;
  const figures = [{ name: 'Cost of contacting the treated', value: h.money(cost) }];
  if (costOfStayers !== null && effect !== null)
    figures.push({ name: 'Of it, for customers who would have stayed', value: h.money(costOfStayers) });
  if (effect !== null) figures.push({ name: 'Difference in churn', value: pointsRange(h, effect) });
  if (adjusted !== null)
    figures.push({ name: 'The same, adjusted by the score', value: pointsRange(h, adjusted) });
  if (learned !== null)
    figures.push({
      name: `Save rate, ${h.share(saveRate)} expected before`,
      value: `${h.rate(learned.mean)} (${h.rate(learned.low)} to ${h.rate(learned.high)})`,
    });
  return figures;
}

/** Beside the effect on churn: what customers go on paying. */
function revenueFigures(h: ViewHelpers, revenue: RevenueChange | null) {
  if (revenue === null) return [];
  const members = h.count(revenue.treated + revenue.control);
  return [
    {
      name: `Change of monthly revenue against the control, for 100 customers (${members} were scored again)`,
      value: revenueOfHundred(h, revenue),
    },
  ];
}

function revenueChecks(h: ViewHelpers, revenue: RevenueChange | null): string[] {
  if (revenue === null || revenue.high >= 0) return [];
  return [
    `Since the launch the monthly revenue of the treated has changed by ${revenueOfHundred(h, revenue)} for 100 customers, compared with the controls. What is saved counts the revenue at the launch.`,
  ];
}

function revenueOfHundred(h: ViewHelpers, { value, low, high }: RevenueChange): string {
  return rangeOf({ value: 100 * value, low: 100 * low, high: 100 * high }, h.money);
}

function unknownOf({ control, treated }: CampaignResults): number {
  return control.unknown + treated.unknown + control.maturing + treated.maturing;
}
