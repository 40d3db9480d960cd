/** Proposals of retention rules by kind of customer. */
import { describeConditions } from '../domain/retention/conditions/kinds.ts';
import type { Persona, Proposal } from '../domain/retention/personas.ts';
import type { NewRule } from '../store/retention-rules.ts';
import type { ViewHelpers } from './view-helpers.ts';

const names: Readonly<Record<Persona, string>> = {
  new: 'New customers',
  price: 'Price-sensitive customers',
  service: 'Customers with trouble with the service',
  loyal: 'Loyal customers of high value',
  contract: 'Customers whose contract ends soon',
};

/** What the columns would have to say. */
const looked: Readonly<Record<Persona, string>> = {
  new: 'the active model has no number that says how long somebody has been a customer.',
  price: 'the active model has no number that says what somebody pays.',
  service: 'the active model has no column about complaints, support or outages.',
  loyal:
    'the active model has no numbers that say how long somebody has been a customer and what they are worth.',
  contract: 'the active model has no column about the contract or its renewal.',
};

/** Null: there is no active model. */
export function presentProposals(h: ViewHelpers, proposals: readonly Proposal[] | null) {
  return {
    title: 'Proposed retention rules',
    hasModel: proposals !== null,
    proposals: (proposals ?? []).map(({ persona, columns, rule }) => ({
      name: names[persona],
      columns: columns && `Columns taken: ${columns.map((column) => h.label(column)).join(', ')}.`,
      looked: looked[persona],
      rule: rule && presentProposedRule(h, persona, rule),
    })),
  };
}

function presentProposedRule(h: ViewHelpers, persona: Persona, rule: NewRule) {
  return {
    action: rule.action,
    why: rule.why,
    conditions: describeConditions(rule.conditions, h),
    figures: `Costs ${h.money(rule.cost)}, save rate ${h.rate(rule.saveRate)}.`,
    href: `/settings/rules/new?persona=${persona}`,
  };
}
