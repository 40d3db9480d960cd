/** Retention rules: which actions a scored customer gets, and the expected saving of each. */
import type { RuleRecord } from '../../store/retention-rules.ts';
import type { RuleSubject } from './conditions/kind.ts';
import { whyNotMet } from './conditions/kinds.ts';
import { expectedSavingOf } from './expected-value.ts';

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
  /** probability × save rate × value over the horizon − cost; null: the monthly revenue is not known. */
  readonly expectedSaving: number | null;
}

/** The actions of the rules that match, the largest expected saving first. Actions expected to lose money are left out. */
export function chooseActions(
  rules: readonly RetentionRule[],
  subject: RuleSubject,
  valueMonths: number,
): RecommendedAction[] {
  return rules
    .filter((rule) => rule.enabled && whyNotMet(rule.conditions, subject) === null)
    .map((rule) => toAction(rule, subject, valueMonths))
    .filter((action) => action.expectedSaving === null || action.expectedSaving > 0)
    .sort((a, b) => (b.expectedSaving ?? 0) - (a.expectedSaving ?? 0));
}

function toAction(rule: RetentionRule, subject: RuleSubject, valueMonths: number): RecommendedAction {
  const { id: ruleId, action, why, channel, message, cost } = rule;
  const { monthlyValue, probability } = subject;
  const expectedSaving =
    monthlyValue === null ? null : expectedSavingOf(probability, rule, monthlyValue, valueMonths);
  return { ruleId, action, why, channel, message, cost, expectedSaving };
}
