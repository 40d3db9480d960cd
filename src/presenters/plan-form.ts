/** The form of a plan for a budget. */
import { channelsOf } from '../domain/plans/plan-actions.ts';
import type { PlanAction, PlanChannel } from '../domain/plans/plan-actions.ts';
import type { CampaignFilter } from '../store/campaigns.ts';
import type { PlannedAction } from '../store/plan-documents.ts';
import { filterValues, filterWords } from './campaign-filter.ts';
import type { KnownNames } from './campaign-filter.ts';
import type { ViewHelpers } from './view-helpers.ts';

export const useField = (ruleId: number): string => `use${ruleId}`;
/** Named by a rule of the channel: names of channels are texts of people. */
export const capacityField = ({ actions }: PlanChannel): string => `capacity${actions[0]!.rule.id}`;

export interface PlanFormData extends KnownNames {
  readonly filter: CampaignFilter;
  readonly values: Readonly<Record<string, string>>;
  readonly actions: readonly PlanAction[];
}

export function presentPlanForm(h: ViewHelpers, data: PlanFormData) {
  const { filter, values, actions } = data;
  return {
    title: 'Plan for a budget',
    values,
    whom: filterWords(h, filter, data),
    fields: filterValues(filter),
    hasActions: actions.length > 0,
    channels: channelsOf(actions).map((channel) => ({
      name: channel.name,
      isShared: channel.actions[0]!.rule.channel !== '',
      rows: channel.actions.length,
      actions: channel.actions.map(({ rule, saveRate }, i) => ({
        name: useField(rule.id),
        isUsed: values[useField(rule.id)] === 'yes',
        action: rule.action,
        cost: h.money(rule.cost),
        saveRate: saveRateWords(h, saveRate),
        evidence: evidenceWords(h, saveRate),
        /** One field for all rows of the channel. */
        capacity: i === 0 ? capacityOf(channel, values) : null,
      })),
    })),
  };
}

function capacityOf(channel: PlanChannel, values: PlanFormData['values']) {
  const name = capacityField(channel);
  return { name, value: values[name] ?? '' };
}

/** '11 % (18 % expected)'. */
export function saveRateWords(h: ViewHelpers, { low, mean }: PlannedAction['saveRate']): string {
  return `${h.rate(low)} (${h.rate(mean)} expected)`;
}

export function evidenceWords(h: ViewHelpers, { campaigns, customers }: PlannedAction['saveRate']): string {
  return campaigns === 0
    ? 'The rule; no campaign yet'
    : `${h.plural(campaigns, 'campaign')}, ${h.plural(customers, 'customer')}`;
}
