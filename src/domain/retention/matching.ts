/** Retention rules: which actions a scored customer gets, and the expected saving of each. */
import type { RuleRecord } from '../../store/retention-rules.ts';
import type { RuleSubject } from './conditions/kind.ts';
import { whyNotMet } from './conditions/kinds.ts';
import { breakEvenSaveRate, customerValue, expectedSavingOf } from './expected-value.ts';
import type { ValueTerms } from './expected-value.ts';

/** A stored rule with its conditions parsed. */
export type RetentionRule = RuleRecord;

export interface RecommendedAction {
  readonly ruleId: number;
  readonly action: string;
  readonly why: string;
  /** How the customer is reached; '': the rule does not say. */
  readonly channel: string;
  /** What to say to the customer; '': the rule does not say. */
  readonly message: string;
  readonly cost: number;
  /** probability × save rate × value − cost; null: the monthly revenue is not known. */
  readonly expectedSaving: number | null;
  /** What the customer is worth, in money; null: not known. */
  readonly customerValue: number | null;
  /** The save rate from which on the action pays for itself with this customer; null: not known, or there is none. */
  readonly breakEven: number | null;
}

/** The actions of the rules that match, the largest expected saving first. Actions expected to lose money are left out. */
export function chooseActions(
  rules: readonly RetentionRule[],
  subject: RuleSubject,
  worth: ValueTerms,
): RecommendedAction[] {
  return rules
    .filter((rule) => rule.enabled && whyNotMet(rule, subject) === null)
    .map((rule) => toAction(rule, subject, worth))
    .filter((action) => action.expectedSaving === null || action.expectedSaving > 0)
    .sort((a, b) => (b.expectedSaving ?? 0) - (a.expectedSaving ?? 0));
}

function toAction(rule: RetentionRule, subject: RuleSubject, worth: ValueTerms): RecommendedAction {
  const { id: ruleId, action, why, channel, message, cost } = rule;
  return { ruleId, action, why, channel, message, cost, ...figuresOf(rule, subject, worth) };
}

/** What an action costs and is expected to save with a customer, whether or not a rule recommends it. */
export function figuresOf(
  rule: RetentionRule,
  { probability, monthlyValue }: RuleSubject,
  worth: ValueTerms,
): Pick<RecommendedAction, 'expectedSaving' | 'customerValue' | 'breakEven'> {
  if (monthlyValue === null) return { expectedSaving: null, customerValue: null, breakEven: null };
  const value = customerValue(monthlyValue, worth);
  return {
    expectedSaving: expectedSavingOf(probability, rule, monthlyValue, worth),
    customerValue: value,
    breakEven: breakEvenSaveRate(probability, value, rule.cost),
  };
}
