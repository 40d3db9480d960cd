/** Retention rules of tests. */
import type { Conditions } from '../../src/store/rule-conditions.ts';
import type { NewRule } from '../../src/store/retention-rules.ts';

export const anyCustomer: Conditions = {
  riskLevels: [],
  minMonthlyValue: null,
  maxMonthlyValue: null,
  reason: null,
  segment: null,
  attributes: [],
  exceptions: [],
  earlierAction: null,
  cooldown: null,
};

type RuleChanges = Omit<Partial<NewRule>, 'conditions'> & { readonly conditions?: Partial<Conditions> };

/** A call for any customer, but for what is said otherwise. */
export function newRule({ conditions, ...changes }: RuleChanges = {}): NewRule {
  return {
    position: 0,
    action: 'Call',
    why: 'Because',
    channel: '',
    message: '',
    conditions: { ...anyCustomer, ...conditions },
    cost: 10,
    saveRate: 0.2,
    enabled: true,
    validFrom: null,
    validTo: null,
    isExample: false,
    ...changes,
  };
}

/** The fields of the rule form that are blank where nobody needs them. */
export const blankRuleFields: Readonly<Record<string, string>> = {
  minMonthlyValue: '',
  maxMonthlyValue: '',
  reason: '',
  ...Object.fromEntries([0, 1, 2].flatMap((slot) => comparison('column', 'operator', 'value', slot))),
  ...Object.fromEntries(
    [0, 1].flatMap((slot) => comparison('exceptColumn', 'exceptOperator', 'exceptValue', slot)),
  ),
  earlierAction: '',
  earlierResult: '',
  earlierDays: '',
  cooldownDays: '',
  cooldownOf: 'any',
  channel: '',
  message: '',
  validFrom: '',
  validTo: '',
};

function comparison(column: string, operator: string, value: string, slot: number): [string, string][] {
  return [
    [`${column}${slot}`, ''],
    [`${operator}${slot}`, 'is'],
    [`${value}${slot}`, ''],
  ];
}
